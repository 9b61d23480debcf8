// Package engine is what the app sees of a language model: load a file, ask for
// a reply, read its events. It knows nothing of chats, SQL or windows.
//
// Implementations live in the subpackages: runner (llama.cpp in this process),
// worker (the same in a child process that may die without loss), remote (a
// server elsewhere) and scripted (a fixed text, for tests and for a machine
// without a model). The suite in enginetest holds all of them to the contract
// written here.
package engine

import (
	"context"
	"iter"
)

// Engine writes replies with one loaded model. All methods may be called
// concurrently; replies are written one after the other or side by side, as the
// implementation can.
type Engine interface {
	// Load opens the GGUF file at path and makes it the current model; a model
	// loaded before is let go. progress, which may be nil, is called with
	// fractions from 0 to 1, in order, on any goroutine.
	// Errors: *ModelFileError, *UnsupportedError, ErrWorkerDied, ctx.Err().
	Load(ctx context.Context, path string, opts LoadOptions, progress func(fraction float64)) (ModelInfo, error)

	// Reply yields the events of one reply, in order; the last is EventDone. (Of
	// candidates each has its own, and the loop ends after all.)
	// Cancelling ctx ends the reply within one batch with an EventDone whose
	// Finish is FinishStopped: a stop is not an error, and what was written
	// counts. Breaking out of the loop is allowed and stops the reply too. An
	// error ends the sequence without EventDone.
	// Errors: ErrNoModel, *PromptTooLongError, *TemplateError, *GrammarError,
	// *UnsupportedError, ErrPreempted for a reply in the background, ErrWorkerDied.
	Reply(ctx context.Context, req Request) iter.Seq2[Event, error]

	// Warm evaluates the prompt of req as far as it is sure to be needed, so
	// that a later Reply starts sooner. It returns when that is done, or with
	// ctx.Err() or ErrPreempted once something more urgent came. Where it takes more
	// than a moment, progress, which may be nil, is called with fractions of the
	// prompt from 0 to 1, in order, on any goroutine.
	Warm(ctx context.Context, req Request, progress func(fraction float64)) error

	// Measure counts the tokens of req without evaluating them. A request that
	// Reply would refuse as too long is measured like any other.
	Measure(ctx context.Context, req Request) (Measure, error)

	// Close lets go of the model and everything that belongs to it. A running
	// reply ends as if stopped.
	Close() error
}

// LoadOptions sets what is fixed while a model is loaded. The zero value means
// the defaults of the machine.
type LoadOptions struct {
	ContextLength int    `json:"context_length,omitempty"` // tokens; 0 is the largest that fits, up to the model's own, which is the most; a smollm3 can take twice as many
	Threads       int    `json:"threads,omitempty"`        // 0 is one for each physical core
	GPULayers     int    `json:"gpu_layers,omitempty"`     // layers on a GPU; 0 is as many as fit, negative is none
	KVType        string `json:"kv_type,omitempty"`        // "f16" (also ""), or "q8_0"
	Template      string `json:"template,omitempty"`       // replaces the file's own chat template
}

// ModelInfo describes the loaded model.
type ModelInfo struct {
	Path           string   `json:"path"`
	Name           string   `json:"name"`                    // general.name, else the file's base name
	Architecture   string   `json:"architecture"`            // general.architecture, such as "smollm3"
	Quantisation   string   `json:"quantisation"`            // such as "Q4_K_M"
	Parameters     int64    `json:"parameters"`              // number of weights
	SizeBytes      int64    `json:"size_bytes"`              // of the file
	ContextLength  int      `json:"context_length"`          // tokens, as loaded
	TrainedContext int      `json:"trained_context"`         // tokens, as trained
	ContextAsked   int      `json:"context_asked,omitempty"` // tokens that LoadOptions asked for, where the model takes fewer
	KVType         string   `json:"kv_type,omitempty"`       // "f16" or "q8_0"; "" where nobody can tell
	Hash           string   `json:"hash"`                    // names the weights, see gguf.Fingerprint
	EngineBuild    string   `json:"engine_build"`            // such as "llama.cpp v0.4.0"
	Devices        []string `json:"devices"`                 // such as "CPU (zen4)"
	GPULayers      int      `json:"gpu_layers"`              // layers on a GPU, of Layers
	Layers         int      `json:"layers"`                  // with the output, which counts as one

	Placement Placement `json:"placement,omitempty"` // why so many
	Need      Need      `json:"need,omitzero"`       // what it should take as loaded; zero where nobody can tell, and with layers on a GPU
	Thinks    bool      `json:"thinks"`              // the template can write reasoning
	Tools     bool      `json:"tools"`               // the template takes tools
	Template  string    `json:"template"`            // "model", "override" or "chatml" (the file has none)
	Sampling  Sampling  `json:"sampling"`            // recommended for this model
	Advised   []string  `json:"advised,omitempty"`   // the values of Sampling, by their JSON names, that the file itself asks for

	Remote string `json:"remote,omitempty"` // the host that words are sent to; "" when they stay on this machine
}

// Measure is the size of a request in tokens.
type Measure struct {
	PromptTokens  int `json:"prompt_tokens"`
	ContextLength int `json:"context_length"`
	CachedTokens  int `json:"cached_tokens"` // already evaluated, so not to be waited for

	Dropped []int `json:"dropped,omitempty"` // as Done.Dropped; PromptTokens is what is left
}
