package runner

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"notso/engine"
	"notso/engine/overflow"
	"notso/engine/scripted"
)

// longChat is a chat of turns of about 100 bytes, with a system prompt, that ends
// with a question.
func longChat(turns int) engine.Request {
	req := greedy(1)
	req.Messages = []engine.Message{{Role: engine.RoleSystem, Content: "Answer in verse."}}
	for n := range turns {
		req.Messages = append(req.Messages,
			engine.Message{Role: engine.RoleUser, Content: fmt.Sprintf("Question %d: what is the use of a very long question?", n)},
			engine.Message{Role: engine.RoleAssistant, Content: fmt.Sprintf("Answer %d: it fills the context.", n)})
	}
	req.Messages = append(req.Messages, engine.Message{Role: engine.RoleUser, Content: "What did I ask first?"})
	return req
}

func TestAChatThatOutgrowsTheContextGoesOn(t *testing.T) {
	r := loadScripted(t, scripted.Plain(), engine.LoadOptions{ContextLength: 2048})
	var last []int
	drops, cached := 0, 0
	for turns := 10; turns < 50; turns++ {
		req := longChat(turns)
		if turns%7 == 0 { // typed, and warmed
			draft := req
			draft.Draft = true
			if err := r.Warm(t.Context(), draft, nil); err != nil {
				t.Fatal(err)
			}
		}
		m, err := r.Measure(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		o := reply1(t, r, req)
		u, dropped := o.done.Usage, o.done.Dropped
		if !slices.Equal(m.Dropped, dropped) || m.PromptTokens != u.PromptTokens || m.CachedTokens != u.CachedTokens {
			t.Errorf("%d turns: measured %+v; the reply %+v", turns, m, o.done)
		}
		if u.PromptTokens > 2048-overflow.Room(2048) {
			t.Errorf("%d turns: %d tokens leave no room for a reply", turns, u.PromptTokens)
		}
		if len(dropped) == 0 && turns > 20 || len(dropped)%2 != 0 || slices.Contains(dropped, 0) {
			t.Errorf("%d turns: %v are dropped", turns, dropped)
		}
		switch {
		case !slices.Equal(dropped, last):
			drops++
			if !slices.Equal(dropped[:len(last)], last) {
				t.Errorf("%d turns: %v were dropped, now %v", turns, last, dropped)
			}
		case cached > 0 && u.CachedTokens < cached:
			t.Errorf("%d turns: %d tokens are cached, the last prompt had %d", turns, u.CachedTokens, cached)
		}
		// The next prompt goes on after the question's first words.
		last, cached = dropped, u.PromptTokens-60
	}
	if drops < 2 || drops > 10 {
		t.Errorf("messages were dropped %d times in 40 turns", drops)
	}
}

func TestTheModelSeesWhatIsNotDropped(t *testing.T) {
	r := loadScripted(t, scripted.Plain(), engine.LoadOptions{ContextLength: 1024})
	req := longChat(20)
	req.Messages[3].Pinned = true
	o := reply1(t, r, req)
	if len(o.done.Dropped) == 0 || slices.Contains(o.done.Dropped, 3) || slices.Contains(o.done.Dropped, 4) {
		t.Errorf("%v are dropped; message 3 is pinned and 4 its reply", o.done.Dropped)
	}
	kept := req
	kept.Messages = overflow.Without(req.Messages, o.done.Dropped)
	if k := reply1(t, r, kept); k.done.PromptHash != o.done.PromptHash || len(k.done.Dropped) != 0 {
		t.Errorf("asked with what is kept, the prompt is another one, without %v", k.done.Dropped)
	}
	req.Resume = &engine.Partial{Text: scripted.Script{Answer: scripted.Plain().Answer[:5]}.AnswerText()}
	req.Limits.MaxTokens = 0
	if rest := reply1(t, r, req); req.Resume.Text+rest.text != scripted.Plain().AnswerText() || len(rest.done.Dropped) < len(o.done.Dropped) {
		t.Errorf("resumed, it goes on with %q, without %v", rest.text, rest.done.Dropped)
	}
}

func TestWhatCannotBeDroppedMayBeTooLong(t *testing.T) {
	r := loadScripted(t, scripted.Plain(), engine.LoadOptions{ContextLength: 1024})
	long := strings.Repeat("x", 600)
	tests := []struct {
		name   string
		change func(messages []engine.Message)
		tokens int // at least; 0: it is answered
	}{
		{"a message that alone fills half", func(m []engine.Message) { m[len(m)-1].Content = long }, 0},
		{"a message larger than the context", func(m []engine.Message) { m[len(m)-1].Content = long + long }, 1200},
		{"one that is not worth rendering", func(m []engine.Message) { m[len(m)-1].Content = strings.Repeat("x", 1<<20) }, 1 << 20},
		{"with a system prompt", func(m []engine.Message) { m[0].Content, m[len(m)-1].Content = long, long }, 1200},
		{"with a pinned message", func(m []engine.Message) {
			m[1].Pinned, m[1].Content, m[len(m)-1].Content = true, long, long
		}, 1200},
		{"with one that is not pinned", func(m []engine.Message) { m[1].Content, m[len(m)-1].Content = long, long }, 0},
	}
	for _, test := range tests {
		req := longChat(8)
		test.change(req.Messages)
		o, err := collect(r.Reply(t.Context(), req))
		var refused *engine.PromptTooLongError
		switch {
		case test.tokens == 0 && err != nil:
			t.Errorf("%s: %v", test.name, err)
		case test.tokens == 0 && len(o.done.Dropped) == 0:
			t.Errorf("%s: nothing is dropped", test.name)
		case test.tokens > 0 && (!errors.As(err, &refused) || refused.Tokens < test.tokens || refused.Limit != 1024-replyRoom):
			t.Errorf("%s: %v, want at least %d tokens for %d", test.name, err, test.tokens, 1024-replyRoom)
		}
		if test.tokens > 0 {
			if m, err := r.Measure(t.Context(), req); err != nil || m.PromptTokens < test.tokens {
				t.Errorf("%s: measured %+v, %v", test.name, m, err)
			}
			if err := r.Warm(t.Context(), req, nil); !errors.As(err, &refused) {
				t.Errorf("%s: warming it ends with %v", test.name, err)
			}
		}
	}
}

func TestAChatOfTenThousandTurnsIsCountedOnce(t *testing.T) {
	r := loadStarter(t, engine.LoadOptions{ContextLength: 512})
	req := longChat(10_000)
	for i := range req.Messages {
		req.Messages[i].Content += " " + fmt.Sprint(i) + strings.Repeat(" word", 40)
	}
	m, err := r.Measure(t.Context(), req)
	if err != nil || m.PromptTokens > 512-replyRoom || len(m.Dropped) < 19_900 {
		t.Fatalf("%d tokens without %d messages, %v", m.PromptTokens, len(m.Dropped), err)
	}
	counted := len(r.model.sizes.known)
	req.Messages[len(req.Messages)-1].Content = "And then?"
	if again, err := r.Measure(t.Context(), req); err != nil || len(again.Dropped) > len(m.Dropped) {
		t.Errorf("then %d messages are dropped, %v", len(again.Dropped), err)
	}
	if more := len(r.model.sizes.known) - counted; more != 1 {
		t.Errorf("for one new message %d were counted", more)
	}
}
