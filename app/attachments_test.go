package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"notso/app/webtest"
	"notso/engine/scripted"
)

func newFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFilesOfAMessageAreInItsPrompt(t *testing.T) {
	b := newBench(t, scripted.Options{})
	path := newFile(t, "notes.md", "The harbour opens at six.")
	answer, err := b.Talk(t.Context(), 0, "When?", TalkOptions{Files: []string{path}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	prompt := func(chatID int64) string {
		req, err := b.draftRequest(t.Context(), chatID, "And then?")
		if err != nil {
			t.Fatal(err)
		}
		return req.Messages[0].Content
	}
	first := prompt(answer.Chat)
	if !strings.Contains(first, "The harbour opens at six.") || !strings.HasSuffix(first, "When?") {
		t.Errorf("the prompt begins with %q", first)
	}
	if n := strings.Count(first, "The harbour opens at six."); n != 1 {
		t.Errorf("the file is in the prompt %d times", n)
	}
	version, err := b.store.AddVersion(t.Context(), answer.Parent, "Where?")
	if err != nil {
		t.Fatal(err)
	}
	if got := prompt(version.Chat); got != strings.TrimSuffix(first, "When?")+"Where?" {
		t.Errorf("after an edit the prompt begins with %q", got)
	}
}

func TestDraftIsReadAheadAsItWillBeSent(t *testing.T) {
	b := newBench(t, scripted.Options{})
	if _, err := b.Attach(t.Context(), 0, newFile(t, "a.txt", "some text")); err != nil {
		t.Fatal(err)
	}
	ahead, err := b.draftRequest(t.Context(), 0, "Sum it up.")
	if err != nil {
		t.Fatal(err)
	}
	user, _, err := b.Send(t.Context(), 0, "Sum it up.")
	if err != nil {
		t.Fatal(err)
	}
	c, err := b.store.Chat(t.Context(), user.Chat)
	if err != nil {
		t.Fatal(err)
	}
	p, err := b.past(t.Context(), c, user.ID)
	if err != nil || p.turns[0].Text != ahead.Messages[len(ahead.Messages)-1].Content {
		t.Errorf("sent is %q, %v; read ahead was %v", p.turns[0].Text, err, ahead.Messages)
	}
	if left, err := b.store.DraftAttachments(t.Context(), 0); err != nil || len(left) != 0 {
		t.Errorf("the draft keeps %v, %v", left, err)
	}
}

func TestAttachmentsInTheWindow(t *testing.T) {
	browser := webtest.NewBrowser(t)
	b, p := openWindow(t, browser, scripted.Options{})
	p.Until(`document.querySelector('#status').dataset.state === 'none' || document.querySelector('#status').dataset.state === 'ready'`)

	evil := `<img src=x onerror=alert(1)>.txt`
	b.Drop([]string{newFile(t, "notes.md", "# Notes\n\nThe harbour opens at six."), newFile(t, evil, "<b>bold</b>"), newFile(t, "cat.png", "\x89PNG\r\n")})
	p.Until(`document.querySelectorAll('#attachments .attached').length === 2`)
	p.Until(`[...document.querySelectorAll('.toast .text')].some((t) => t.textContent.includes('is an image'))`)
	if got := webtest.Get[string](p, `document.querySelector('#attachments .attached:nth-child(2) .name').textContent`); got != evil {
		t.Errorf("the file is called %q", got)
	}
	p.CheckAccessibility("files in the composer")

	p.Click("#attachments .attached .look")
	p.Until(`document.querySelector('dialog.preview[open] pre').textContent.includes('opens at six')`)
	p.Press("\u001b")
	p.Until(`!document.querySelector('dialog[open]')`)

	p.Click("#attachments .attached:nth-child(2) .tool")
	p.Until(`document.querySelectorAll('#attachments .attached').length === 1`)
	p.Do(webtest.Script(`[...document.querySelectorAll('.toast')].find((t) => t.textContent.includes('Removed')).querySelector('.undo').click()`))
	p.Until(`document.querySelectorAll('#attachments .attached').length === 2`)

	p.Type("#message", "When does it open?\r")
	p.Until(`document.querySelectorAll('#turn-1 .attached').length === 2 && document.querySelectorAll('#attachments .attached').length === 0`)
	p.Until(`document.querySelector('#turn-2[data-state=done]')`)
	p.Click("#turn-1 .attached .look")
	p.Until(`document.querySelector('dialog.preview[open]')`)
	p.Press("\u001b")
	p.Until(`!document.querySelector('dialog[open]')`)

	// A long paste is text, and a file on request.
	p.Do(webtest.Script(`(() => {
		const text = 'word '.repeat(4000), data = new DataTransfer();
		data.setData('text/plain', text);
		message.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }));
		message.value = 'See: ' + text;
		message.dispatchEvent(new Event('input', { bubbles: true }));
	})()`))
	p.Click("#paste-offer button")
	p.Until(`document.querySelector('#attachments .attached .name').textContent === 'Pasted text.txt' && message.value === 'See: '`)

	// What will not fit is told before it is sent.
	b.Drop([]string{newFile(t, "large.txt", strings.Repeat("word ", 9000))})
	p.Until(`document.querySelector('#attachments .warning').textContent.includes('the model holds 8,192')`)
	p.CheckAccessibility("a warning")
	p.Resize(360, 800)
}

func TestAPassageLeavesTheFilesToTheNextMessage(t *testing.T) {
	for name, begin := range map[string]func(*bench) int64{
		"in a chat":     func(b *bench) int64 { return b.say(0, "Hello").Chat },
		"in a new chat": func(*bench) int64 { return 0 },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, scripted.Options{})
			id := begin(b)
			if _, err := b.Attach(t.Context(), id, newFile(t, "a.txt", "some text")); err != nil {
				t.Fatal(err)
			}
			out := b.run(id, "/quote")
			if files, err := b.store.DraftAttachments(t.Context(), out.Chat); err != nil || len(files) != 1 {
				t.Errorf("%d files wait for the next message, %v; want the one", len(files), err)
			}
			if _, err := b.Await(t.Context(), out.Turns[1]); err != nil {
				t.Error(err)
			}
		})
	}
}
