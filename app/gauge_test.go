package app

import (
	"context"
	"strings"
	"testing"
	"time"

	"notso/app/chat"
	"notso/engine/scripted"
)

func (b *bench) gauges() []gaugeView { return sent[gaugeView](b) }

// waitFor blocks until it is true, or ctx ends.
func waitFor(ctx context.Context, true func() bool) {
	for !true() && ctx.Err() == nil {
		time.Sleep(time.Millisecond)
	}
}

func TestTheGaugeMovesWhileAReplyIsWritten(t *testing.T) {
	var b *bench
	var whileOpened gaugeView
	b = newBench(t, scripted.Options{
		ContextLength: 400,
		Script:        scripted.Script{Answer: strings.SplitAfter(strings.Repeat("word ", 120), " ")},
		Fault: func(ctx context.Context, token int) error {
			switch token {
			case 20: // the prompt is counted beside the reply
				waitFor(ctx, func() bool { return b.running(1).spent().PromptTokens > 0 })
			case 60, 100:
				waitFor(ctx, func() bool { g := b.gauges(); return len(g) > 0 && g[len(g)-1].Used > token-20 })
				c, tail, err := b.tail(ctx, 1)
				if err != nil {
					return err
				}
				whileOpened = b.gauge(c, tail)
			}
			return nil
		},
	})
	c, err := b.store.CreateChat(t.Context(), "A chat", true, chat.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	b.current = c.ID
	answer := b.say(c.ID, "Write a word, many times")
	exact := answer.Stats.PromptTokens + answer.Stats.ReplyTokens
	b.until("the gauge shows what was measured", func() bool { g := b.gauges(); return len(g) > 0 && g[len(g)-1].Used == exact })
	got := b.gauges()
	if len(got) < 3 {
		t.Errorf("the gauge moved %d times, want it to move while the reply was written", len(got))
	}
	for i, g := range got[1:] {
		if g.Used < got[i].Used {
			t.Errorf("the gauge went back from %d tokens to %d", got[i].Used, g.Used)
		}
	}
	if whileOpened.Used < answer.Stats.PromptTokens+60 || whileOpened.Used > exact {
		t.Errorf("a page that is opened meanwhile shows %d tokens, of %d in the end", whileOpened.Used, exact)
	}
}
