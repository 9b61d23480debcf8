package engine

// EventKind tells what an Event carries.
type EventKind string

const (
	EventLoading   EventKind = "loading"   // Progress: the model is loaded again, after idleness or a crash
	EventProgress  EventKind = "progress"  // Progress: the prompt is being evaluated
	EventReasoning EventKind = "reasoning" // Text: a piece of reasoning
	EventText      EventKind = "text"      // Text: a piece of the answer
	EventToolCall  EventKind = "tool_call" // ToolCall, and Text: the call as it was written
	EventChoice    EventKind = "choice"    // Choice: a token was chosen, see Request.Alternatives
	EventDone      EventKind = "done"      // Done: the reply has ended
)

// Event is one step of a reply. The pieces of a reply, joined, are the model's
// output without the tags that mark reasoning; every piece is whole UTF-8.
type Event struct {
	Kind     EventKind `json:"event"`
	Text     string    `json:"text,omitempty"`
	Progress *Progress `json:"progress,omitempty"`
	ToolCall *ToolCall `json:"tool_call,omitempty"`
	Choice   *Choice   `json:"choice,omitempty"`
	Done     *Done     `json:"done,omitempty"`

	Candidate int `json:"candidate,omitempty"` // of Request.Candidates, counted from 0
}

// Progress counts tokens while a prompt is evaluated (Cached of Total needed no
// work), or thousandths while a model is loaded.
type Progress struct {
	Done   int `json:"done"`
	Total  int `json:"total"`
	Cached int `json:"cached,omitempty"`
}

// Choice tells of one token of a reply and of what else the model might have
// written there. There is one for each token, in order, the one that ends the
// reply included. It comes before the pieces of text that its token completes: of
// several tokens that make up one rune, a tag or a stop string, only the last does.
//
// Probabilities are the model's own: the softmax of its logits over the whole
// vocabulary, before penalties, temperature, grammar and whatever else has a say
// in what is drawn.
type Choice struct {
	Token       int32   `json:"token"`
	Piece       string  `json:"piece"`               // its text, see Other
	Probability float64 `json:"probability"`         // from 0 to 1
	Others      []Other `json:"others,omitempty"`    // the likeliest first; none for a token that the engine wrote itself to end the reasoning
	Reasoning   bool    `json:"reasoning,omitempty"` // it belongs to the reasoning, whose tags do
	End         bool    `json:"end,omitempty"`       // it ended the reply, and is no part of its text
}

// Other is a token that was not chosen. A reply that branches off with it gets
// the tokens before it, and it, as Partial.Tokens.
type Other struct {
	Token       int32   `json:"token"`
	Piece       string  `json:"piece"` // with U+FFFD for each byte of a rune that it holds only a part of; tags and marks by their names
	Probability float64 `json:"probability"`
	End         bool    `json:"end,omitempty"` // it would end the reply: nothing can branch off with it
}

// Finish says why a reply ended.
type Finish string

const (
	FinishEnd     Finish = "end"     // the model said so
	FinishStop    Finish = "stop"    // a stop string was written
	FinishLength  Finish = "length"  // Limits.MaxTokens
	FinishContext Finish = "context" // the context is full
	FinishStopped Finish = "stopped" // the caller cancelled
)

// Done sums up a reply, so that it can be explained and replayed.
type Done struct {
	Finish      Finish   `json:"finish"`
	Dropped     []int    `json:"dropped,omitempty"` // indices of Request.Messages that no longer fitted and that the model did not see
	Usage       Usage    `json:"usage"`
	Timings     Timings  `json:"timings"`
	Seed        uint32   `json:"seed"`
	Sampling    Sampling `json:"sampling"`
	PromptHash  string   `json:"prompt_hash"` // SHA-256 of the prompt's tokens
	ModelHash   string   `json:"model_hash"`
	EngineBuild string   `json:"engine_build"`
	Batches     Batches  `json:"batches,omitempty"` // of prompt and reply
}

// Batches tells in which batches the tokens of a prompt and a reply were
// evaluated, in order, those found evaluated included: rounding depends on it. It
// is a list of runs with blanks between them: how many tokens, "+ROW/SIZE" where
// they were not all of a batch, "~SIZE" where the batch was speculated and the rest
// of it was wrong, "@THREADS", and "*TIMES" where the same follows again.
// "128@2*3 44@2 1@2*57 2~4@2" is a prompt of 428 tokens and a reply of 59.
type Batches string

// Usage counts tokens. CachedTokens of PromptTokens were already evaluated.
type Usage struct {
	PromptTokens    int `json:"prompt_tokens"`
	CachedTokens    int `json:"cached_tokens"`
	ReplyTokens     int `json:"reply_tokens"` // reasoning included
	ReasoningTokens int `json:"reasoning_tokens"`

	Guessed      int `json:"guessed,omitempty"`       // tokens that were evaluated before it was known that they come
	GuessedRight int `json:"guessed_right,omitempty"` // of these
}

// Timings of a reply. FirstTokenMS counts from the call of Reply.
type Timings struct {
	FirstTokenMS           float64 `json:"first_token_ms"`
	PrefillTokensPerSecond float64 `json:"prefill_tokens_per_second"`
	DecodeTokensPerSecond  float64 `json:"decode_tokens_per_second"`
	ReasoningMS            float64 `json:"reasoning_ms"`
}
