package runner

import (
	"testing"

	"notso/engine"
	"notso/engine/scripted"
	"notso/engine/snapshot"
)

func TestIdleChatsWaitOnDiskOnly(t *testing.T) {
	path, opts := scriptedPath(t, scripted.Plain()), engine.LoadOptions{ContextLength: 8192}
	kept, alone := loadKeeping(t, t.TempDir(), path, opts), load(t, path, opts)
	long := longText(600) // of which this model makes four times as many tokens
	for name, r := range map[string]*Runner{"with snapshots": kept, "without": alone} {
		chat := reply1(t, r, greedy(1, long)).done.Usage.PromptTokens
		if chat < idleTokens+snapshot.BlockTokens {
			t.Fatalf("%d tokens make no long chat", chat)
		}
		until(t, "it is on disk", func() bool { return r == alone || onDisk(r, greedy(1, long), t) })
		reply1(t, r, greedy(1, "Hi"))
		s := r.model.scheduler
		s.mu.Lock()
		held := s.cache.held()
		s.mu.Unlock()
		if forgot := held < chat; forgot != (r == kept) {
			t.Errorf("%s, of %d tokens %d are held beside another chat", name, chat, held)
		}
		before := evaluated(r)
		if u := reply1(t, r, greedy(1, long)).done.Usage; u.CachedTokens < chat-1 || evaluated(r) > before+2 {
			t.Errorf("%s, the chat came back with %+v, %d tokens evaluated", name, u, evaluated(r)-before)
		}
	}
}

func TestMuchIsReadWithoutTheCellsOfIdleChats(t *testing.T) {
	path, opts := scriptedPath(t, scripted.Plain()), engine.LoadOptions{ContextLength: 8192}
	chat, paste := greedy(1, longText(60)), greedy(1, "Other words. "+longText(60))
	tests := []struct {
		name  string
		next  func(r *Runner) error
		stays bool
	}{
		{"a short message", func(r *Runner) error { reply1(t, r, greedy(1, "Hi")); return nil }, true},
		{"a long one", func(r *Runner) error { reply1(t, r, paste); return nil }, false},
		{"a long draft", func(r *Runner) error { return r.Warm(t.Context(), paste, nil) }, false},
	}
	for _, test := range tests {
		r := loadKeeping(t, t.TempDir(), path, opts)
		tokens := reply1(t, r, chat).done.Usage.PromptTokens
		if tokens < muchToRead || tokens > idleTokens {
			t.Fatalf("%d tokens do not make the case", tokens)
		}
		until(t, "it is on disk", func() bool { return onDisk(r, chat, t) })
		if err := test.next(r); err != nil {
			t.Fatal(err)
		}
		s := r.model.scheduler
		s.mu.Lock()
		_, held := s.cache.longest(tokensOf(t, r, chat), tokens)
		s.mu.Unlock()
		if stays := held >= tokens-1; stays != test.stays {
			t.Errorf("after %s %d tokens of %d of the chat before are held", test.name, held, tokens)
		}
		if u := reply1(t, r, chat).done.Usage; u.CachedTokens < tokens-1 {
			t.Errorf("after %s the chat came back with %+v", test.name, u)
		}
	}
}

// onDisk tells whether the disk has all of a request's prompt but its last token.
func onDisk(r *Runner, req engine.Request, t *testing.T) bool {
	tokens := tokensOf(t, r, req)
	_, end := r.model.scheduler.snapshots.find(tokens, 0)
	return end >= len(tokens)-1
}
