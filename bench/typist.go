package bench

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// keyTime is the time from one key to the next at 60 words a minute, of five keys
// each, by somebody who types evenly.
const keyTime = 200 * time.Millisecond

// wordEnds are the keys after which the page passes the draft on at once, see
// frontend/js/draft.js. It waits for a rest of 300 ms otherwise, which somebody
// who types evenly never makes.
const wordEnds = " .,;:?!\n"

// typist writes into the composer of a chat, 0 for a new one, as the page would
// pass it on.
type typist struct {
	*session
	chat int64
	text string // in the box
}

// paste puts text into the box and waits until the model has read it.
func (t *typist) paste(ctx context.Context, text string) error {
	t.text += text
	err := t.draft(ctx)
	t.tap.still(ctx, time.Second, time.Minute)
	return err
}

// types presses the keys of text, and returns when the time of the next has come.
func (t *typist) types(ctx context.Context, text string) error {
	next := time.Now()
	for _, key := range text {
		first := t.text == ""
		t.text += string(key)
		if first || strings.ContainsRune(wordEnds, key) {
			if err := t.draft(ctx); err != nil {
				return err
			}
		}
		next = next.Add(keyTime)
		if !pause(ctx, time.Until(next)) {
			return ctx.Err()
		}
	}
	return nil
}

// enter sends what is in the box, and more: the last keys, pressed with Enter.
func (t *typist) enter(ctx context.Context, more string, tokens int) (said, error) {
	return t.say(ctx, t.chat, t.text+more, tokens)
}

func (t *typist) draft(ctx context.Context) error {
	return t.visit(ctx, "POST", "/draft", url.Values{"chat": {strconv.FormatInt(t.chat, 10)}, "text": {t.text}})
}
