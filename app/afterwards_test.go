package app

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"notso/engine/scripted"
)

func TestTitleAndFollowUpsComeAfterwards(t *testing.T) {
	lines := scripted.Script{Answer: []string{"Rain", " in", " Oslo", "\n", "Snow", " in", " Bergen", "\nWind in Bodø"}}
	b := newBench(t, scripted.Options{Script: lines})
	b.aside(b.opts.Config, true)
	answer := b.say(0, "What is the weather like up there?")
	b.until("the suggestions are kept", func() bool {
		turn, err := b.store.Turn(t.Context(), answer.ID)
		return err == nil && len(turn.Stats.FollowUps) == 3
	})
	c, err := b.store.Chat(t.Context(), answer.Chat)
	if err != nil || c.Title != "Rain in Oslo" || c.Named {
		t.Errorf("the chat is %+v, %v", c, err)
	}
	view, err := b.conversation(t.Context(), answer.Chat)
	if err != nil || len(view.Turns[1].FollowUps) != 3 || view.Turns[1].FollowUps[2] != "Wind in Bodø" {
		t.Errorf("the window shows %+v, %v", view.Turns, err)
	}
}

// The page saves that its box is empty a moment after Enter, and a short reply may
// be written by then.
func TestAnEmptyBoxEndsNoTitle(t *testing.T) {
	asked, saved := make(chan struct{}), make(chan struct{})
	var replies atomic.Int64
	b := newBench(t, scripted.Options{Script: scripted.Script{Answer: []string{"Rain in Oslo"}}, Fault: func(_ context.Context, token int) error {
		if token == 0 && replies.Add(1) == 2 { // the title
			close(asked)
			<-saved
		}
		return nil
	}})
	b.aside(b.opts.Config, true)
	answer := b.say(0, "What is the weather like up there?")
	<-asked
	b.request("POST", "/draft", fmt.Sprintf("chat=%d&text=", answer.Chat))
	close(saved)
	b.until("the chat has its title", func() bool {
		c, err := b.store.Chat(t.Context(), answer.Chat)
		return err == nil && c.Title == "Rain in Oslo"
	})
}
