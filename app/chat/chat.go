// Package chat is the domain: chats, the turns that make them up, and the
// states that a reply goes through. Plain data and the rules on it; it stores
// nothing and asks no model.
package chat

import (
	"encoding/json"
	"errors"
	"time"
)

var (
	// ErrNotFound: no such chat or turn, or it is deleted.
	ErrNotFound = errors.New("not found")

	// ErrEmptyTurn: a message without text.
	ErrEmptyTurn = errors.New("empty turn")

	// ErrBusy: the chat's reply is still being written.
	ErrBusy = errors.New("a reply is being written")
)

// Chat is one conversation, a tree of turns. The branch that is shown runs from
// a first turn to Head.
type Chat struct {
	ID       int64
	Title    string
	Named    bool  // the user chose the title, so nothing else may change it
	Head     int64 // leaf turn of the branch shown; 0 for an empty chat
	Context  int64 // the model sees only turns after this one (set by /reset); 0 is all
	Pinned   bool  // stands above the others
	Folder   int64 // 0 for none
	Settings Settings
	Created  time.Time // also the date that the chat template sees
	Updated  time.Time
}

// Settings are what a chat sets for itself. A nil or empty field leaves it to
// the app's settings.
type Settings struct {
	Model       string   `json:"model,omitempty"`  // path of a GGUF file
	Preset      string   `json:"preset,omitempty"` // that the values below were taken from, if they still are its
	System      string   `json:"system,omitempty"`
	Thinking    string   `json:"thinking,omitempty"` // "on" or "off"
	Temperature *float64 `json:"temperature,omitempty"`

	ThinkingBudget   *int     `json:"thinking_budget,omitempty"` // tokens; 0 is no limit
	TopK             *int     `json:"top_k,omitempty"`
	TopP             *float64 `json:"top_p,omitempty"`
	MinP             *float64 `json:"min_p,omitempty"`
	RepeatPenalty    *float64 `json:"repeat_penalty,omitempty"`
	PresencePenalty  *float64 `json:"presence_penalty,omitempty"`
	FrequencyPenalty *float64 `json:"frequency_penalty,omitempty"`
	MaxTokens        int      `json:"max_tokens,omitempty"` // of a reply; 0 leaves it to the app's settings

	Candidates int  `json:"candidates,omitempty"` // replies to write side by side; 0 is one
	Choices    bool `json:"choices,omitempty"`    // keep what each token could have been instead
}

// Role says who speaks in a turn.
type Role string

const (
	User      Role = "user"
	Assistant Role = "assistant"
)

// State is how far a turn has come. User turns are Done from the start.
type State string

const (
	Running     State = "running"     // being written
	Done        State = "done"        // complete, or ended by a limit (see Finish)
	Stopped     State = "stopped"     // ended by the user
	Interrupted State = "interrupted" // the app or the worker ended first
	Failed      State = "failed"      // an error, told in Error
)

// Turn is one speaker's contribution.
type Turn struct {
	ID        int64
	Chat      int64
	Parent    int64 // 0 for a first turn
	Role      Role
	Text      string
	Reasoning string
	State     State
	Error     string       // a sentence for people, when Failed or Interrupted
	Files     []Attachment // of a message; only where Store.Turns gave it
	Origin    string       // "" for the model, else what wrote it, such as "quote"
	Pinned    bool         // the user marked it; it stays when the context overflows
	Stats     Stats
	Created   time.Time
	Candidate int // its number, from 1, among replies of which none is kept yet; else 0
}

// Attachment is a file whose text goes into the prompt with its turn.
type Attachment struct {
	ID     int64
	Turn   int64  // 0 while it is in the draft; the message's id while that waits
	Name   string // of the file, without its folder
	Kind   string // text, markdown, code, csv or pdf
	Bytes  int64  // size of the file
	Tokens int    // of its text in the prompt
	Text   string // UTF-8; empty where it was not asked for
}

// CanContinue tells whether the model may go on where the reply ended. After an
// edit it may: the user has written the reply's beginning.
func (t Turn) CanContinue() bool {
	if t.Role != Assistant || t.Origin != "" && t.Origin != OriginEdit {
		return false
	}
	return t.Origin == OriginEdit && t.State == Done && t.Stats.Finish == "" ||
		t.State == Stopped || t.State == Interrupted || t.State == Failed ||
		t.State == Done && (t.Stats.Finish == "length" || t.Stats.Finish == "context")
}

// Stats explain a reply and let it be replayed. Zero where unknown.
type Stats struct {
	Finish          string          `json:"finish,omitempty"` // see engine.Finish
	PromptTokens    int             `json:"prompt_tokens,omitempty"`
	CachedTokens    int             `json:"cached_tokens,omitempty"`
	ReplyTokens     int             `json:"reply_tokens,omitempty"`
	ReasoningTokens int             `json:"reasoning_tokens,omitempty"`
	Guessed         int             `json:"guessed,omitempty"`       // tokens guessed from the chat, and evaluated before they were sampled
	GuessedRight    int             `json:"guessed_right,omitempty"` // of these
	FirstTokenMS    float64         `json:"first_token_ms,omitempty"`
	ReasoningMS     float64         `json:"reasoning_ms,omitempty"`
	TokensPerSecond float64         `json:"tokens_per_second,omitempty"` // decode
	Seed            uint32          `json:"seed,omitempty"`
	Sampling        json.RawMessage `json:"sampling,omitempty"` // engine.Sampling
	PromptHash      string          `json:"prompt_hash,omitempty"`
	Thinking        string          `json:"thinking,omitempty"`        // engine.Thinking that was asked for
	ThinkingBudget  int             `json:"thinking_budget,omitempty"` // tokens; 0 is no limit
	MaxTokens       int             `json:"max_tokens,omitempty"`      // 0 is no limit
	Resumed         int             `json:"resumed,omitempty"`         // bytes of reasoning and text that were there before, when the reply was continued
	FirstSeen       int64           `json:"first_seen,omitempty"`      // turn from which on the model saw the chat, when it no longer saw all
	Reset           int64           `json:"reset,omitempty"`           // the chat's Context at that time
	ContextLength   int             `json:"context_length,omitempty"`  // of the model, in tokens
	KVType          string          `json:"kv_type,omitempty"`         // "f16" or "q8_0"
	Choices         bool            `json:"choices,omitempty"`         // what its tokens could have been instead is kept
	FollowUps       []string        `json:"follow_ups,omitempty"`      // what the user might say next
	Model           string          `json:"model,omitempty"`           // its name
	ModelHash       string          `json:"model_hash,omitempty"`
	EngineBuild     string          `json:"engine_build,omitempty"`
	Batches         string          `json:"batches,omitempty"` // engine.Batches, in which prompt and reply were evaluated
}

// Piece is a bit of a running reply, as it was shown.
type Piece struct {
	Reasoning bool // else text
	Text      string
}

// Branch returns the turns from the first to leaf, in order. It is empty when
// leaf is not among turns.
func Branch(turns []Turn, leaf int64) []Turn {
	byID := make(map[int64]Turn, len(turns))
	for _, t := range turns {
		byID[t.ID] = t
	}
	var branch []Turn
	for id := leaf; id != 0; {
		t, ok := byID[id]
		if !ok {
			return nil
		}
		branch = append(branch, t)
		id = t.Parent
	}
	for i, j := 0, len(branch)-1; i < j; i, j = i+1, j-1 {
		branch[i], branch[j] = branch[j], branch[i]
	}
	return branch
}
