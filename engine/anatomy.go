package engine

// Anatomy is what a model file says of itself, and what it would need here.
type Anatomy struct {
	Name            string        `json:"name"`
	Architecture    string        `json:"architecture"`
	Quantisation    string        `json:"quantisation"` // of most weights, or of all together
	Parameters      int64         `json:"parameters"`
	SizeBytes       int64         `json:"size_bytes"`
	Licence         string        `json:"licence,omitempty"`
	Maker           string        `json:"maker,omitempty"`
	TrainedContext  int           `json:"trained_context"`    // tokens
	KVBytesPerToken int64         `json:"kv_bytes_per_token"` // in f16
	Tokenizer       string        `json:"tokenizer"`          // such as "gpt2 (smaug-bpe)"
	Vocabulary      int           `json:"vocabulary"`         // tokens
	Groups          []WeightGroup `json:"groups"`
	Template        ChatTemplate  `json:"template"`
	Fit             *Fit          `json:"fit,omitempty"` // nil: the machine was not asked
}

// WeightGroup is a part of the weights.
type WeightGroup struct {
	Name       string        `json:"name"` // "embedding", "attention", "feed-forward", "experts", "output", "norms" or "other"
	Parameters int64         `json:"parameters"`
	SizeBytes  int64         `json:"size_bytes"`
	Types      []WeightShare `json:"types"` // the largest first
}

// WeightShare is how much of a group is stored in one way.
type WeightShare struct {
	Type       string `json:"type"` // such as "Q4_K"
	Tensors    int    `json:"tensors"`
	Parameters int64  `json:"parameters"`
}

// ChatTemplate is the program in a model file that makes prompts.
type ChatTemplate struct {
	Source   string            `json:"source,omitempty"` // "": the file has none
	Hash     string            `json:"hash,omitempty"`   // SHA-256, in hex
	Family   string            `json:"family,omitempty"` // such as "ChatML"; "" for one that is not known
	Thinks   bool              `json:"thinks"`
	Tools    bool              `json:"tools"`
	Warnings []TemplateWarning `json:"warnings,omitempty"`
}

// TemplateWarning is something in a chat template that people should know of.
type TemplateWarning struct {
	Kind  TemplateIssue `json:"kind"`
	Found []string      `json:"found,omitempty"` // the places, shortened
}

// TemplateIssue is a kind of TemplateWarning.
type TemplateIssue string

const (
	TemplateMissing   TemplateIssue = "missing"   // there is none; ChatML is used
	TemplateUnknown   TemplateIssue = "unknown"   // it is of no known family
	TemplateOwnText   TemplateIssue = "own_text"  // it says something of its own to the model: Found
	TemplateListens   TemplateIssue = "listens"   // it looks for words in what is said: Found
	TemplateInvisible TemplateIssue = "invisible" // it holds characters that nobody sees: Found, as U+200B
	TemplateBlank     TemplateIssue = "blank"     // a long blank pushes text out of sight
	TemplateMore      TemplateIssue = "more"      // the file has others beside it: Found, by name
)

// Need is the memory that a model takes, in bytes.
type Need struct {
	Weights int64 `json:"weights"` // as they lie in the file
	KV      int64 `json:"kv"`      // of the whole context, and the states of recurrent layers
	Compute int64 `json:"compute"` // what a batch passes through
	Process int64 `json:"process"` // program, libraries, vocabulary

	// Repacked is a second copy of some weights, in an order that suits the
	// processor, where the first is mapped (see fit.Reads). That is not read again:
	// the system counts it until it wants the memory back.
	Repacked int64 `json:"repacked"`
}

// Total is what must be held.
func (n Need) Total() int64 { return n.Weights + n.KV + n.Compute + n.Process }

// Peak is what the system counts after the load.
func (n Need) Peak() int64 { return n.Total() + n.Repacked }

// FitKind is how a model fits a machine.
type FitKind string

const (
	FitsGPU    FitKind = "gpu"    // all of it on a graphics device
	FitsPartly FitKind = "partly" // some layers there, the others on the processor
	FitsCPU    FitKind = "cpu"
	FitsNot    FitKind = "not" // not even with the shortest context
)

// Fit is how a model fits a machine, with the numbers behind it.
type Fit struct {
	Kind      FitKind `json:"kind"`
	Need      Need    `json:"need"`
	RAM       int64   `json:"ram"`     // bytes that can be had; 0 unknown
	VRAM      int64   `json:"vram"`    // bytes free, of all graphics devices
	Context   int     `json:"context"` // tokens
	GPULayers int     `json:"gpu_layers"`
	Layers    int     `json:"layers"` // with the output, which counts as one

	// TokensPerSecond is what the memory's speed lets the processor write: all of
	// the speed without a graphics device, the slower part with some layers on
	// one. 0 where the processor has no part in it, or its memory was not measured.
	TokensPerSecond float64 `json:"tokens_per_second"`
}
