package engine

import (
	"encoding/json"
	"time"
)

// Request asks for one reply to a conversation. It is complete: the same
// request to the same model, with the same seed, gives the same reply.
type Request struct {
	Messages []Message         `json:"messages"`
	Tools    []json.RawMessage `json:"tools,omitempty"` // JSON schemas; the order of their keys is kept
	Thinking Thinking          `json:"thinking,omitempty"`
	Sampling Sampling          `json:"sampling"`
	Limits   Limits            `json:"limits"`
	Seed     uint32            `json:"seed"` // 0 draws one; Done.Seed tells which
	Date     time.Time         `json:"date"` // what the template sees as now; fixed per chat, or a cached prompt is lost at midnight

	// Grammar, in GBNF with the rule "root", lets through only texts that match
	// it, which is for the answer: reasoning before it is free, with ThinkingOn or
	// where the prompt opens it. Empty: any text.
	Grammar string `json:"grammar,omitempty"`

	// Background work, such as a title, gives way to every reply within one
	// batch (ErrPreempted), and leaves the cache of the chat as it was.
	Background bool `json:"background,omitempty"`

	// Candidates asks for so many replies to one prompt, written side by side, at
	// most MaxCandidates. Each has its own seed, counted up from Seed, and ends
	// with its own EventDone; Event.Candidate tells them apart. 0 is one.
	Candidates int `json:"candidates,omitempty"`

	// Alternatives asks for an EventChoice with each token: how likely it was, and
	// so many of the likeliest others, at most MaxAlternatives. 0: no such events.
	Alternatives int `json:"alternatives,omitempty"`

	// Draft marks a request for Warm whose last message is still being typed:
	// only what stands before its end is evaluated.
	Draft bool `json:"draft,omitempty"`

	// Speculation guesses the next tokens from where the last ones stood before, in
	// prompt and reply, and evaluates the guesses with them. See Speculation.
	Speculation Speculation `json:"speculation,omitempty"`

	// Batches has prompt and reply evaluated anew, in the batches that Done.Batches
	// told of another reply: so it can be replayed to the bit. What the recording
	// does not cover, or was made for another kind of processor, is evaluated as
	// usual.
	Batches Batches `json:"batches,omitempty"`

	// Resume is the beginning of the reply, already written: the engine goes on
	// after it and yields only what is new.
	Resume *Partial `json:"resume,omitempty"`
}

// MaxCandidates is the most that Request.Candidates may ask for.
const MaxCandidates = 8

// MaxAlternatives is the most that Request.Alternatives may ask for.
const MaxAlternatives = 5

// Role says whose words a message holds.
type Role string

const (
	RoleSystem    Role = "system"
	RoleUser      Role = "user"
	RoleAssistant Role = "assistant"
	RoleTool      Role = "tool"
)

// Message is one turn as the chat template sees it. Reasoning of past replies
// is not part of it: templates drop it, and so do we.
type Message struct {
	Role       Role       `json:"role"`
	Content    string     `json:"content"`
	ToolCalls  []ToolCall `json:"tool_calls,omitempty"`
	ToolCallID string     `json:"tool_call_id,omitempty"`
	Name       string     `json:"name,omitempty"`   // of the tool that answered
	Pinned     bool       `json:"pinned,omitempty"` // stays when the context overflows
}

// ToolCall is a function call that the model wrote. Arguments is a JSON object
// with its keys in the model's order.
type ToolCall struct {
	ID        string          `json:"id,omitempty"`
	Name      string          `json:"name"`
	Arguments json.RawMessage `json:"arguments"`
}

// Thinking says whether the model reasons before it answers.
type Thinking string

const (
	ThinkingDefault Thinking = "" // as the template has it
	ThinkingOn      Thinking = "on"
	ThinkingOff     Thinking = "off"
)

// Speculation says whether a reply may be written several tokens at a time. They
// are drawn from the same probabilities either way, which may be rounded otherwise.
// Candidates, replies in the background and those beside others are not speculated.
type Speculation string

const (
	SpeculationAuto Speculation = "auto" // also "": where it is measured to be faster; at temperature 0 only where nothing is rounded otherwise
	SpeculationOn   Speculation = "on"   // wherever a guess is likely right
	SpeculationOff  Speculation = "off"  // token by token
)

// Sampling sets how the next token is drawn. Build it from DefaultSampling or
// ModelInfo.Sampling: the zero value is greedy.
type Sampling struct {
	Temperature      float64 `json:"temperature"` // 0 is greedy
	TopK             int     `json:"top_k"`       // 0 is off
	TopP             float64 `json:"top_p"`       // 0 or 1 is off
	MinP             float64 `json:"min_p"`       // 0 is off
	RepeatPenalty    float64 `json:"repeat_penalty"`
	PresencePenalty  float64 `json:"presence_penalty"`
	FrequencyPenalty float64 `json:"frequency_penalty"`
}

// DefaultSampling is what SmolLM3's card recommends.
func DefaultSampling() Sampling {
	return Sampling{Temperature: 0.6, TopP: 0.95, RepeatPenalty: 1}
}

// Limits ends a reply.
type Limits struct {
	MaxTokens int      `json:"max_tokens,omitempty"` // of the reply; 0 is what the context leaves
	Stop      []string `json:"stop,omitempty"`       // texts that end the reply; they are not part of it
	Reasoning int      `json:"reasoning,omitempty"`  // tokens, after which the engine closes the reasoning and the answer follows; 0 is no limit
}

// Partial is the beginning of a reply, exactly as its events told it.
type Partial struct {
	Reasoning string `json:"reasoning,omitempty"`
	Text      string `json:"text,omitempty"`

	// Tokens go on after these, as Choice.Token has them: so a reply branches off
	// after some tokens of another, with a token of its own. No events have told
	// them, so those of this reply begin with what they say. Choices are told of new
	// tokens only, and usage and limits count those. None of them may end a reply.
	Tokens []int32 `json:"tokens,omitempty"`
}
