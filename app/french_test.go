package app

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/net/html"

	"notso/app/chat"
	"notso/app/command"
	"notso/app/config"
	"notso/app/fetch"
	"notso/app/hub"
	"notso/app/library"
	"notso/app/shelf"
	"notso/app/shortcut"
	"notso/app/store"
	"notso/app/words"
	"notso/engine"
	"notso/engine/scripted"
)

// englishWord matches words that French does not have.
var englishWord = regexp.MustCompile(`(?i)\b(the|of|is|are|was|were|with|and|this|that|which|has|have|it|its|not|you|your|for|from|will|cannot|nothing|there|be|to|by|at|here|what|loading|reading|writing|when|where|how)\b`)

// names are what keeps its English name in every language.
var names = regexp.MustCompile(`notso [a-z]+( [a-z]+)*|LM Studio|/[a-z]+|"[^"]*"|https?://\S+|[\w.]+@[\w.]+`)

// frenchReader looks for English where a French reader would see it.
type frenchReader struct {
	t       *testing.T
	english map[string]string // texts that differ in French, with their keys
}

func newFrenchReader(t *testing.T) frenchReader {
	t.Helper()
	r := frenchReader{t, map[string]string{}}
	french := map[string]bool{}
	for _, text := range words.In("fr", "").All() {
		french[text] = true
	}
	for key, text := range words.In("en", "").All() {
		if len(text) > 3 && !french[text] && !strings.Contains(text, "%") {
			r.english[text] = key
		}
	}
	return r
}

// read fails on English in text, which stands at a place.
func (r frenchReader) read(where, text string) {
	r.t.Helper()
	text = strings.TrimSpace(text)
	if text == "none" || text == "For tests." { // what commands take; a model's own summary
		return
	}
	if key, same := r.english[text]; same {
		r.t.Errorf("%s: %q is the English text of %s", where, text, key)
	}
	if found := englishWord.FindString(names.ReplaceAllString(text, " ")); found != "" {
		r.t.Errorf("%s: %q is English (%s)", where, text, found)
	}
}

// readPage reads what a page shows and what a screen reader says of it; not what
// people or models wrote.
func (r frenchReader) readPage(where string, node *html.Node) {
	r.t.Helper()
	if node.Type == html.ElementNode {
		class, _ := attribute(node, "class")
		if slices.Contains([]string{"script", "style", "code", "pre", "kbd", "textarea", "use"}, node.Data) || slices.Contains(strings.Fields(class), "block") {
			return
		}
		for _, a := range node.Attr {
			if slices.Contains([]string{"aria-label", "title", "placeholder", "alt", "aria-description", "aria-roledescription", "data-label", "aria-valuetext"}, a.Key) {
				r.read(where+" <"+node.Data+" "+a.Key+">", a.Val)
			}
		}
	}
	if node.Type == html.TextNode {
		r.read(where, node.Data)
	}
	for child := range node.ChildNodes() {
		r.readPage(where, child)
	}
}

