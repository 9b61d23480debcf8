package app

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"notso/app/chat"
	"notso/engine"
	"notso/engine/scripted"
)

// A prompt that is read from where the last one began must hold what one that
// is read from the chat's beginning holds, at every turn of a chat that outgrows
// its context again and again.
func TestPastThatIsReadInPartsIsThePast(t *testing.T) {
	for _, pins := range []bool{false, true} {
		t.Run(fmt.Sprintf("with pinned turns %v", pins), func(t *testing.T) {
			b := newBench(t, scripted.Options{ContextLength: 300})
			eng := scripted.New(scripted.Options{ContextLength: 300})
			if _, err := eng.Load(t.Context(), "", engine.LoadOptions{}, nil); err != nil {
				t.Fatal(err)
			}
			b.Startup()
			b.until("the model is loaded", func() bool { return b.model.info().ContextLength == 300 })
			var c chat.Chat
			for i := range 60 {
				text := fmt.Sprintf("Message %d%s", i, strings.Repeat(" word", i*13%29))
				answer := b.say(c.ID, text)
				var err error
				if c, err = b.store.Chat(t.Context(), answer.Chat); err != nil {
					t.Fatal(err)
				}
				if pins && i%17 == 3 {
					if err := b.store.PinTurn(t.Context(), answer.Parent, true); err != nil {
						t.Fatal(err)
					}
				}
				p, err := b.past(t.Context(), c, c.Head)
				if err != nil {
					t.Fatal(err)
				}
				branch, err := b.store.Branch(t.Context(), c.ID)
				if err != nil {
					t.Fatal(err)
				}
				got, want := seenBy(t, eng, b.ask(c, p.turns, TalkOptions{})), seenBy(t, eng, b.ask(c, branch, TalkOptions{}))
				if !pins && !slices.Equal(got, want) {
					t.Fatalf("after %d messages the model sees\n%q, of the whole chat\n%q", i+1, got, want)
				}
				if n := len(p.turns); n > 100 {
					t.Fatalf("%d turns are read", n)
				}
				for _, turn := range branch {
					if turn.Pinned && !slices.ContainsFunc(p.turns, func(p chat.Turn) bool { return p.ID == turn.ID }) {
						t.Errorf("the pinned turn %d is left out", turn.ID)
					}
				}
			}
			if last, err := b.store.Turn(t.Context(), c.Head); err != nil || last.Stats.FirstSeen == 0 {
				t.Errorf("the chat never outgrew its context: %+v, %v", last.Stats, err)
			}
		})
	}
}

// seenBy is what is left of req's messages for the model.
func seenBy(t *testing.T, eng engine.Engine, req engine.Request) (list []string) {
	t.Helper()
	m, err := eng.Measure(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	for i, message := range req.Messages {
		if !slices.Contains(m.Dropped, i) {
			list = append(list, message.Content)
		}
	}
	return list
}

func TestPastOfAnUnknownChatIsReadAsFarAsTheContextReaches(t *testing.T) {
	b := newBench(t, scripted.Options{ContextLength: 100})
	b.Startup()
	b.until("the model is loaded", func() bool { return b.model.info().ContextLength == 100 })
	id := b.longChat(2000)
	c, err := b.store.Chat(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	p, err := b.past(t.Context(), c, c.Head)
	if err != nil || len(p.turns) == 0 || len(p.turns) > 200 || p.turns[len(p.turns)-1].ID != 2000 || p.cut != p.turns[0].ID {
		t.Fatalf("%d turns are read, from %d, %v", len(p.turns), p.cut, err)
	}
	if answer := b.say(id, "Hello"); answer.Stats.FirstSeen < p.cut {
		t.Errorf("the model is said to see turns from %d on, and was told those from %d on", answer.Stats.FirstSeen, p.cut)
	}
	if err := b.store.SetContext(t.Context(), id, 1999); err != nil {
		t.Fatal(err)
	}
	c.Context = 1999
	if p, err = b.past(t.Context(), c, 2000); err != nil || len(p.turns) != 1 || p.cut != 0 {
		t.Errorf("after /reset the past is %+v, %v", p, err)
	}
}
