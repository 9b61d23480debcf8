package bench

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"time"

	"notso/app/chat"
	"notso/engine"
	"notso/engine/scripted"
)

// trained is the context of SmolLM3 in tokens. What a chat holds beyond that no
// prompt holds.
const trained = 1 << 16

// growth is what a turn costs in a chat of 10,000 turns, over what it costs in
// one of 10: everything that the app does for it, from Enter until the finished
// turn is drawn, with a built-in model that answers at once. At 1 a chat may
// grow for years; what the real model does with a long chat is another matter.
//
// The two chats take turns; the figure is the ratio of the medians.
func growth(ctx context.Context, r *run) (float64, string, error) {
	home, err := os.MkdirTemp("", "notso-bench-")
	if err != nil {
		return 0, "", err
	}
	defer os.RemoveAll(home)
	s, err := r.start(ctx, Setup{Home: home, Wrap: instant}, &tap{})
	if err != nil {
		return 0, "", err
	}
	defer s.end()
	few, many := 10, pick(r, 10_000, 2_000)
	var chats [2]int64
	for i, turns := range []int{few, many} {
		if chats[i], err = s.longChat(ctx, turns); err != nil {
			return 0, "", err
		}
	}
	var times [2][]float64
	for round := range pick(r, 16, 6) {
		for i, c := range chats {
			began := time.Now()
			reply, err := s.say(ctx, c, "And what comes after that?", 0)
			if err == nil {
				err = s.visit(ctx, "GET", "/turns/"+strconv.FormatInt(reply.turn.ID, 10), nil)
			}
			if err != nil {
				return 0, "", err
			}
			if round > 0 { // the first fills caches
				times[i] = append(times[i], ms(time.Since(began)))
			}
		}
	}
	short, long := median(times[0]), median(times[1])
	return long / short, fmt.Sprintf("%.1f ms after %d turns, %.1f ms after %d; without the model", short, few, long, many), nil
}

// instant takes the place of the engine.
func instant(real engine.Engine) engine.Engine {
	real.Close()
	return scripted.New(scripted.Options{ContextLength: trained})
}

// longChat stores a chat of so many turns.
func (s *session) longChat(ctx context.Context, turns int) (int64, error) {
	now := time.Now()
	list := make([]chat.Turn, turns)
	for i := range list {
		list[i] = chat.Turn{ID: int64(i + 1), Parent: int64(i), Role: chat.User, Text: prose(uint64(i), 30), State: chat.Done, Created: now}
		if i%2 == 1 {
			list[i].Role = chat.Assistant
		}
	}
	c, err := s.Store.AddChat(ctx, chat.Chat{Title: "Long", Head: int64(turns), Created: now, Updated: now}, list)
	return c.ID, err
}