// frenchBench is an app with all its parts, for a French user, with a chat that
// has a reply, one that was stopped and one that failed.
func frenchBench(t *testing.T) *shelfBench {
	t.Helper()
	b := newShelfBench(t, false, "models/Un.gguf", "models/Deux.gguf")
	b.opts.Language = "fr_FR"
	b.opts.Home.Prompts = filepath.Join(b.root, "prompts")
	if err := os.MkdirAll(b.opts.Home.Prompts, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"resume.md": "# Résumer\nRésume ceci.", "Faux Nom.md": "x", "vide.md": "", "new.md": "x"} {
		if err := os.WriteFile(filepath.Join(b.opts.Home.Prompts, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	answer := scripted.Script{Reasoning: []string{"Voyons", " cela", " !"}, Answer: []string{"Bonjour", " à", " tous", "."}}
	b.model.files = scripted.New(scripted.Options{Script: answer})
	if err := b.opts.Config.Update(func(c *config.Config) {
		c.Presets = []config.Preset{{Name: "Précis", Manner: config.Manner{Thinking: engine.ThinkingOff}}}
	}); err != nil {
		t.Fatal(err)
	}
	b.opts.Warnings = []string{`The setting "theme" (line 3) is 7, but it must be "system", "light" or "dark"; the default is used.`}
	b.opts.SaveAs = func(title, name string) (string, error) {
		newFrenchReader(t).read("dialog to save", title)
		return filepath.Join(b.root, name), nil
	}
	b.opts.OpenFile = func(title, _ string) (string, error) {
		newFrenchReader(t).read("dialog to open", title)
		return "", nil
	}
	b.Startup()
	b.until("a model is ready", func() bool { state, _, builtin, _ := b.model.snapshot(); return state == "ready" && !builtin })
	first := b.talkFrench(0)
	b.talkFrench(first.Chat)
	for state, sentence := range map[chat.State]string{chat.Stopped: "", chat.Failed: b.sentence(&engine.ModelFileError{Path: "x.gguf", Reason: "tensor \"a\" lies outside the file"})} {
		turn, err := b.store.StartReply(t.Context(), first.Chat, first.Parent, "")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.store.FinishReply(t.Context(), turn.ID, state, sentence, chat.Stats{}); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

func (b *shelfBench) talkFrench(chatID int64) chat.Turn { return b.say(chatID, "Bonjour") }

func TestTheWindowSpeaksFrench(t *testing.T) {
	b, r := frenchBench(t), newFrenchReader(t)
	get := func(path string) {
		t.Helper()
		w := httptest.NewRecorder()
		b.Handler().ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		if w.Code >= 300 {
			t.Errorf("%s answers %d: %s", path, w.Code, w.Body)
		}
		node, err := html.Parse(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		r.readPage(path, node)
	}
	key := ""
	for _, i := range must(t, b.opts.Shelf.Items) {
		key = modelKey(i.Path)
	}
	for _, path := range []string{
		"/", "/chats/1", "/chats/1/turns?before=3", "/chats", "/search?q=bonjour", "/search?q=rien", "/menu?of=chats&chats=1", "/menu?of=chats&chats=1&view=move", "/menu?of=chats&chats=1&view=export", "/menu",
		"/import", "/complete?line=/theme%20", "/complete?line=/preset%20", "/commands", "/help", "/everything", "/everything/choices?q=th", "/everything/choices?q=/temp%20", "/everything/choices?q=xyzq",
		"/models", "/models/parts", "/models/elsewhere", "/models/" + key + "/about", "/models/" + key + "/defaults", "/welcome",
		"/settings", "/settings?own=true", "/shortcuts", "/chats/1/attachments",
		"/turns/1", "/turns/2", "/chats/1/map", "/chats/1/context", "/turns/2/menu", "/turns/1/menu", "/turns/2/edit", "/turns/1/edit", "/turns/2/raw", "/turns/2/facts", "/turns/1/facts",
	} {
		get(path)
	}
	for _, entry := range b.MenuBar() {
		r.read("menu bar", entry.Text)
		for _, item := range entry.Items {
			r.read("menu bar", item.Text)
		}
	}
	r.readEvents(b.bench)
}

// readEvents reads what the page was told meanwhile.
func (r frenchReader) readEvents(b *bench) {
	r.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range b.events {
		switch data := e.data.(type) {
		case toastView:
			r.read("toast", data.Text)
		case statusView:
			r.read("status", data.Text)
		case replyEvent:
			for _, p := range data.Parts {
				r.read("fold", p.Summary)
			}
		}
	}
}

func TestCommandsAnswerInFrench(t *testing.T) {
	b, r := frenchBench(t), newFrenchReader(t)
	for _, c := range command.All() {
		lines := []string{"/" + c.Name, "/" + c.Name + " b\x01d"}
		for _, word := range c.Words {
			lines = append(lines, "/"+c.Name+" "+word)
		}
		for _, line := range append(lines, "/"+c.Name+" zzz") {
			if strings.HasPrefix(line, "/model zzz") || line == "/system zzz" || line == "/title zzz" {
				continue
			}
			call, _, err := b.Parse(line)
			if err != nil {
				r.read(line, b.sentence(err))
				continue
			}
			for _, chatID := range []int64{1, 0} {
				out, err := b.Run(t.Context(), chatID, call, nil)
				if err != nil {
					r.read(line, b.sentence(err))
				}
				r.read(line, out.Text)
				for _, turn := range out.Turns {
					if _, err := b.Await(t.Context(), turn); err != nil {
						r.read(line, b.sentence(err))
					}
				}
			}
		}
	}
	for _, line := range []string{"/zzz", "/themee", "/model zzz", "/quote zzz"} {
		call, _, err := b.Parse(line)
		if err == nil {
			_, err = b.Run(t.Context(), 1, call, nil)
		}
		r.read(line, b.sentence(err))
	}
	r.readEvents(b.bench)
}

func TestSentencesAreFrench(t *testing.T) {
	in, r := words.In("fr", ""), newFrenchReader(t)
	for _, err := range []error{
		chat.ErrBusy, chat.ErrEmptyTurn, chat.ErrNotFound, store.ErrFolderExists, store.ErrEmptyName, store.ErrReadOnly, store.ErrNoBackup,
		engine.ErrNoModel, engine.ErrWorkerDied, engine.ErrDeviceLost, engine.ErrClosed, engine.ErrPreempted,
		fmt.Errorf("%w: it was killed by SIGKILL", engine.ErrWorkerDied), fmt.Errorf("%w: it did not answer for 30s", engine.ErrWorkerDied),
		&engine.ModelFileError{Path: "a.gguf", Reason: "the file is cut off"}, &engine.ModelFileError{Path: "a.gguf", Reason: "its part 2 of 3 cannot be used: it is not a GGUF file"},
		&engine.ModelFileError{Path: "a.gguf", Reason: "it crashed the engine twice and is not opened again until it changes: it was killed by SIGSEGV"},
		&engine.PromptTooLongError{Tokens: 9000, Limit: 8192}, &engine.TemplateError{Reason: "it took more than 2s"}, &engine.GrammarError{Reason: "it has a zero byte"},
		&engine.UnsupportedError{What: "writing 9 candidates, more than 4,"}, &engine.UnsupportedError{What: "a context of 9 tokens, which needs 3.1 GB where 2.0 GB are free,"},
		&engine.RemoteError{Kind: engine.RemoteGarbled, Server: "box", Reason: "its answer is not the JSON that was asked for"}, &engine.RemoteError{Kind: engine.RemoteUnreachable, Server: "box", Reason: "connection refused"},
		&library.NotFoundError{Name: "x"}, &library.NotFoundError{Name: "x", Near: []string{"y", "z"}}, &library.NotFoundError{Name: "x", Known: []string{"y"}}, library.ErrNone,
		fetch.ErrExists, fetch.ErrElsewhere, fetch.ErrUnknown, fetch.ErrName, fetch.ErrClosed, &fetch.StatusError{Code: 500}, &fetch.StatusError{Code: 404}, &fetch.StatusError{Code: 401}, &fetch.StatusError{Code: 429},
		&fetch.SpaceError{Need: 3e9, Free: 1e9}, &fetch.AddressError{Address: "x", Reason: "it is no address"}, &fetch.ContentError{Reason: "the server does not say how large the file is"}, &fetch.RangeError{Asked: 3, Got: "x"},
		shelf.ErrNotOwn, shelf.ErrName, shelf.ErrTaken, shelf.ErrThere, shelf.ErrGone, shelf.ErrHeader, hub.ErrNoModels,
		&os.PathError{Op: "open", Path: "/x", Err: fs.ErrPermission}, &os.PathError{Op: "open", Path: "/x", Err: syscall.ENOENT}, syscall.ENOSPC, context.Canceled,
		fmt.Errorf("save the settings: %w", &os.PathError{Op: "open", Path: "/x", Err: syscall.EISDIR}),
	} {
		r.read(fmt.Sprintf("%T", err), SentenceIn(in, err))
	}
	for _, e := range library.BuiltIn().Models {
		r.read("catalogue", in.Of(e.Summary))
	}
	for _, k := range config.Keys() {
		r.read(k.Name, in.Of(k.About))
		r.read(k.Name, in.Of(k.Allowed))
	}
	for _, problem := range shortcut.Problems(map[string]string{"find": "Ctrl+X", "palette": "x", "zzz": "Ctrl+P"}) {
		r.read("shortcut", in.Of(problem))
	}
	_, warnings := config.ReadModelDefaults(map[string]json.RawMessage{"zzz": json.RawMessage("1"), "temperature": json.RawMessage("9")})
	for _, w := range warnings {
		r.read("defaults", in.Of(w))
	}
}

func TestAReaderOfFrenchFindsEnglish(t *testing.T) {
	for _, text := range []string{"Copied.", "There is no such thing."} {
		inner := &testing.T{}
		r := newFrenchReader(t)
		r.t = inner
		if r.read("here", text); !inner.Failed() {
			t.Errorf("%q passes for French", text)
		}
	}
}

func must[T any](t *testing.T, f func() (T, error)) T {
	t.Helper()
	v, err := f()
	if err != nil {
		t.Fatal(err)
	}
	return v
}
