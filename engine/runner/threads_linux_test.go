package runner

import (
	"os"
	"path/filepath"
	"testing"
)

func TestBatteryIsTold(t *testing.T) {
	tests := []struct {
		name     string
		supplies map[string]string
		want     bool
	}{
		{"a machine without one", nil, false},
		{"a laptop that is unplugged", map[string]string{"AC/type": "Mains", "AC/online": "0", "BAT0/type": "Battery", "BAT0/status": "Discharging"}, true},
		{"a laptop that is plugged in", map[string]string{"AC/type": "Mains", "AC/online": "1", "BAT0/type": "Battery", "BAT0/status": "Charging"}, false},
		{"plugged in by USB, with too little power", map[string]string{"C1/type": "USB", "C1/online": "1", "BAT0/type": "Battery", "BAT0/status": "Discharging"}, false},
		{"a mouse on its battery", map[string]string{"hid/type": "Battery", "hid/scope": "Device", "hid/status": "Discharging"}, false},
		{"a full battery", map[string]string{"BAT0/type": "Battery", "BAT0/status": "Full"}, false},
	}
	for _, test := range tests {
		supplies := t.TempDir()
		for name, text := range test.supplies {
			path := filepath.Join(supplies, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text+"\n"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got := discharging(supplies); got != test.want {
			t.Errorf("%s: on battery is %v", test.name, got)
		}
	}
}
