package worker

import (
	"errors"
	"strings"
	"testing"

	"notso/engine"
)

func TestAModelWhoseDeviceFailsIsComputedWithoutIt(t *testing.T) {
	for _, test := range []struct {
		name, message, wantText string
		want                    error
		wantCause               string
	}{
		{"it ends the process", "overflow", "almost ", engine.ErrWorkerDied, withoutDevice},
		{"it says so", "device", "half ", engine.ErrDeviceLost, "graphics device"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newClient(t, Options{})
			if info, err := c.Load(t.Context(), modelFile(t, "on a device"), engine.LoadOptions{}, nil); err != nil || info.GPULayers != 9 {
				t.Fatalf("load: %+v, %v", info, err)
			}
			o := read(t.Context(), c, test.message)
			if o.text != test.wantText || !errors.Is(o.err, test.want) || !strings.Contains(o.err.Error(), test.wantCause) {
				t.Errorf("the reply was %q, then %v", o.text, o.err)
			}
			mustCount(t, c)
			c.mu.Lock()
			m := c.model
			c.mu.Unlock()
			if m.options.GPULayers != -1 || m.gpuLayers != 0 || !m.lost {
				t.Errorf("the next worker has %+v", m)
			}
			if err := c.suspects.check(m.file); err != nil || c.suspects[m.file] != nil {
				t.Error("the file was blamed for it")
			}
			mustCount(t, c)
			info, err := c.Load(t.Context(), m.path, engine.LoadOptions{}, nil)
			if err != nil || info.GPULayers != 9 {
				t.Errorf("asked for again, it is loaded without the device: %+v, %v", info, err)
			}
		})
	}
}
