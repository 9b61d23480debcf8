package export

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"notso/app/chat"
)

// random is a chat of any shape: a tree with branches, odd texts, every state.
func random(r *rand.Rand) (chat.Chat, []chat.Turn) {
	word := func() string {
		words := []string{"", "a", "漢字", "👩‍👩‍👧", "<b>&amp;", "line\nbreak\r\n", "\u2028", `"quoted\"`, "\x00\x1f", "\ufffd"}
		return words[r.IntN(len(words))] + words[r.IntN(len(words))]
	}
	moment := func() time.Time { return time.UnixMilli(r.Int64N(4e12)).UTC() }
	c := chat.Chat{Title: word(), Named: r.IntN(2) == 0, Created: moment(), Updated: moment()}
	c.Settings.System, c.Settings.Thinking = word(), []string{"", "on", "off"}[r.IntN(3)]
	if warm := r.Float64() * 2; r.IntN(2) == 0 {
		c.Settings.Temperature = &warm
	}
	if r.IntN(2) == 0 {
		share, penalty, most := r.Float64(), 0.5+r.Float64(), r.IntN(1000)
		c.Settings.TopP, c.Settings.MinP, c.Settings.TopK, c.Settings.ThinkingBudget = &share, &share, &most, &most
		c.Settings.RepeatPenalty, c.Settings.PresencePenalty, c.Settings.FrequencyPenalty = &penalty, &penalty, &penalty
		c.Settings.MaxTokens, c.Settings.Candidates, c.Settings.Choices = most, r.IntN(5), true
	}
	ids := []int64{0}
	var turns []chat.Turn
	for range r.IntN(12) {
		t := chat.Turn{ID: ids[len(ids)-1] + 1 + r.Int64N(5), Parent: ids[r.IntN(len(ids))], Role: chat.User, State: chat.Done, Text: word(), Created: moment()}
		if r.IntN(2) == 0 {
			t.Role, t.Reasoning, t.Origin, t.Error = chat.Assistant, word(), word(), word()
			t.State = []chat.State{chat.Done, chat.Stopped, chat.Interrupted, chat.Failed}[r.IntN(4)]
			t.Stats = chat.Stats{Finish: "end", ReplyTokens: r.IntN(100), Seed: r.Uint32(), FirstTokenMS: r.Float64(), Model: word(), Sampling: json.RawMessage(`{"top_p":0.95,"x":[1,"a b"]}`)}
		}
		turns, ids = append(turns, t), append(ids, t.ID)
	}
	c.Head, c.Context = ids[r.IntN(len(ids))], ids[r.IntN(len(ids))]
	return c, turns
}

func TestChatComesBackAsItWasExported(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for range 500 {
		wantChat, wantTurns := random(r)
		text := written(t, "json", wantChat, wantTurns)
		gotChat, gotTurns, err := Import(strings.NewReader(text))
		if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		if !reflect.DeepEqual(gotChat, wantChat) || !reflect.DeepEqual(gotTurns, wantTurns) {
			t.Fatalf("got\n%+v\n%+v\nwant\n%+v\n%+v", gotChat, gotTurns, wantChat, wantTurns)
		}
		if again := written(t, "json", gotChat, gotTurns); again != text {
			t.Fatalf("a second export differs:\n%s\n%s", again, text)
		}
	}
}

func TestRunningReplyIsInterruptedOnImport(t *testing.T) {
	turn := chat.Turn{ID: 1, Role: chat.Assistant, State: chat.Running, Text: "half"}
	_, turns, err := Import(strings.NewReader(written(t, "json", chat.Chat{Head: 1}, []chat.Turn{turn})))
	if err != nil || len(turns) != 1 || turns[0].State != chat.Interrupted {
		t.Errorf("got %+v, %v", turns, err)
	}
}

