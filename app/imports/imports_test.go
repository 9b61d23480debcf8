package imports

import (
	"archive/zip"
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"notso/app/chat"
	"notso/app/export"
)

// told writes what was read as one line a chat: the title, the system prompt,
// then the turns with their parents; a star stands before the head.
func told(r Result) string {
	var lines []string
	for _, c := range r.Chats {
		line := c.Title
		if c.Settings.System != "" {
			line += " (" + c.Settings.System + ")"
		}
		if c.Pinned {
			line += " pinned"
		}
		for _, t := range c.Turns {
			star := ""
			if t.ID == c.Head {
				star = "*"
			}
			line += fmt.Sprintf(" | %s%d<%d %s: ", star, t.ID, t.Parent, t.Role)
			if t.Reasoning != "" {
				line += "[" + t.Reasoning + "] "
			}
			line += t.Text
			if t.State != chat.Done {
				line += " " + string(t.State)
			}
		}
		lines = append(lines, line)
	}
	for _, reason := range Reasons() {
		if n := r.Left[reason]; n > 0 {
			lines = append(lines, fmt.Sprintf("left out: %d %s", n, reason))
		}
	}
	return strings.Join(lines, "\n")
}

func read(t testing.TB, data []byte) (Result, error) {
	t.Helper()
	return Read(bytes.NewReader(data), int64(len(data)))
}

