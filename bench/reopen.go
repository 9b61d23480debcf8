package bench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"notso/app/chat"
)

// reopen is how much sooner a chat of 2,000 tokens answers after a restart than
// it would if the model had to read it again: at 1 the user waits for every word
// ever said, at 100 for none.
//
// One start of the program reads the chat for the first time and answers. When
// what it keeps on disk has settled, it ends. The next start opens the chat, and
// one short message is typed at once, see typist. Each time the clock runs from
// Enter to the first piece on screen, with the model already loaded.
func reopen(ctx context.Context, r *run) (float64, string, error) {
	home, err := os.MkdirTemp("", "notso-bench-")
	if err != nil {
		return 0, "", err
	}
	defer os.RemoveAll(home)
	c, cold, err := readOnce(ctx, r, home)
	if err != nil {
		return 0, "", err
	}
	s, err := r.start(ctx, Setup{Home: home}, &tap{})
	if err != nil {
		return 0, "", err
	}
	defer s.end()
	if err := s.visit(ctx, "GET", "/chats/"+strconv.FormatInt(c, 10), nil); err != nil {
		return 0, "", err
	}
	t := &typist{session: s, chat: c}
	if err := t.types(ctx, "Go on."); err != nil {
		return 0, "", err
	}
	warm, err := t.enter(ctx, "", 4)
	if err != nil {
		return 0, "", err
	}
	return cold.first.Seconds() / warm.first.Seconds(), fmt.Sprintf("%.3f s with %d of %d tokens kept, %.2f s when all %d were read",
		warm.first.Seconds(), warm.turn.Stats.CachedTokens, warm.turn.Stats.PromptTokens, cold.first.Seconds(), cold.evaluated()), nil
}

// readOnce makes a chat and lets the program read it, answer and end.
func readOnce(ctx context.Context, r *run, home string) (chatID int64, cold said, err error) {
	s, err := r.start(ctx, Setup{Home: home}, &tap{})
	if err != nil {
		return 0, cold, err
	}
	defer s.end()
	half, err := s.words(ctx, pick(r, 1000, 120))
	if err != nil {
		return 0, cold, err
	}
	now := time.Now()
	c, err := s.Store.AddChat(ctx, chat.Chat{Title: "Long", Head: 2, Created: now, Updated: now}, []chat.Turn{
		{ID: 1, Role: chat.User, Text: prose(1, half), State: chat.Done, Created: now},
		{ID: 2, Parent: 1, Role: chat.Assistant, Text: prose(2, half), State: chat.Done, Created: now},
	})
	if err != nil {
		return 0, cold, err
	}
	if cold, err = s.say(ctx, c.ID, "Go on.", 4); err != nil {
		return 0, cold, err
	}
	settled(ctx, filepath.Join(home, "cache"), pick(r, 15*time.Second, 3*time.Second))
	return c.ID, cold, nil
}

// settled waits until a folder has not grown for two seconds, at most limit.
func settled(ctx context.Context, folder string, limit time.Duration) {
	const quiet = 2 * time.Second
	last, since := size(folder), time.Now()
	for deadline := time.Now().Add(limit); time.Now().Before(deadline) && time.Since(since) < quiet; {
		if !pause(ctx, quiet/20) {
			return
		}
		if n := size(folder); n != last {
			last, since = n, time.Now()
		}
	}
}
