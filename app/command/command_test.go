package command

import (
	"errors"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestParse(t *testing.T) {
	warm, cold, budget := 0.7, 0.0, 512
	tests := []struct {
		name      string
		line      string
		want      Call
		wantText  bool   // it is a message, no command
		wantError string // a part of the sentence
	}{
		{name: "a name alone", line: "/new", want: Call{Name: "new"}},
		{name: "spaces behind the name", line: "/stop  \n", want: Call{Name: "stop"}},
		{name: "a word", line: "/export html", want: Call{Name: "export", Args: Args{Format: "html"}}},
		{name: "a word in capitals", line: "/thinking OFF", want: Call{Name: "thinking", Args: Args{Thinking: "off"}}},
		{name: "a theme", line: "/theme dark", want: Call{Name: "theme", Args: Args{Theme: "dark"}}},
		{name: "a count", line: "/candidates 3", want: Call{Name: "candidates", Args: Args{Candidates: 3}}},
		{name: "alternatives", line: "/alternatives on", want: Call{Name: "alternatives", Args: Args{Alternatives: "on"}}},
		{name: "a budget", line: "/think 512", want: Call{Name: "think", Args: Args{Budget: &budget}}},
		{name: "a budget in words", line: "/think Off", want: Call{Name: "think", Args: Args{Thinking: "off"}}},
		{name: "several lines for the model", line: "/system Be brief.\nBe kind.", want: Call{Name: "system", Args: Args{Text: "Be brief.\nBe kind."}}},
		{name: "a prompt of the user's own", line: "/my-prompt2 on\nthis", want: Call{Name: "my-prompt2", Prompt: true, Args: Args{Text: "on\nthis"}}},
		{name: "a command goes before a prompt", line: "/new", want: Call{Name: "new"}},
		{name: "a budget of nothing", line: "/think 0", wantError: "/think takes a number of tokens"},
		{name: "a mistyped prompt", line: "/my-promt2", wantError: "Did you mean /my-prompt2?"},
		{name: "a number", line: "/temp 0.7", want: Call{Name: "temp", Args: Args{Temperature: &warm}}},
		{name: "a number with a comma", line: "/temp 0,7", want: Call{Name: "temp", Args: Args{Temperature: &warm}}},
		{name: "zero is a number given", line: "/temp 0", want: Call{Name: "temp", Args: Args{Temperature: &cold}}},
		{name: "a number not given", line: "/temp", want: Call{Name: "temp"}},
		{name: "a path with spaces", line: "/model /my models/a b.gguf", want: Call{Name: "model", Args: Args{Model: "/my models/a b.gguf"}}},
		{name: "a reference", line: "/quote\tJohn 1:1–14", want: Call{Name: "quote", Args: Args{Reference: "John 1:1–14"}}},

		{name: "plain text", line: "hello", wantText: true},
		{name: "nothing", line: "", wantText: true},
		{name: "a slash alone", line: "/", wantText: true},
		{name: "a path", line: "/usr/bin is a folder", wantText: true},
		{name: "capitals", line: "/New", wantText: true},
		{name: "a space first", line: " /new", wantText: true},
		{name: "a comment in code", line: "// new", wantText: true},

		{name: "an unknown name", line: "/banana", wantError: "There is no command /banana. Type /help for the list, or start with a space to send the line as text."},
		{name: "a mistyped name", line: "/tmep 1", wantError: "Did you mean /temp?"},
		{name: "a beginning of two", line: "/them", wantError: "Did you mean /theme?"},
		{name: "a word too many", line: "/new chat", wantError: "/new takes nothing after its name."},
		{name: "a word that is not allowed", line: "/export docx", wantError: `/export takes md, html, pdf, json or txt, or nothing; not "docx".`},
		{name: "too many at once", line: "/candidates 5", wantError: `/candidates takes 1, 2, 3 or 4, or nothing; not "5".`},
		{name: "too hot", line: "/temp 2.1", wantError: `/temp takes a number from 0`},
		{name: "too cold", line: "/temp -1", wantError: `not "-1"`},
		{name: "not a number", line: "/temp NaN", wantError: `not "NaN"`},
		{name: "a number in words", line: "/temp warm", wantError: `not "warm"`},
		{name: "two lines", line: "/quote John 1\nand more", wantError: "/quote takes a reference such as John 1:1-14"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, is, err := Parse(tt.line, "my-prompt2", "new")
			if is == tt.wantText {
				t.Fatalf("%q is a command: %v, want %v", tt.line, is, !tt.wantText)
			}
			if tt.wantError == "" {
				if err != nil || !reflect.DeepEqual(got, tt.want) {
					t.Errorf("%q gave %+v, %v; want %+v", tt.line, got, err, tt.want)
				}
				return
			}
			if usage := (*UsageError)(nil); !errors.As(err, &usage) || !strings.Contains(usage.Sentence, tt.wantError) {
				t.Errorf("%q gave the error %v, want one that says %q", tt.line, err, tt.wantError)
			}
		})
	}
}

// The registry is data, so the test is what keeps a new row complete.
func TestRegistry(t *testing.T) {
	want := strings.Fields("new clear reset export title pin branch summarize thinking think temp system preset candidates alternatives model quote search import status theme settings help stop regenerate continue")
	var got []string
	order := map[Category]int{}
	for i, c := range Categories() {
		order[c] = i
	}
	last := 0
	for _, c := range All() {
		got = append(got, c.Name)
		t.Run("/"+c.Name, func(t *testing.T) {
			if !regexp.MustCompile(`^[a-z]+$`).MatchString(c.Name) {
				t.Errorf("the name %q cannot be typed", c.Name)
			}
			if c.Summary == "" || utf8.RuneCountInString(c.Summary) > 60 || strings.HasSuffix(c.Summary, ".") {
				t.Errorf("the summary %q should be one short line without a full stop", c.Summary)
			}
			if c.Icon == "" || len(c.Places) == 0 {
				t.Errorf("%+v has no icon or no place", c)
			}
			if (c.Arguments == "") != (c.parse == nil) || (c.hint == "") != (c.parse == nil) {
				t.Errorf("%+v tells of arguments that it does not read, or reads some that it does not tell of", c)
			}
			position, known := order[c.Category]
			if !known || position < last {
				t.Errorf("category %q is unknown or out of order", c.Category)
			}
			last = position
			found, ok := Find(c.Name)
			if !ok || found.Summary != c.Summary {
				t.Errorf("Find gave %+v, %v", found, ok)
			}
		})
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the commands are %q, want %q", got, want)
	}
}

func FuzzParse(f *testing.F) {
	for _, c := range All() {
		f.Add("/" + c.Name + " 1")
	}
	f.Add("/temp 1e400")
	f.Add("/quote \xff")
	f.Fuzz(func(t *testing.T, line string) {
		call, is, err := Parse(line)
		if !is && (err != nil || call != Call{}) {
			t.Errorf("a message gave %+v, %v", call, err)
		}
		if is && err == nil {
			if _, known := Find(call.Name); !known {
				t.Errorf("%q gave the unknown command %q", line, call.Name)
			}
		}
		if is && !strings.HasPrefix(line, "/") {
			t.Errorf("%q is taken for a command", line)
		}
	})
}