func file(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// archive packs files, given as name and contents in turn.
func archive(t testing.TB, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		w, err := z.Create(files[i])
		if err == nil {
			_, err = w.Write([]byte(files[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// ollama makes a database as Ollama's app has it.
func ollama(t testing.TB, statements ...string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "db.sqlite")
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

const ollamaSchema = `
CREATE TABLE chats (id TEXT PRIMARY KEY, title TEXT NOT NULL DEFAULT '', created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE messages (id INTEGER PRIMARY KEY AUTOINCREMENT, chat_id TEXT NOT NULL, role TEXT NOT NULL, content TEXT NOT NULL DEFAULT '',
    thinking TEXT NOT NULL DEFAULT '', model_name TEXT, created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP);`

const ollamaRows = `
INSERT INTO chats VALUES ('c1', 'Kitchen', '2025-08-01 10:00:00.123+02:00'), ('c2', 'Empty', '2025-08-02 10:00:00');
INSERT INTO messages (chat_id, role, content, thinking, model_name, created_at) VALUES
    ('c1', 'user', 'Salt?', '', NULL, '2025-08-01 10:00:00.123+02:00'), ('c1', 'assistant', 'A pinch.', 'Little.', 'qwen3', '2025-08-01 10:00:05.5+02:00'), ('c1', 'tool', '{}', '', NULL, '2025-08-01 10:00:06');`

func TestRead(t *testing.T) {
	for _, test := range []struct {
		name string
		data []byte
		from string
		want string
	}{
		{"ChatGPT's conversations", file(t, "chatgpt.json"), "ChatGPT",
			`Tides | 1<0 user: Why are there tides? | 2<1 assistant: The moon. | *3<1 assistant: [The moon pulls.] The moon and the sun.
A chat that has no title | *1<0 user: A chat that has no title
left out: 1 empty
left out: 1 media
left out: 2 tools`},
		{"ChatGPT's archive", archive(t, "chat.html", "<html>", "conversations.json", string(file(t, "chatgpt.json")), "user.json", "{}"), "ChatGPT",
			`Tides | 1<0 user: Why are there tides? | 2<1 assistant: The moon. | *3<1 assistant: [The moon pulls.] The moon and the sun.
A chat that has no title | *1<0 user: A chat that has no title
left out: 1 empty
left out: 1 media
left out: 2 tools`},
		{"LM Studio's conversation", file(t, "lmstudio.json"), "LM Studio",
			`Bread (Be brief.) pinned | 1<0 user: How do I bake? | 2<0 user: How do I bake bread? | *3<2 assistant: [Flour first.] With flour.
left out: 1 media`},
		{"Jan's folder, packed", archive(t, "threads/jan_1/messages.jsonl", string(file(t, "jan-messages.jsonl")), "threads/jan_1/thread.json", string(file(t, "jan-thread.json"))), "Jan",
			`Physics (You are Jan.) pinned | 1<0 user: Hi!? | *2<1 assistant: [A greeting.] Hello to stopped`},
		{"Jan's messages alone", file(t, "jan-messages.jsonl"), "Jan",
			`Hi!? | 1<0 user: Hi!? | *2<1 assistant: [A greeting.] Hello to stopped`},
		{"llama.cpp's JSON", file(t, "llamacpp.json"), "llama.cpp",
			`Stars (Be kind.) | 1<0 user: Why is the sky dark? | 2<1 assistant: [Olbers] Age. | *3<1 assistant: [Olbers again] The universe is young.
left out: 1 media`},
		{"llama.cpp's JSONL", file(t, "llamacpp.jsonl"), "llama.cpp",
			"Stars | 1<0 user: Why? | *2<1 assistant: [Hm] So.\nSecond | *1<0 user: And?"},
		{"llama.cpp's archive", archive(t, "a.jsonl", string(file(t, "llamacpp.jsonl")), "notes.txt", "x", "other.json", `{"x": 1}`), "llama.cpp",
			"Stars | 1<0 user: Why? | *2<1 assistant: [Hm] So.\nSecond | *1<0 user: And?\nleft out: 1 foreign"},
		{"Ollama's database", ollama(t, ollamaSchema, ollamaRows), "Ollama",
			"Kitchen | 1<0 user: Salt? | *2<1 assistant: [Little.] A pinch.\nleft out: 1 empty\nleft out: 1 tools"},
		{"a mark before the JSON, and spaces", append([]byte("\xef\xbb\xbf \n"), file(t, "lmstudio.json")...), "LM Studio",
			`Bread (Be brief.) pinned | 1<0 user: How do I bake? | 2<0 user: How do I bake bread? | *3<2 assistant: [Flour first.] With flour.
left out: 1 media`},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := read(t, test.data)
			if err != nil {
				t.Fatal(err)
			}
			if told(got) != test.want {
				t.Errorf("got\n%s\nwant\n%s", told(got), test.want)
			}
			if len(got.Sources) != 1 || got.Sources[0] != test.from {
				t.Errorf("it comes from %q, want %s", got.Sources, test.from)
			}
		})
	}
}

func TestTimesAreKept(t *testing.T) {
	for _, test := range []struct {
		name             string
		data             []byte
		created, updated string
	}{
		{"ChatGPT", file(t, "chatgpt.json"), "2023-11-14T22:13:20.123Z", "2023-11-14T22:18:20.5Z"},
		{"LM Studio", file(t, "lmstudio.json"), "2024-05-03T18:47:01.01Z", "2024-05-03T18:47:01.01Z"},
		{"Jan", file(t, "jan-messages.jsonl"), "2023-11-03T03:51:43Z", "2023-11-03T03:51:50Z"},
		{"llama.cpp", file(t, "llamacpp.json"), "2025-12-09T10:17:14.001Z", "2025-12-09T11:28:19.684Z"},
		{"Ollama", ollama(t, ollamaSchema, ollamaRows), "2025-08-01T08:00:00.123Z", "2025-08-01T08:00:05.5Z"},
	} {
		got, err := read(t, test.data)
		if err != nil {
			t.Fatal(err)
		}
		c := got.Chats[0]
		if a, b := c.Created.UTC().Format(time.RFC3339Nano), c.Updated.UTC().Format(time.RFC3339Nano); a != test.created || b != test.updated {
			t.Errorf("%s: created %s and updated %s, want %s and %s", test.name, a, b, test.created, test.updated)
		}
	}
}

func TestOurOwnFilesComeBack(t *testing.T) {
	at := time.UnixMilli(1700000000000)
	c := chat.Chat{Title: "Mine", Named: true, Head: 2, Created: at, Updated: at}
	turns := []chat.Turn{{ID: 1, Role: chat.User, Text: "Hello", State: chat.Done, Created: at}, {ID: 2, Parent: 1, Role: chat.Assistant, Text: "Hi", State: chat.Done, Created: at}}
	load := func(chat.Chat) ([]chat.Turn, error) { return turns, nil }
	for name, write := range map[string]func(*bytes.Buffer) error{
		"one":          func(b *bytes.Buffer) error { return export.Write(b, "json", c, turns) },
		"several":      func(b *bytes.Buffer) error { return export.WriteBundle(b, "json", []chat.Chat{c, c}, load) },
		"none of many": func(b *bytes.Buffer) error { return export.WriteBundle(b, "json", nil, load) },
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		got, err := read(t, b.Bytes())
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, b.String())
		}
		want := map[string]int{"one": 1, "several": 2, "none of many": 0}[name]
		if len(got.Chats) != want || want > 0 && told(Result{Chats: got.Chats[:1]}) != "Mine | 1<0 user: Hello | *2<1 assistant: Hi" {
			t.Errorf("%s: %s", name, told(got))
		}
	}
}

func TestWhatIsNoExportIsRefusedWithASentence(t *testing.T) {
	bomb := archive(t, "conversations.json", "["+strings.Repeat(" ", 1<<20)+"]")
	for _, test := range []struct {
		name string
		data []byte
		want string
	}{
		{"nothing", nil, "no chats in a form that is known"},
		{"a text", []byte("Hello"), "no chats in a form that is known"},
		{"other JSON", []byte(`{"a": 1}`), "no chats in a form that is known"},
		{"a list of other things", []byte(`[1, "x", {}]`), "no chats in a form that is known"},
		{"half a file", file(t, "chatgpt.json")[:700], "breaks off or is damaged at byte 699"},
		{"a newer file of ours", []byte(`{"kind": "notso-chat", "version": 99}`), "newer version"},
		{"an archive without chats", archive(t, "a.txt", "x"), "no chats in a form that is known"},
		{"half an archive", bomb[:len(bomb)/2], "damaged .zip"},
		{"another database", ollama(t, "CREATE TABLE x (y)"), "no chats in a form that is known"},
		{"a database with a view that never ends", ollama(t, "CREATE TABLE chats (id, title, created_at)", "CREATE VIEW messages AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT i AS chat_id FROM n"), "no chats in a form that is known"},
		{"half a database", ollama(t, ollamaSchema, ollamaRows)[:5000], "damaged"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := read(t, test.data)
			var e *export.ImportError
			if !errors.As(err, &e) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want a sentence with %q", err, test.want)
			}
		})
	}
}

