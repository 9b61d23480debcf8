package fit

import (
	"cmp"

	"notso/engine/gguf"
)

const (
	// ShortestContext is what a chat needs to make sense, in tokens.
	ShortestContext = 2048

	// DefaultContext is the most that a chat gets unasked, in tokens, where the
	// memory or the model's own context is not known, and where layers are to fit
	// a GPU.
	DefaultContext = 32_768

	// YarnFactor is how many times its own context a smollm3 takes with YaRN, as
	// its card prescribes: 131,072 tokens for SmolLM3.
	YarnFactor       = 2
	yarnArchitecture = "smollm3"
)

// Place is where a model goes, and how long its context is there.
type Place struct {
	Layers  int // on GPUs, the output counted as one
	All     int // layers that there are
	Context int // tokens

	Memory int64 // bytes that the context had to fit into, beside the weights; 0 unknown
}

// Choose puts as many layers on the GPUs as s says, else as fit with a context as
// s asks for, or as is usual. The context is then as s asks for, or the longest
// for the memory that is used. What a model is loaded with and what is said of it
// before are both from here.
func Choose(f *gguf.File, s Settings, m Machine) Place {
	asked := Within(f, s.Context)
	s.Context = asked
	if asked == 0 {
		s.Context = min(cmp.Or(f.Summary().TrainedContext, DefaultContext), DefaultContext)
	}
	p := Place{Layers: GPULayers(f, s, m.GPUs), All: layers(f) + 1, Context: asked, Memory: m.RAM}
	if p.Layers == p.All {
		p.Memory = 0
		for _, free := range m.GPUs {
			p.Memory += free
		}
	}
	if asked > 0 {
		return p
	}
	if p.Context = Longest(f, s.KVType, p.Memory); p.Context == 0 || p.Memory == 0 {
		p.Context = min(cmp.Or(p.Context, DefaultContext), DefaultContext)
	}
	if p.Layers == p.All {
		longer := s
		if longer.Context = p.Context; p.Context < s.Context || GPULayers(f, longer, m.GPUs) < p.All {
			p.Context = s.Context // which fits, as the layers do
		}
	}
	return p
}

// Within is a context length, or as much of it as the model takes.
func Within(f *gguf.File, length int) int {
	s := f.Summary()
	most := s.TrainedContext
	if s.Architecture == yarnArchitecture {
		most *= YarnFactor
	}
	if most == 0 {
		return length
	}
	return min(length, most)
}

// Reserve is what stays free of so much memory for the system and other
// programs: 1.5 GiB, or a quarter if that is more.
func Reserve(available int64) int64 { return max(3<<29, available/4) }

// Longest is the longest context, in tokens, that fits beside the weights into
// so much memory, up to the model's own and no less than ShortestContext. An
// unknown amount, 0, counts as enough.
func Longest(f *gguf.File, kvType string, available int64) int {
	trained := f.Summary().TrainedContext
	if trained == 0 || available == 0 {
		return trained
	}
	empty := Estimate(f, Settings{KVType: kvType}).Total()
	each := Estimate(f, Settings{KVType: kvType, Context: ContextStep}).Total() - empty
	if each <= 0 {
		return trained
	}
	steps := max(0, available-Reserve(available)-empty) / each
	return min(trained, max(ShortestContext, int(min(steps, 1<<22))*ContextStep))
}
