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

// An imported chat, or one that was written without a model, is counted when it
// is opened: a gauge that says 0 would be untrue.
func TestTheGaugeCountsAChatThatNoReplyMeasured(t *testing.T) {
	b := newBench(t, scripted.Options{ContextLength: 4000})
	b.Startup()
	b.until("the model is loaded", func() bool { return b.model.info().ContextLength == 4000 })
	c := b.keep(3, "Brought", "How long is the longest river?", strings.Repeat("Quite long. ", 50))
	if page := b.request("GET", "/chats/1", "").Body.String(); !strings.Contains(page, "data-uncounted") {
		t.Error("the page is not told to ask for a count")
	}
	if got := b.request("POST", "/chats/1/count", ""); got.Code != 204 {
		t.Fatalf("the page asks, and is answered %d", got.Code)
	}
	b.until("the gauge is told", func() bool { return len(b.gauges()) > 0 })
	used := b.gauges()[0].Used
	if used < 50 {
		t.Errorf("the gauge shows %d tokens, of a hundred words", used)
	}
	page := b.request("GET", "/chats/1", "").Body.String()
	if strings.Contains(page, "data-uncounted") || !strings.Contains(page, b.gauges()[0].Text) {
		t.Error("what was counted is not known when the chat is opened again")
	}
	_, tail, err := b.tail(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range b.contextParts(t.Context(), c, tail).Parts {
		if part.Kind == "reply" || part.Kind == "history" && part.Width == "0.0" {
			t.Errorf("what fills the context names %q with %s", part.Name, part.Tokens)
		}
	}
	answer := b.say(c.ID, "Thanks")
	if c, tail, err = b.tail(t.Context(), c.ID); err != nil {
		t.Fatal(err)
	}
	if g := b.gauge(c, tail); g.Uncounted || g.Used != answer.Stats.PromptTokens+answer.Stats.ReplyTokens {
		t.Errorf("after a reply the gauge shows %d tokens, want what was measured", g.Used)
	}
}