func TestTreesThatMakeNoSenseLoseOnlyWhatHangsOnNothing(t *testing.T) {
	for _, test := range []struct {
		name  string
		nodes []node
		want  string
	}{
		{"a ring", []node{{id: "a", parent: "b", role: chat.User, text: "x"}, {id: "b", parent: "a", role: chat.User, text: "y"}, {id: "c", role: chat.User, text: "z"}}, "Z | *1<0 user: z\nleft out: 2 damaged"},
		{"its own parent", []node{{id: "a", parent: "a", role: chat.User, text: "x"}}, "Z | *1<0 user: x"},
		{"one id twice", []node{{id: "a", role: chat.User, text: "x"}, {id: "a", role: chat.User, text: "y"}}, "Z | *1<0 user: x\nleft out: 1 damaged"},
		{"a parent that is not there", []node{{id: "a", parent: "gone", role: chat.User, text: "x"}}, "Z | *1<0 user: x"},
		{"a child before its parent", []node{{id: "b", parent: "a", role: chat.Assistant, text: "y"}, {id: "a", role: chat.User, text: "x"}}, "Z | 1<0 user: x | *2<1 assistant: y"},
		{"no ids at all", []node{{role: chat.User, text: "x"}}, "Z | *1<0 user: x"},
		{"NUL and broken bytes", []node{{id: "a", role: chat.User, text: "a\x00b\xff"}}, "Z | *1<0 user: a�b�"},
	} {
		var r Result
		outline{title: "Z", nodes: test.nodes}.add(&r)
		if told(r) != test.want {
			t.Errorf("%s:\n%s\nwant\n%s", test.name, told(r), test.want)
		}
	}
}

func TestChatsThatAreHereAlreadyAreLeftOut(t *testing.T) {
	got, err := read(t, file(t, "llamacpp.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	got.Drop([]chat.Chat{got.Chats[0].Chat, {Title: "Second"}})
	if told(got) != "Second | *1<0 user: And?\nleft out: 1 known" {
		t.Errorf("what is left is\n%s", told(got))
	}
}

// FuzzRead: whatever a file holds, reading it ends, and what comes out can be
// stored.
func FuzzRead(f *testing.F) {
	for _, name := range []string{"chatgpt.json", "lmstudio.json", "jan-thread.json", "jan-messages.jsonl", "llamacpp.json", "llamacpp.jsonl"} {
		f.Add(file(f, name))
	}
	f.Add(archive(f, "a.jsonl", string(file(f, "llamacpp.jsonl"))))
	f.Add(ollama(f, ollamaSchema, ollamaRows))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := read(t, data)
		if err != nil {
			var e *export.ImportError
			if !errors.As(err, &e) {
				t.Errorf("%T is no sentence: %v", err, err)
			}
			return
		}
		for _, c := range r.Chats {
			known := map[int64]bool{0: true}
			for _, turn := range c.Turns {
				if known[turn.ID] || !known[turn.Parent] {
					t.Fatalf("turn %d follows %d", turn.ID, turn.Parent)
				}
				known[turn.ID] = true
			}
			if !known[c.Head] || !known[c.Context] || len(c.Turns) == 0 || c.Title == "" && c.Turns[0].Text == "" && c.Turns[0].Reasoning == "" {
				t.Fatalf("the chat %+v cannot be stored", c)
			}
		}
	})
}
