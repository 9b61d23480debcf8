package export

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"notso/app/chat"
	"notso/app/words"

	"golang.org/x/net/html"
)

var rewrite = flag.Bool("update", false, "rewrite the golden files")

// sample is a chat with something of everything.
func sample() (chat.Chat, []chat.Turn) {
	at := time.Date(2026, 1, 2, 15, 4, 5, 678e6, time.UTC)
	warm := 0.7
	turns := []chat.Turn{
		{ID: 1, Chat: 9, Role: chat.User, Text: "How do I *add*\n  two numbers <in> Go?", State: chat.Done},
		{ID: 2, Chat: 9, Parent: 1, Role: chat.Assistant, Text: "Not shown: another branch.", State: chat.Done},
		{ID: 3, Chat: 9, Parent: 1, Role: chat.Assistant, State: chat.Done,
			Reasoning: "They want code.\n\nKeep it **short**.",
			Text:      "Like this[^1]:\n\n```go\nfunc add(a, b int) int { return a + b } // sum\n```\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n[^1]: See [the tour](https://go.dev/tour).\n",
			Stats: chat.Stats{Finish: "end", PromptTokens: 40, ReplyTokens: 52, Seed: 7, TokensPerSecond: 18.25, Model: "SmolLM3 3B",
				Sampling: json.RawMessage(`{"temperature":0.6,"top_p":0.95}`)}},
		{ID: 4, Chat: 9, Parent: 3, Role: chat.User, Text: "/quote", State: chat.Done},
		{ID: 5, Chat: 9, Parent: 4, Role: chat.Assistant, Text: "In the beginning was the Word", Origin: "quote", State: chat.Stopped},
		{ID: 6, Chat: 9, Parent: 5, Role: chat.User, Text: "And in C?", State: chat.Done},
		{ID: 7, Chat: 9, Parent: 6, Role: chat.Assistant, Text: "```c\nint add(", State: chat.Interrupted, Error: "The app ended before the reply was complete."},
	}
	for i := range turns {
		turns[i].Created = at.Add(time.Duration(i) * time.Minute)
	}
	return chat.Chat{ID: 9, Title: "Adding <numbers>", Named: true, Head: 7, Context: 3, Created: at, Updated: at.Add(time.Hour),
		Settings: chat.Settings{Model: "/home/ada/model.gguf", System: "Be brief.", Thinking: "on", Temperature: &warm}}, turns
}

func written(t *testing.T, format string, c chat.Chat, turns []chat.Turn) string {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, format, c, turns); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// styleSheet is what page.css says once, so that the golden page need not repeat it.
var styleSheet = regexp.MustCompile(`(?s)<style>.*?</style>`)

func TestEveryFormatLooksAsItDid(t *testing.T) {
	c, turns := sample()
	for _, f := range Formats() {
		t.Run(f.Name, func(t *testing.T) {
			got := written(t, f.Name, c, turns)
			if strings.Contains(got, "</style>") && !strings.Contains(got, pageCSS) {
				t.Error("the page lacks its styles")
			}
			got = styleSheet.ReplaceAllString(got, "<style>page.css</style>")
			golden := filepath.Join("testdata", "sample"+f.Extension)
			if *rewrite {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("differs from %s (-update rewrites it):\n%s", golden, got)
			}
			if strings.Contains(got, "/home/ada") {
				t.Error("the path of the model is in the file")
			}
		})
	}
}

func TestAnEditedReplyIsNamedAfterWhoWroteIt(t *testing.T) {
	for _, test := range []struct{ name, model, want string }{
		{"a known model", "SmolLM3 3B", "SmolLM3 3B (edited)"},
		{"an unknown one", "", "Assistant (edited)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			turns := []chat.Turn{
				{ID: 1, Role: chat.User, Text: "Hello", State: chat.Done},
				{ID: 2, Parent: 1, Role: chat.Assistant, Text: "Hi", State: chat.Done, Stats: chat.Stats{Model: test.model}},
				{ID: 3, Parent: 1, Role: chat.Assistant, Text: "Good day", State: chat.Done, Origin: chat.OriginEdit},
			}
			for _, format := range []string{"md", "html", "txt"} {
				if got := written(t, format, chat.Chat{Head: 3}, turns); !strings.Contains(got, test.want) {
					t.Errorf("%s does not name %q:\n%s", format, test.want, got)
				}
			}
		})
	}
}

func TestEmptyChatIsWrittenInEveryFormat(t *testing.T) {
	for _, f := range Formats() {
		if got := written(t, f.Name, chat.Chat{}, nil); !utf8.ValidString(got) || len(got) < 10 {
			t.Errorf("%s: %q", f.Name, got)
		}
	}
}

