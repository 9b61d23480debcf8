// Package inspect lets a model file explain itself: what it is, how its weights
// are stored, and what its chat template does that people should know of.
//
// It reads the header alone and runs nothing of it, so a hostile file does no
// harm here. It finds what is written in a template; what a template does with
// it, only rendering shows. Functions may be called concurrently.
package inspect

import (
	"cmp"
	"slices"
	"strings"

	"notso/engine"
	"notso/engine/gguf"
)

// File explains f.
func File(f *gguf.File) engine.Anatomy {
	s := f.Summary()
	tokens, _ := f.Value("tokenizer.ggml.tokens")
	a := engine.Anatomy{
		Name: s.Name, Architecture: s.Architecture, Quantisation: s.Quantisation, Parameters: s.Parameters, SizeBytes: f.Size,
		Licence: text(f, "general.license"), Maker: cmp.Or(text(f, "general.organization"), text(f, "general.author")),
		TrainedContext: s.TrainedContext, KVBytesPerToken: s.KVBytesPerToken,
		Tokenizer: text(f, "tokenizer.ggml.model"), Vocabulary: tokens.Len, Groups: groups(f), Template: Template(s.Template),
	}
	if pre := text(f, "tokenizer.ggml.pre"); pre != "" {
		a.Tokenizer += " (" + pre + ")"
	}
	var more []string
	for _, key := range f.Keys() {
		if name, ok := strings.CutPrefix(key, "tokenizer.chat_template."); ok {
			more = append(more, name)
		}
	}
	if len(more) > 0 {
		a.Template.Warnings = append(a.Template.Warnings, engine.TemplateWarning{Kind: engine.TemplateMore, Found: more})
	}
	return a
}

// text is a short text of the header, fit to be shown.
func text(f *gguf.File, key string) string {
	value, _ := f.Text(key)
	return shorten(value)
}

// groups adds up the weights by what they are for.
func groups(f *gguf.File) []engine.WeightGroup {
	order := []string{"embedding", "attention", "feed-forward", "experts", "output", "norms", "other"}
	byName := map[string]*engine.WeightGroup{}
	for _, t := range f.Tensors {
		name := group(t)
		g := byName[name]
		if g == nil {
			g = &engine.WeightGroup{Name: name}
			byName[name] = g
		}
		n := int64(t.Elements())
		g.Parameters += n
		g.SizeBytes += int64(t.Size)
		kind := t.Type.String()
		i := slices.IndexFunc(g.Types, func(s engine.WeightShare) bool { return s.Type == kind })
		if i < 0 {
			i = len(g.Types)
			g.Types = append(g.Types, engine.WeightShare{Type: kind})
		}
		g.Types[i].Tensors++
		g.Types[i].Parameters += n
	}
	var list []engine.WeightGroup
	for _, name := range order {
		if g := byName[name]; g != nil {
			slices.SortStableFunc(g.Types, func(a, b engine.WeightShare) int { return cmp.Compare(b.Parameters, a.Parameters) })
			list = append(list, *g)
		}
	}
	return list
}

// group is what a tensor is for, by the names that llama.cpp gives them.
func group(t gguf.Tensor) string {
	name := t.Name
	if rest, ok := strings.CutPrefix(name, "blk."); ok {
		_, name, _ = strings.Cut(rest, ".")
	}
	switch {
	case t.Elements() == t.Dims[0] && strings.Contains(name, "norm"):
		return "norms"
	case strings.HasPrefix(name, "token_embd"):
		return "embedding"
	case strings.HasPrefix(name, "output"):
		return "output"
	case strings.Contains(name, "_exps") || strings.HasPrefix(name, "ffn_gate_inp"):
		return "experts"
	case strings.HasPrefix(name, "ffn"):
		return "feed-forward"
	case strings.HasPrefix(name, "attn"):
		return "attention"
	}
	return "other"
}
