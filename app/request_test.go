package app

import (
	"reflect"
	"testing"

	"notso/app/chat"
	"notso/engine"
)

func TestMessagesAlternateAndStartAfterReset(t *testing.T) {
	user := func(id int64, text string) chat.Turn { return chat.Turn{ID: id, Role: chat.User, Text: text} }
	reply := func(id int64, text string) chat.Turn { return chat.Turn{ID: id, Role: chat.Assistant, Text: text} }
	for _, test := range []struct {
		name   string
		branch []chat.Turn
		start  int64
		want   []engine.Message
	}{
		{name: "empty chat"},
		{
			name:   "one exchange and a question",
			branch: []chat.Turn{user(1, "a"), reply(2, "b"), user(3, "c")},
			want:   []engine.Message{{Role: "user", Content: "a"}, {Role: "assistant", Content: "b"}, {Role: "user", Content: "c"}},
		},
		{
			name:   "a reply without a word leaves one user message",
			branch: []chat.Turn{user(1, "a"), reply(2, " \n"), user(3, "c")},
			want:   []engine.Message{{Role: "user", Content: "a\n\nc"}},
		},
		{
			name:   "after /reset the model sees only what follows",
			branch: []chat.Turn{user(1, "a"), reply(2, "b"), user(3, "c")}, start: 2,
			want: []engine.Message{{Role: "user", Content: "c"}},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got, _ := messages(test.branch, test.start); len(got)+len(test.want) > 0 && !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestTitleIsTheBeginningOfTheFirstMessage(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"Hello!", "Hello!"},
		{"two\n\n  lines", "two lines"},
		{"Explain, in plain words, how a diesel engine differs from a petrol engine", "Explain, in plain words, how a diesel engine…"},
		{"Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft", "Donaudampfschifffahrtselektrizitätenhauptbetrieb…"},
	} {
		if got := title(test.text); got != test.want {
			t.Errorf("title(%q) = %q, want %q", test.text, got, test.want)
		}
	}
}
