package runner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"notso/engine"
	"notso/engine/scripted"
)

// aside is a request in the background about the chat of req, whose reply is text.
func aside(req engine.Request, text string) engine.Request {
	title := req
	title.Messages = append(slices.Clone(req.Messages),
		engine.Message{Role: engine.RoleAssistant, Content: text},
		engine.Message{Role: engine.RoleUser, Content: "Name the subject of our conversation."})
	title.Background, title.Grammar, title.Limits.MaxTokens = true, `root ::= [a-z]{3,9} " " [a-z]{3,9}`, 20
	return title
}

func TestABackgroundReplyLeavesTheChatsCacheAsItWas(t *testing.T) {
	models := map[string]func() *Runner{
		"starter":  func() *Runner { return loadStarter(t, engine.LoadOptions{ContextLength: 1024}) },
		"scripted": func() *Runner { return loadScripted(t, scripted.Plain(), engine.LoadOptions{}) },
	}
	for name, load := range models {
		t.Run(name, func(t *testing.T) {
			chat := func(title bool) outcome {
				r := load()
				first := reply1(t, r, greedy(12, question))
				if title {
					o := reply1(t, r, aside(greedy(0, question), first.text))
					if u := o.done.Usage; o.text == "" || u.CachedTokens < first.done.Usage.PromptTokens {
						t.Errorf("the title is %q, with %d of the chat's %d tokens", o.text, u.CachedTokens, first.done.Usage.PromptTokens)
					}
				}
				return reply1(t, r, greedy(12, question, first.text, "And of Spain?"))
			}
			with, without := chat(true), chat(false)
			for _, u := range []*engine.Usage{&with.done.Usage, &without.done.Usage} {
				u.Guessed, u.GuessedRight = 0, 0 // as many as pay on a machine that does other things, too
			}
			if with.text != without.text || with.done.Usage != without.done.Usage {
				t.Errorf("with a title %q, %+v; without %q, %+v", with.text, with.done.Usage, without.text, without.done.Usage)
			}
		})
	}
}

func TestABackgroundReplyCostsNoOtherChatItsCache(t *testing.T) {
	r := loadScripted(t, scripted.Plain(), engine.LoadOptions{})
	for n := range 2 * maxSequences { // more chats than there is room for
		reply1(t, r, greedy(1, fmt.Sprint(n)))
	}
	held := func() (tokens [][]int) {
		s := r.model.scheduler
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, seq := range s.cache.sequences {
			tokens = append(tokens, []int{len(seq.tokens), s.context.SequenceLength(seq.id), int(seq.used)})
		}
		return tokens[:maxSequences-1]
	}
	before := held()
	for range 3 {
		reply1(t, r, aside(greedy(0, "No chat at all"), "Hm."))
	}
	if after := held(); fmt.Sprint(before) != fmt.Sprint(after) {
		t.Errorf("the chats held %v, now %v", before, after)
	}
	s := r.model.scheduler
	if n := s.context.SequenceLength(s.cache.sequences[maxSequences-1].id); n != 0 {
		t.Errorf("%d tokens of the fork are left", n)
	}
}

func TestABackgroundReplyGivesWayToAReply(t *testing.T) {
	r := loadScripted(t, counting(), engine.LoadOptions{})
	var failed error
	other := make(chan outcome, 1)
	req := greedy(0, "Count.")
	req.Background = true
	for e, err := range r.Reply(t.Context(), req) {
		if failed = err; err == nil && e.Kind == engine.EventText && len(other) == 0 {
			other <- reply1(t, r, greedy(0, "Count, too."))
		}
	}
	if !errors.Is(failed, engine.ErrPreempted) {
		t.Errorf("the reply in the background ended with %v, want %v", failed, engine.ErrPreempted)
	}
	if o := <-other; o.done.Finish != engine.FinishEnd || o.text != counting().AnswerText() {
		t.Errorf("the reply ended with %q", o.done.Finish)
	}
}

func TestABackgroundReplyWaitsForReplies(t *testing.T) {
	r := loadScripted(t, counting(), engine.LoadOptions{})
	var title chan error
	req := greedy(0, "Count, aside.")
	req.Background = true
	for e, err := range r.Reply(t.Context(), greedy(0, "Count.")) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Kind == engine.EventText && title == nil {
			title = make(chan error, 1)
			go func() {
				o, err := collect(r.Reply(context.Background(), req))
				if writes(r) {
					t.Errorf("the reply in the background ended first: %q, %v", o.text, err)
				}
				title <- err
			}()
		}
	}
	if err := <-title; err != nil {
		t.Errorf("after the reply, it ended with %v", err)
	}
}

func TestWarmingAndABackgroundReplyGoOnTogether(t *testing.T) {
	r := loadScripted(t, counting(), engine.LoadOptions{})
	req := greedy(0, "Count.")
	req.Background = true
	var warmed error
	var o outcome
	for e, err := range r.Reply(t.Context(), req) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Kind == engine.EventText && o.text == "" {
			warmed = r.Warm(t.Context(), greedy(0, longText(200)), nil)
		}
		o.text += e.Text
	}
	if warmed != nil || o.text != counting().AnswerText() {
		t.Errorf("warming ended with %v, the reply is %q", warmed, o.text)
	}
}

func TestABackgroundReplyWithoutRoomGivesWay(t *testing.T) {
	r := loadScripted(t, scripted.Plain(), engine.LoadOptions{ContextLength: 256})
	var first, last outcome // chats that fill the cache to three quarters
	first = reply1(t, r, greedy(0, "The first chat. "+longText(1)))
	chat := greedy(0, "Another chat. "+longText(1))
	last = reply1(t, r, chat)
	measure := func() (cached []int) {
		for _, text := range []string{"The first chat. ", "Another chat. "} {
			m, err := r.Measure(t.Context(), greedy(0, text+longText(1)))
			if err != nil {
				t.Fatal(err)
			}
			cached = append(cached, m.CachedTokens)
		}
		return cached
	}
	before := measure()
	title := aside(chat, last.text)
	if o, err := collect(r.Reply(t.Context(), title)); !errors.Is(err, engine.ErrPreempted) {
		t.Errorf("beside chats of %+v and %+v it ended with %v, %+v; want %v", first.done.Usage, last.done.Usage, err, o.done.Usage, engine.ErrPreempted)
	}
	if after := measure(); !slices.Equal(before, after) {
		t.Errorf("%d tokens of the chats were cached, now %d", before, after)
	}
}

func TestACancelledBackgroundReplyIsStopped(t *testing.T) {
	r := loadScripted(t, counting(), engine.LoadOptions{})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	req := greedy(0, "Count.")
	req.Background = true
	var finish engine.Finish
	for e, err := range r.Reply(ctx, req) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Kind == engine.EventText {
			cancel()
		}
		if e.Done != nil {
			finish = e.Done.Finish
		}
	}
	if finish != engine.FinishStopped {
		t.Errorf("it finished with %q", finish)
	}
}
