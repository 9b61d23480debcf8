package gguf

import (
	_ "embed"
	"slices"
	"strings"
)

// architectures are the values of general.architecture that llama.cpp v0.4.0
// knows, sorted, one a line. They were listed by calling llm_arch_name of that
// release's library for every llm_arch.
//
//go:embed architectures.txt
var architectures string

// architecture is what the hyperparameters' names begin with.
func (f *File) architecture() string {
	name, _ := f.Text("general.architecture")
	return name
}

func (f *File) checkArchitecture() error {
	if kind, ok := f.Text("general.type"); ok && kind != "model" {
		return fault("it holds not a model but what calls itself %.40q", kind)
	}
	name, ok := f.Text("general.architecture")
	if !ok {
		return fault("it does not tell its architecture")
	}
	if _, known := slices.BinarySearch(strings.Fields(architectures), name); !known {
		return fault("it is of the architecture %.40q, which this version does not know", name)
	}
	if what := otherPurpose(name); what != "" {
		return fault("it is %s (%s), which cannot hold a chat", what, name)
	}
	return nil
}

func (f *File) checkWeights() error {
	if len(f.Tensors) == 0 {
		return fault("it holds no weights")
	}
	return nil
}

// otherPurpose says what a model is that llama.cpp can load but that does not
// write text token by token; "" for one that does.
func otherPurpose(architecture string) string {
	switch architecture {
	case "bert", "eurobert", "gemma-embedding", "jina-bert-v2", "jina-bert-v3", "llama-embed",
		"modern-bert", "neo-bert", "nomic-bert", "nomic-bert-moe":
		return "an embedding model"
	case "t5", "t5encoder":
		return "a text-to-text model"
	case "clip":
		return "an image encoder"
	case "pockettts", "qwen3tts", "wavtokenizer-dec":
		return "a speech model"
	case "dream", "llada", "llada-moe", "rnd1":
		return "a diffusion model"
	case "dflash", "eagle3", "gemma4-assistant":
		return "a draft model for another one"
	case "gptj":
		return "a model that llama.cpp lists without supporting it"
	}
	return ""
}

// recurrent tells whether no layer of the architecture has attention heads.
func recurrent(architecture string) bool {
	switch architecture {
	case "mamba", "mamba2", "rwkv6", "rwkv6qwen2", "rwkv7", "arwkv7":
		return true
	}
	return false
}

// gated tells whether the architecture has no way of its own to choose experts,
// so that llama.cpp stops the process when the file does not name one.
func gated(architecture string) bool {
	return architecture == "dots1" || architecture == "minimax-m2" || architecture == "smallthinker"
}
