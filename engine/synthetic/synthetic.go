// Package synthetic writes models of a true size with random weights, for
// measuring speed: that depends on the shape of a model and on how its weights
// are stored, not on their values. What such a model says means nothing, but it
// has a working tokenizer and chat template, its logits are finite, and it never
// ends a reply by itself, so that a reply is as long as its limit.
//
// The same shape always gives the same file.
package synthetic

import (
	_ "embed"
	"fmt"
	"io"
	"os"
	"strings"

	"notso/engine/gguf"
)

//go:embed template.jinja
var template string

// Template is the chat template of the models: ChatML whose header carries the
// date and the reasoning mode, with past replies and the prompt's end written as
// SmolLM3's are.
func Template() string { return strings.TrimSpace(template) }

// Shape is what a model's speed depends on.
type Shape struct {
	Name         string
	Architecture string // one of Architectures; "" is smollm3
	Layers       int
	Width        int // a multiple of 256, as FeedForward is
	FeedForward  int
	Heads        int
	KVHeads      int
	Vocabulary   int // tokens, the special ones included
	Context      int // tokens
}

// Shapes lists the shapes that there are.
func Shapes() []Shape {
	return []Shape{
		{Name: "smollm3-3b", Layers: 36, Width: 2048, FeedForward: 11008, Heads: 16, KVHeads: 4, Vocabulary: 128_256, Context: 65_536},
		{Name: "tiny", Layers: 4, Width: 256, FeedForward: 512, Heads: 4, KVHeads: 2, Vocabulary: 8_192, Context: 8_192},
	}
}

// Names lists the names of the shapes, for people.
func Names() string {
	var names []string
	for _, s := range Shapes() {
		names = append(names, s.Name)
	}
	return strings.Join(names, ", ")
}

// Find returns the shape of that name.
func Find(name string) (Shape, bool) {
	for _, s := range Shapes() {
		if s.Name == name {
			return s, true
		}
	}
	return Shape{}, false
}

// Write writes the model at path, whole or not at all. SmolLM3's 1.9 GB take
// some seconds and no more than 100 MB of memory.
func Write(path string, s Shape) error {
	if err := s.file().WriteFile(path); err != nil {
		return fmt.Errorf("write a model of the shape %s: %w", s.Name, err)
	}
	return nil
}

// file is the model, ready to be written.
func (s Shape) file() *gguf.Writer {
	w := &gguf.Writer{}
	name := s.architecture()
	w.Set("general.architecture", name)
	w.Set("general.type", "model")
	title := "Random weights, " + s.Name
	if s.Architecture != "" {
		title = "Random weights" // llama.cpp looks for "phi3" in it, and then for tokens
	}
	w.Set("general.name", title)
	w.Set("general.file_type", uint32(15)) // Q4_K_M
	w.Set("general.quantization_version", uint32(2))
	w.Set(name+".block_count", uint32(s.Layers))
	w.Set(name+".context_length", uint32(s.Context))
	w.Set(name+".embedding_length", uint32(s.Width))
	w.Set(name+".feed_forward_length", uint32(s.FeedForward))
	w.Set(name+".attention.head_count", uint32(s.Heads))
	s.setOwn(w)
	w.Set(name+".attention.layer_norm_rms_epsilon", float32(1e-6))
	w.Set(name+".rope.dimension_count", uint32(s.Width/s.Heads))
	w.Set(name+".rope.freq_base", float32(5e6))
	w.Set(name+".vocab_size", uint32(s.Vocabulary))
	s.setVocabulary(w)
	w.Set("tokenizer.chat_template", Template())
	s.addTensors(w)
	return w
}

// headRoom is more than the header of any shape, in bytes.
const headRoom = 16 << 20

// WriteHollow writes a model without its weights at path: the header of Write's
// file, and a hole of the size of the rest. It is for those who look at headers.
func WriteHollow(path string, s Shape) error {
	head := &beginning{}
	s.file().WriteTo(head) // ends with the error of a full one
	if err := os.WriteFile(path, head.bytes, 0o600); err != nil {
		return err
	}
	f, err := gguf.Read(path)
	if err != nil {
		return fmt.Errorf("write the header of the shape %s: %w", s.Name, err)
	}
	end := f.DataOffset
	for _, t := range f.Tensors {
		end = max(end, f.DataOffset+int64(t.Offset+t.Size))
	}
	return os.Truncate(path, end)
}

// beginning keeps what is written first.
type beginning struct{ bytes []byte }

func (b *beginning) Write(p []byte) (int, error) {
	if len(b.bytes)+len(p) > headRoom {
		return 0, io.ErrShortWrite
	}
	b.bytes = append(b.bytes, p...)
	return len(p), nil
}
