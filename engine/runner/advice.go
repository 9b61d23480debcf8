package runner

import (
	"math"

	"notso/engine"
	"notso/engine/gguf"
)

// recommended is the sampling that the file asks for in its header, in the keys
// that llama.cpp defines (LLM_KV_GENERAL_SAMPLING_*), and which values those are;
// what it leaves open is as SmolLM3's card has it.
func recommended(file *gguf.File) (s engine.Sampling, advised []string) {
	s = engine.DefaultSampling()
	for _, v := range []struct {
		key, name   string
		least, most float64 // what else makes no sense is passed over
		value       *float64
	}{
		{"general.sampling.temp", "temperature", 0, 2, &s.Temperature},
		{"general.sampling.top_p", "top_p", 0, 1, &s.TopP},
		{"general.sampling.min_p", "min_p", 0, 1, &s.MinP},
		{"general.sampling.penalty_repeat", "repeat_penalty", 0.5, 2, &s.RepeatPenalty},
	} {
		if x, ok := file.Float(v.key); ok && x >= v.least && x <= v.most {
			*v.value = math.Round(x*1e6) / 1e6 // stored in single precision
			advised = append(advised, v.name)
		}
	}
	if k, ok := file.Uint("general.sampling.top_k"); ok && k <= 1000 {
		s.TopK = int(k)
		advised = append(advised, "top_k")
	}
	return s, advised
}