func TestUnknownFormatIsNamedWithTheKnownOnes(t *testing.T) {
	err := Write(&bytes.Buffer{}, "pdf", chat.Chat{}, nil)
	var e *UnknownFormatError
	if !errors.As(err, &e) || err.Error() != `unknown format "pdf"; there are md, html, json, txt` {
		t.Errorf("got %v", err)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestErrorOfTheWriterIsReported(t *testing.T) {
	c, turns := sample()
	for _, f := range Formats() {
		if err := Write(full{}, f.Name, c, turns); err == nil || !strings.Contains(err.Error(), "disk full") {
			t.Errorf("%s: got %v", f.Name, err)
		}
	}
}

func TestFileIsReplacedWholeOrNotAtAll(t *testing.T) {
	c, turns := sample()
	path := filepath.Join(t.TempDir(), "chat.txt")
	if err := os.WriteFile(path, []byte("older"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		format, want string
	}{
		{"pdf", "older"},
		{"txt", written(t, "txt", c, turns)},
	} {
		err := Replace(path, func(w io.Writer) error { return Write(w, step.format, c, turns) })
		if failed := step.want == "older"; failed != (err != nil) {
			t.Errorf("%s: %v", step.format, err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != step.want {
			t.Errorf("%s: the file holds %q, %v; want %q", step.format, got, err, step.want)
		}
	}
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 1 {
		t.Errorf("left beside the file: %v, %v", left, err)
	}
	if err := Replace(filepath.Join(path, "no folder"), func(w io.Writer) error { return Write(w, "txt", c, turns) }); err == nil {
		t.Error("a file in no folder was written")
	}
}

func TestPageFetchesAndRunsNothing(t *testing.T) {
	c, turns := sample()
	turns[2].Text += "\n<script src=https://x.example></script> ![p](https://x.example/p.gif) [a](javascript:alert(1)) <svg onload=alert(1)>"
	turns[0].Text += "<img src=https://x.example/p.gif>"
	c.Title += `</title><script>alert(1)</script>`
	doc, err := html.Parse(strings.NewReader(written(t, "html", c, turns)))
	if err != nil {
		t.Fatal(err)
	}
	for n := range doc.Descendants() {
		switch n.Data {
		case "script", "svg", "link", "iframe", "object", "form", "base":
			if n.Type == html.ElementNode {
				t.Errorf("the page holds <%s>", n.Data)
			}
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "src" && !strings.HasPrefix(a.Val, "data:") || strings.Contains(a.Val, "javascript:") {
				t.Errorf("the page holds %s=%q", a.Key, a.Val)
			}
		}
		if n.Type == html.TextNode && n.Parent.Data == "style" && regexp.MustCompile(`url\(|@import`).MatchString(n.Data) {
			t.Error("a style fetches something")
		}
	}
}

func TestReplyCutInItsCodeDoesNotSwallowTheRest(t *testing.T) {
	for text, want := range map[string]string{
		"```c\nint":               "```c\nint\n```",
		"~~~~\na\n~~~":            "~~~~\na\n~~~\n~~~~",
		"```\na\n```":             "```\na\n```",
		"```\na\n````":            "```\na\n````",
		"``a``\n    ```\nb":       "``a``\n    ```\nb",
		"```a`b```\nc":            "```a`b```\nc",
		"no code":                 "no code",
		"```\na\n```\n\n```go\nb": "```\na\n```\n\n```go\nb\n```",
	} {
		if got := closed(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

func TestFileNameIsOneThatEverySystemTakes(t *testing.T) {
	tests := []struct{ name, title, want string }{
		{"plain", "Weather in Paris", "Weather in Paris.md"},
		{"separators", `a/b\c:d*e?f"g<h>i|j`, "a b c d e f g h i j.md"},
		{"white space", "  a\n\tb  ", "a b.md"},
		{"nothing", "", "Chat.md"},
		{"only what is dropped", "/// ...", "Chat.md"},
		{"hidden file", "..secret", "secret.md"},
		{"parent folder", "../../etc/passwd", "etc passwd.md"},
		{"device", "nul", "Chat nul.md"},
		{"device with extension", "com1.txt", "Chat com1.txt.md"},
		{"nearly a device", "console", "console.md"},
		{"direction and control characters", "a\u202egnp.exe\x00\x7f", "agnp.exe.md"},
		{"other scripts", "天気 🌦", "天気 🌦.md"},
		{"broken runes", "a\xffb", "ab.md"},
		{"long", strings.Repeat("漢", 200), strings.Repeat("漢", maxNameBytes/3) + ".md"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := FileName(chat.Chat{Title: tt.title}, "md"); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestAPageIsInItsLanguageAndItsTextsRunTheirOwnWay(t *testing.T) {
	c, turns := sample()
	turns[2].Text = "| a |\n|---|\n| 1 |\n\nمرحبا بالعالم\n\nAnd in English.\n"
	turns[6].Error = words.In("en", "").Say("error.interrupted") // when the app spoke English
	var out bytes.Buffer
	if err := WriteIn(words.In("fr", ""), &out, "html", c, turns); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`<html lang="fr">`, `aria-label="Tableau"`, `>Copier<`, `<div dir="auto"><p>مرحبا بالعالم</p></div>`, `<div dir="auto"><p>And in English.</p></div>`, words.In("fr", "").Say("error.interrupted")} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %s in\n%s", want, out.String())
		}
	}
}
