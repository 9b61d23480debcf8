package uitest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
	"unicode"

	"notso/app/chat"
	"notso/app/store"
)

// kills is how often the window dies, each time at another moment.
const kills = 20

func TestNothingThatWasShownIsLostWhenTheWindowIsKilled(t *testing.T) {
	home := newHome(t, 1000) // more than are written until the end
	shownAny := 0
	for i := range kills {
		t.Run(fmt.Sprintf("kill %d", i+1), func(t *testing.T) {
			w := start(t, home)
			w.say(fmt.Sprintf("Story %d: tell me a long story about a lighthouse keeper, with many details.", i+1))
			shown := dieWhileWriting(t, w, i%2 == 1)
			if shown != "" {
				shownAny++
			}
			turn := lastTurn(t, home)
			if !strings.HasPrefix(letters(turn.Text), letters(shown)) {
				t.Errorf("the window showed\n%q\nthe database has\n%q", shown, turn.Text)
			}
			if turn.State != chat.Running {
				return // it was complete before the end came
			}
			w = start(t, home)
			w.openLast()
			if again := w.reply("interrupted"); !strings.HasPrefix(letters(again), letters(shown)) {
				t.Errorf("before the kill the window showed\n%q\nafter it\n%q", shown, again)
			}
			w.find("#turns > .turn:last-of-type button[hx-post$='/continue']")
			w.quit()
		})
	}
	if shownAny == 0 {
		t.Error("no kill came while text was on the screen, so this has shown nothing")
	}
}

// dieWhileWriting kills the window at a random moment of the reply, which shows
// text by then if so wanted, and returns what the reply showed last.
func dieWhileWriting(t *testing.T, w *window, written bool) string {
	t.Helper()
	pid, worker := w.pid(), w.worker(0)
	w.find("#turns > .turn[data-role=assistant]")
	if written {
		w.find("#turns > .turn:last-of-type [data-part=text] .block")
	}
	var dead atomic.Bool
	go func() {
		time.Sleep(time.Duration(rand.IntN(1500)) * time.Millisecond) // the random moment, not a wait for something
		dead.Store(true)
		syscall.Kill(pid, syscall.SIGKILL)
	}()
	var shown string
	for !dead.Load() {
		var text string
		if w.js(`return document.querySelector("#turns > .turn:last-of-type [data-part=text]").textContent`, &text) == nil {
			shown = text
		}
	}
	gone(t, pid)
	gone(t, worker) // the worker does not outlive its window
	w.close()
	return shown
}

// lastTurn reads the newest turn of the newest chat, from a database that must
// be whole.
func lastTurn(t *testing.T, home string) chat.Turn {
	t.Helper()
	ctx := context.Background()
	s, err := store.OpenReadOnly(ctx, filepath.Join(home, "data", "chats.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Check(ctx); err != nil {
		t.Errorf("the database is damaged: %v", err)
	}
	chats, err := s.Chats(ctx, 1)
	if err != nil || len(chats) == 0 {
		t.Fatalf("the database has chats %v, %v", chats, err)
	}
	turns, err := s.Branch(ctx, chats[0].ID)
	if err != nil || len(turns) == 0 {
		t.Fatalf("the chat has turns %v, %v", turns, err)
	}
	return turns[len(turns)-1]
}

// letters drops what Markdown turns into something else: the page shows the
// rest as it was written.
func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, text)
}

func TestWindowOutlivesItsWorker(t *testing.T) {
	w := start(t, newHome(t, 1000)) // more than are written until the end
	for _, signal := range []syscall.Signal{syscall.SIGKILL, syscall.SIGSEGV, syscall.SIGSTOP} {
		t.Run(signal.String(), func(t *testing.T) {
			w.t = t
			w.say("Tell me a long story about a lighthouse keeper, with many details.")
			w.find("#turns > .turn[data-state=running]:last-of-type [data-part=text] .block")
			worker := w.worker(0)
			before := w.text("#turns > .turn:last-of-type [data-part=text]")
			kill(t, worker, signal)
			if after := w.reply("interrupted"); !strings.HasPrefix(letters(after), letters(before)) {
				t.Errorf("before the worker died the reply was\n%q\nafter it\n%q", before, after)
			}
			if notice := w.text("#turns > .turn:last-of-type .notice"); notice == "" {
				t.Error("the reply does not say why it ended")
			}
			gone(t, worker)
			w.say("/new")
			w.find("#conversation[data-chat='0']")
			w.say("What is 2+2?")
			if answer := w.reply("done"); letters(answer) == "" {
				t.Errorf("the next message got the answer %q", answer)
			}
		})
	}
}