func TestFileThatIsNoChatIsRefusedInASentence(t *testing.T) {
	good := `{"kind":"notso-chat","version":1,"chat":{"title":"x","settings":{},"created":"2026-01-02T15:04:05Z","updated":"2026-01-02T15:04:05Z"},"turns":[TURNS]}`
	turn := func(fields string) string {
		return strings.Replace(good, "TURNS", `{"id":1,"role":"user","text":"a","state":"done","stats":{},"created":"2026-01-02T15:04:05Z"`+fields+`}`, 1)
	}
	if _, _, err := Import(strings.NewReader(turn(""))); err != nil {
		t.Fatalf("the file that the cases start from is refused: %v", err)
	}
	tests := []struct{ name, text, want string }{
		{"empty", "", "not complete JSON"},
		{"text", "# A chat", "not complete JSON"},
		{"cut", turn("")[:100], "not complete JSON"},
		{"another list", "[1,2]", "not a chat"},
		{"another object", `{"name":"x"}`, "not a chat"},
		{"null", "null", "not a chat"},
		{"newer", `{"kind":"notso-chat","version":2,"chat":[]}`, "newer version"},
		{"no version", `{"kind":"notso-chat"}`, "version"},
		{"unknown field", turn(`,"command":"rm"`), "command"},
		{"model of another machine", strings.Replace(turn(""), `"settings":{}`, `"settings":{"model":"/tmp/x.gguf"}`, 1), "model"},
		{"wrong type", turn(`,"text":5`), "text"},
		{"number too large", turn(`,"id":99999999999999999999`), "id"},
		{"unknown role", turn(`,"role":"system"`), "system"},
		{"unknown state", turn(`,"state":"lost"`), "lost"},
		{"no id", turn(`,"id":0`), "id"},
		{"its own parent", turn(`,"parent":1`), "follows"},
		{"absent parent", turn(`,"parent":7`), "follows"},
		{"absent head", strings.Replace(turn(""), `"title":"x"`, `"title":"x","head":7`, 1), "refers to a turn"},
		{"thinking", strings.Replace(turn(""), `"settings":{}`, `"settings":{"thinking":"maybe"}`, 1), "maybe"},
		{"top_k", strings.Replace(turn(""), `"settings":{}`, `"settings":{"top_k":1001}`, 1), "top_k"},
		{"candidates", strings.Replace(turn(""), `"settings":{}`, `"settings":{"candidates":5}`, 1), "candidates"},
		{"temperature", strings.Replace(turn(""), `"settings":{}`, `"settings":{"temperature":-1}`, 1), "temperature"},
		{"more than one document", turn("") + "{}", "not complete JSON"},
		{"too large", strings.Repeat(" ", maxImportBytes) + turn(""), "larger than 64 MB"},
		{"deep", strings.Repeat("[", 1_000_000), "not complete JSON"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := Import(strings.NewReader(tt.text))
			var e *ImportError
			if !errors.As(err, &e) || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("got %v, want a sentence with %q", err, tt.want)
			}
			if s := err.Error(); strings.ToUpper(s[:1]) != s[:1] || !strings.HasSuffix(s, ".") || strings.Contains(s, "\n") {
				t.Errorf("%q is no sentence", s)
			}
		})
	}
}

func TestTooManyTurnsAreRefused(t *testing.T) {
	f := file{Kind: kind, Version: version}
	for i := range maxImportTurns + 1 {
		f.Turns = append(f.Turns, fileTurn{ID: int64(i + 1), Role: chat.User, State: chat.Done})
	}
	b, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := Import(bytes.NewReader(b)); err == nil || !strings.Contains(err.Error(), fmt.Sprint(maxImportTurns)) {
		t.Errorf("got %v", err)
	}
}

func FuzzImport(f *testing.F) {
	c, turns := sample()
	var b bytes.Buffer
	if err := Write(&b, "json", c, turns); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte(`{"kind":"notso-chat","version":1}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, turns, err := Import(bytes.NewReader(b))
		if err != nil {
			return
		}
		for _, f := range Formats() {
			written(t, f.Name, c, turns)
		}
	})
}
