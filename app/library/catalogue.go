package library

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"regexp"
	"strings"
	"sync"

	"notso/app/spelling"
	"notso/engine"
)

// Catalogue is the built-in list of models that are known to work well here.
// It is part of the program, so it is there without a network.
//
// Sizes and checksums are those that the publishers' repositories state for
// their LFS objects. Where they were not at hand, both are zero, and the hub is
// asked before the download.
type Catalogue struct {
	Version int     `json:"version"`
	Models  []Entry `json:"models"`
}

// Entry is one model of the catalogue, in one or more quantisations.
type Entry struct {
	ID         string    `json:"id"`
	Name       string    `json:"name"`
	Maker      string    `json:"maker"`
	Licence    string    `json:"licence"`
	Languages  []string  `json:"languages"`          // ISO 639-1
	Context    int       `json:"context"`            // tokens, as trained
	Parameters int64     `json:"parameters"`         // weights
	Layers     int       `json:"layers"`             // without the output
	KVBytes    int64     `json:"kv_bytes_per_token"` // of the KV cache in f16
	Thinks     bool      `json:"thinks"`             // can reason before it answers
	Tools      bool      `json:"tools"`              // can call tools
	Sampling   *Sampling `json:"sampling,omitempty"` // recommended by the maker; nil when the card tells none
	Summary    string    `json:"summary"`
	Files      []Source  `json:"files"` // the recommended one first

	// What the maker recommends of thinking: whether it is on where nobody says,
	// "" for as the template has it, and the sampling of answers without it, nil
	// for the same.
	Thinking       engine.Thinking `json:"thinking,omitempty"`
	SamplingAtOnce *Sampling       `json:"sampling_without_thinking,omitempty"`

	// What was measured here to work better with one quantisation, nil for nothing.
	// It goes before the maker's word, and people are told whose it is.
	Measured *Measured `json:"measured,omitempty"`
}

// Measured is a sampling that this project tried, see "First questions" in
// docs/performance.md.
type Measured struct {
	Quantisation string   `json:"quantisation"` // it was tried with, and counts for
	Sampling     Sampling `json:"sampling"`     // nil values leave the maker's
}

// As is what the entry says of the file of that name: what was measured with
// another quantisation does not count.
func (e Entry) As(name string) Entry {
	name = strings.TrimSuffix(name, ".gguf")
	if e.Measured != nil && !strings.HasSuffix(strings.ToUpper(name), e.Measured.Quantisation) {
		e.Measured = nil
	}
	return e
}

// Recommends is the sampling that the maker recommends for replies with or
// without thinking, nil when the card tells none.
func (e Entry) Recommends(thinking engine.Thinking) *Sampling {
	if thinking == engine.ThinkingOff && e.SamplingAtOnce != nil {
		return e.SamplingAtOnce
	}
	return e.Sampling
}

// Source is where a file of a catalogue's model comes from.
type Source struct {
	Quantisation string `json:"quantisation"`
	Repository   string `json:"repository"` // owner/name
	File         string `json:"file"`
	SizeBytes    int64  `json:"size"`   // 0 when not known
	SHA256       string `json:"sha256"` // hex; "" when not known
}

// Sampling is what is recommended; nil leaves the value to the engine.
type Sampling struct {
	Temperature   *float64 `json:"temperature,omitempty"`
	TopP          *float64 `json:"top_p,omitempty"`
	TopK          *int     `json:"top_k,omitempty"`
	MinP          *float64 `json:"min_p,omitempty"`
	RepeatPenalty *float64 `json:"repeat_penalty,omitempty"`
}

// Over is base with the recommendations.
func (s *Sampling) Over(base engine.Sampling) engine.Sampling {
	if s == nil {
		return base
	}
	set(&base.Temperature, s.Temperature)
	set(&base.TopP, s.TopP)
	set(&base.TopK, s.TopK)
	set(&base.MinP, s.MinP)
	set(&base.RepeatPenalty, s.RepeatPenalty)
	return base
}

func set[T any](value *T, choice *T) {
	if choice != nil {
		*value = *choice
	}
}

//go:embed catalogue.json
var catalogueJSON []byte

// BuiltIn is the catalogue of this program. Nobody may change it.
var BuiltIn = sync.OnceValue(func() Catalogue {
	var c Catalogue
	decoder := json.NewDecoder(bytes.NewReader(catalogueJSON))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&c); err != nil {
		panic(err) // a fault in the program, which a test finds
	}
	return c
})

// Find returns the entry and the file that a person names: "smollm3-3b", its
// name, one of these with a quantisation behind a colon ("smollm3-3b:q8_0"), or
// the name of a file. Errors: *NotFoundError.
func (c Catalogue) Find(name string) (Entry, Source, error) {
	asked, quantisation, _ := strings.Cut(name, ":")
	missing := &NotFoundError{Name: name}
	for _, e := range c.Models {
		missing.Known = append(missing.Known, e.ID)
		for _, f := range e.Files {
			named := strings.EqualFold(asked, e.ID) || strings.EqualFold(asked, e.Name)
			if named && (quantisation == "" || strings.EqualFold(quantisation, f.Quantisation)) ||
				strings.EqualFold(strings.TrimSuffix(name, ".gguf"), strings.TrimSuffix(f.File, ".gguf")) {
				return e, f, nil
			}
			if named {
				missing.Near = append(missing.Near, e.ID+":"+strings.ToLower(f.Quantisation))
			}
		}
	}
	if missing.Near == nil {
		missing.Near = spelling.Near(strings.ToLower(asked), missing.Known)
	}
	return Entry{}, Source{}, missing
}

// OfModel returns the entry of the model that a file on disk holds, by its name:
// one of the entry's own files, or the same name with another quantisation.
func (c Catalogue) OfModel(name string) (Entry, bool) {
	if e, _, ok := c.OfFile(name); ok {
		return e, true
	}
	for _, e := range c.Models {
		for _, f := range e.Files {
			if strings.EqualFold(unquantised(name), unquantised(f.File)) {
				return e, true
			}
		}
	}
	return Entry{}, false
}

// unquantised is the name of a file without what says how its weights are kept.
func unquantised(name string) string {
	name = strings.TrimSuffix(name, ".gguf")
	return regexp.MustCompile(`(?i)[-._](?:UD-)?(?:I?Q\d[A-Z0-9_]*|TQ\d_\d|F16|F32|BF16|MXFP4)$`).ReplaceAllString(name, "")
}

// OfFile returns the entry that a file on disk is a copy of, by its name.
func (c Catalogue) OfFile(name string) (Entry, Source, bool) {
	for _, e := range c.Models {
		for _, f := range e.Files {
			if strings.EqualFold(strings.TrimSuffix(name, ".gguf"), strings.TrimSuffix(f.File, ".gguf")) {
				return e, f, true
			}
		}
	}
	return Entry{}, Source{}, false
}
