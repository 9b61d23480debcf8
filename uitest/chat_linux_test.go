package uitest

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestChatIsThereAfterARestart(t *testing.T) {
	home := newHome(t, 30)
	w := start(t, home)
	w.say("What is the capital of France? Answer in one short sentence.")
	answer := w.reply("done")
	if !strings.Contains(answer, "Paris") {
		t.Errorf("the starter model answered %q, want a sentence with Paris", answer)
	}
	w.quit()

	w = start(t, home)
	w.openLast()
	if got := w.reply("done"); got != answer {
		t.Errorf("after the restart the answer is %q, want %q", got, answer)
	}
	if got := w.text(`#turns > .turn[data-role=user] [data-part=text]`); !strings.Contains(got, "capital of France") {
		t.Errorf("after the restart the message is %q", got)
	}
}

func TestQuoteNeedsNoModel(t *testing.T) {
	w := start(t, t.TempDir(), "NOTSO_MODEL=/nowhere.gguf")
	w.say("/quote ")
	text := w.reply("done")
	for _, verse := range []string{"In the beginning was the Word", "full of grace and truth"} {
		if !strings.Contains(text, verse) {
			t.Errorf("the quote lacks %q:\n%s", verse, text)
		}
	}
}

func TestThemeIsRemembered(t *testing.T) {
	home := t.TempDir()
	w := start(t, home)
	background := func() (colour string) {
		t.Helper()
		if err := w.js("return getComputedStyle(document.documentElement).backgroundColor", &colour); err != nil {
			t.Fatal(err)
		}
		return colour
	}
	w.say("/theme light")
	w.find("html[data-theme=light]")
	light := background()
	w.say("/theme dark")
	w.find("html[data-theme=dark]")
	eventually(t, "the dark theme has another background", func() bool { return background() != light })
	dark := background()
	w.quit()

	w = start(t, home)
	w.find("html[data-theme=dark]")
	if got := background(); got != dark {
		t.Errorf("after the restart the background is %s, want %s", got, dark)
	}
}

func TestExportThroughTheDialog(t *testing.T) {
	w := start(t, t.TempDir())
	w.say("/quote ")
	w.reply("done")
	file := filepath.Join(t.TempDir(), "réal chat.md")
	w.saves("/export md", "Export chat", file, func(data []byte) bool {
		return bytes.Contains(data, []byte("In the beginning was the Word"))
	})
}

// TestPictures writes the pictures of the README. It looks at nothing, so it
// runs on request alone.
func TestPictures(t *testing.T) {
	if os.Getenv("UPDATE_IMAGES") == "" {
		t.Skip("set UPDATE_IMAGES=1 to write docs/images")
	}
	folder := filepath.Join(bench.root, "docs", "images")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	w := start(t, newHome(t, 250))
	w.say("/quote John 1:1-5")
	w.reply("done")
	w.say("/new")
	w.find("#conversation[data-chat='0']")
	w.say("Write a short Python function that adds two numbers.")
	w.reply("done")
	for _, theme := range []string{"light", "dark"} {
		w.say("/theme " + theme)
		w.find("html[data-theme=" + theme + "]")
		eventually(t, "the notices are gone", func() bool { return strings.TrimSpace(w.text("#toasts")) == "" })
		if err := w.screenshot(filepath.Join(folder, theme+".png")); err != nil {
			t.Fatal(err)
		}
	}
}

func TestChatBecomesAPDF(t *testing.T) {
	w := start(t, t.TempDir())
	w.say("/quote ")
	w.reply("done")
	file := filepath.Join(t.TempDir(), "a chat.pdf")
	w.saves("/export pdf", "Export chat", file, func(data []byte) bool {
		return bytes.HasPrefix(data, []byte("%PDF-")) && bytes.Contains(data[max(0, len(data)-64):], []byte("%%EOF"))
	})
	w.say("/quote John 3:16") // the window is still there
	w.reply("done")
}
