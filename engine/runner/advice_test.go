package runner

import (
	"path/filepath"
	"slices"
	"testing"

	"notso/engine"
	"notso/engine/gguf"
)

func TestAFileRecommendsItsSampling(t *testing.T) {
	usual := engine.DefaultSampling()
	for _, test := range []struct {
		name        string
		values      map[string]any
		want        func(*engine.Sampling)
		wantAdvised []string
	}{
		{name: "nothing", want: func(*engine.Sampling) {}},
		{name: "all that there is", values: map[string]any{
			"general.sampling.temp": float32(0.3), "general.sampling.top_p": float32(0.9), "general.sampling.min_p": float32(0.05),
			"general.sampling.penalty_repeat": float32(1.1), "general.sampling.top_k": int32(20),
		}, want: func(s *engine.Sampling) {
			s.Temperature, s.TopP, s.MinP, s.RepeatPenalty, s.TopK = 0.3, 0.9, 0.05, 1.1, 20
		}, wantAdvised: []string{"temperature", "top_p", "min_p", "repeat_penalty", "top_k"}},
		{name: "zero, which is a choice", values: map[string]any{"general.sampling.temp": float32(0)},
			want: func(s *engine.Sampling) { s.Temperature = 0 }, wantAdvised: []string{"temperature"}},
		{name: "what makes no sense", values: map[string]any{
			"general.sampling.temp": float32(-1), "general.sampling.top_p": float32(7), "general.sampling.top_k": int32(-4), "general.sampling.penalty_repeat": "much",
		}, want: func(*engine.Sampling) {}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var w gguf.Writer
			for key, value := range test.values {
				w.Set(key, value)
			}
			path := filepath.Join(t.TempDir(), "m.gguf")
			if err := w.WriteFile(path); err != nil {
				t.Fatal(err)
			}
			f, err := gguf.Read(path)
			if err != nil {
				t.Fatal(err)
			}
			want := usual
			test.want(&want)
			if got, advised := recommended(f); got != want || !slices.Equal(advised, test.wantAdvised) {
				t.Errorf("got %+v by %v, want %+v by %v", got, advised, want, test.wantAdvised)
			}
		})
	}
}
