package chat

import (
	"fmt"
	"strconv"
)

// Replay is what came of writing a stored reply once more, from what was
// recorded with it.
type Replay struct {
	Turn      Turn   // as it was stored
	Text      string // as it is written now, with what had been there before a reply was continued
	Reasoning string
	Stats     Stats
}

// Change is something that a reply depends on and that is no longer as it was.
type Change struct {
	What string `json:"what"`
	Then string `json:"then"`
	Now  string `json:"now"`
}

// Identical tells whether the reply came out as before, to the byte.
func (r Replay) Identical() bool {
	return r.Text == r.Turn.Text && r.Reasoning == r.Turn.Reasoning
}

// Changes lists what differs, as far as both are known. Another model often reads
// the same prompt as other tokens, which then are a change too. A reply that is not
// identical although nothing of this has changed was rounded otherwise: see Batches.
func (r Replay) Changes() []Change {
	changes := []Change{}
	then, now := r.Turn.Stats, r.Stats
	for _, c := range []Change{
		{"model", named(then), named(now)},
		{"engine", then.EngineBuild, now.EngineBuild},
		{"prompt", prompt(then), prompt(now)},
		{"context length", length(then), length(now)},
		{"KV cache", then.KVType, now.KVType},
	} {
		if c.Then != c.Now && c.Then != "" && c.Now != "" {
			changes = append(changes, c)
		}
	}
	return changes
}

// Batches says how prompt and reply were evaluated then and now, when not alike:
// rounding depends on what is computed together. A reply recorded before there
// were recordings of it has none. Where they are alike and the reply is not,
// other chats were in the engine's memory between the words of this one.
func (r Replay) Batches() (Change, bool) {
	then, now := r.Turn.Stats.Batches, r.Stats.Batches
	if then == "" {
		then = "not recorded"
	}
	return Change{"batches", then, now}, then != now
}

func named(s Stats) string { return s.Model + " " + s.ModelHash }

func length(s Stats) string {
	if s.ContextLength == 0 {
		return ""
	}
	return strconv.Itoa(s.ContextLength)
}

func prompt(s Stats) string { return fmt.Sprintf("%s (%d tokens)", s.PromptHash, s.PromptTokens) }
