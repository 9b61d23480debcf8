package reply

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"notso/engine"
)

func options() Options {
	return Options{Think: Tags{"<think>", "</think>"}, Answer: "<say>", ToolCall: ToolCallTags(), Stop: []string{"STOP", "TOP!", ""}}
}

// read parses pieces and joins neighbouring events of one kind.
func read(o Options, pieces ...string) (events []engine.Event, stopped bool) {
	p := New(o)
	add := func(more []engine.Event) {
		for _, e := range more {
			n := len(events)
			if n > 0 && events[n-1].Kind == e.Kind && e.ToolCall == nil {
				events[n-1].Text += e.Text
				continue
			}
			events = append(events, e)
		}
	}
	for _, piece := range pieces {
		add(p.Write([]byte(piece)))
	}
	add(p.Close())
	return events, p.Stopped()
}

func TestParser(t *testing.T) {
	weather := `{"name": "weather", "arguments": {"city": "Oslo", "at": 1}}`
	for _, test := range []struct {
		name        string
		reply       string
		inReasoning bool
		stop        string // replaces the usual ones
		want        string // R: reasoning, T: text, C: call
		wantStopped bool
	}{
		{name: "plain text", reply: "Hello.", want: "T[Hello.]"},
		{name: "nothing", reply: ""},
		{name: "reasoning opened by the model", reply: "<think>\nhm\n</think>\n\nYes", want: "R[\nhm\n] T[\n\nYes]"},
		{name: "white space before the reasoning", reply: "\n <think>hm</think>Yes", want: "R[\n hm] T[Yes]"},
		{name: "reasoning opened by the prompt", reply: "hm</think>Yes", inReasoning: true, want: "R[hm] T[Yes]"},
		{name: "reasoning without an end", reply: "<think>hm", want: "R[hm]"},
		{name: "a tag in the answer is text", reply: "Use <think> and </think>.", want: "T[Use <think> and </think>.]"},
		{name: "a second block of reasoning is text", reply: "<think>a</think>b<think>c</think>", want: "R[a] T[b<think>c</think>]"},
		{name: "what stands before an answer", reply: "\n<say>Yes <say>", want: "T[Yes <say>]"},
		{name: "the same after reasoning is text", reply: "<think>a</think><say>b", want: "R[a] T[<say>b]"},
		{name: "a beginning of what stands before an answer", reply: "<sa", want: "T[<sa]"},
		{name: "a stop string within what stands before an answer", stop: "<sa", reply: "<say>a", want: "", wantStopped: true},
		{name: "a beginning of a tag at the end", reply: "a <thi", want: "T[a <thi]"},
		{name: "an unfinished opening tag alone", reply: "<thin", want: "T[<thin]"},
		{name: "a stop string", reply: "one STOP two", want: "T[one ]", wantStopped: true},
		{name: "the stop string that is complete first", reply: "STOP!", want: "", wantStopped: true},
		{name: "a stop string within another", reply: "xTOP!", want: "T[x]", wantStopped: true},
		{name: "a stop string in the reasoning", reply: "<think>hm STOP</think>a", want: "R[hm ]", wantStopped: true},
		{name: "a stop string in reasoning that the prompt opened", reply: "hm STOP</think>a", inReasoning: true, want: "R[hm ]", wantStopped: true},
		{name: "a stop string before the reasoning", stop: "\n", reply: " \n<think>a", want: "T[ ]", wantStopped: true},
		{name: "a stop string within the opening tag", stop: "<thi", reply: "\n<think>a", want: "T[\n]", wantStopped: true},
		{name: "a stop string that ends with a tool call's tag", stop: "call>", reply: "a<tool_call>{\"name\":\"b\"}", want: "T[a] C[b {}]"},
		{name: "much white space before the reasoning", reply: strings.Repeat(" ", maxSpace+1) + "<think>a", want: "T[" + strings.Repeat(" ", maxSpace+1) + "<think>a]"},
		{name: "a tool call in the reasoning", reply: "<think><tool_call>" + weather + "</tool_call></think>", want: "R[<tool_call>" + weather + "</tool_call>]"},
		{name: "arguments in a string", reply: `<tool_call>{"name": "a", "arguments": "{\"b\": 1}"}</tool_call>`, want: `C[a {"b": 1}]`},
		{name: "arguments that are null", reply: `<tool_call>{"name": "a", "arguments": null}</tool_call>`, want: `C[a {}]`},
		{name: "arguments that are no object", reply: `<tool_call>{"name": "a", "arguments": [1]}</tool_call>`, want: `T[<tool_call>{"name": "a", "arguments": [1]}</tool_call>]`},
		{name: "an unfinished rune before a tag", reply: "<think>\xe2\x82</think>\xe2", want: "R[\uFFFD\uFFFD] T[\uFFFD]"},
		{name: "a tool call", reply: "Let me see.<tool_call>" + weather + "</tool_call>", want: "T[Let me see.] C[weather " + `{"city": "Oslo", "at": 1}` + "]"},
		{name: "two tool calls", reply: "<tool_call>" + weather + "</tool_call>\n<tool_call>{\"name\":\"b\"}</tool_call>", want: `C[weather {"city": "Oslo", "at": 1}] T[` + "\n] C[b {}]"},
		{name: "a tool call left open", reply: "<tool_call>" + weather, want: `C[weather {"city": "Oslo", "at": 1}]`},
		{name: "a tool call that is none", reply: "<tool_call>x</tool_call>y", want: "T[<tool_call>x</tool_call>y]"},
		{name: "a stop string in a tool call", reply: `<tool_call>{"name":"STOP"}</tool_call>`, want: "C[STOP {}]"},
		{name: "runes", reply: "é 日本 🙂", want: "T[é 日本 🙂]"},
		{name: "a byte that is no rune", reply: "a\xffb\xe2\x82", want: "T[a\uFFFDb\uFFFD\uFFFD]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := options()
			o.InReasoning = test.inReasoning
			if test.stop != "" {
				o.Stop = []string{test.stop}
			}
			events, stopped := read(o, test.reply)
			if got := describe(events); got != test.want || stopped != test.wantStopped {
				t.Errorf("got %s, stopped %v; want %s, %v", got, stopped, test.want, test.wantStopped)
			}
			if cut, s := read(o, strings.Split(test.reply, "")...); !reflect.DeepEqual(cut, events) || s != stopped {
				t.Errorf("rune by rune: got %s", describe(cut))
			}
		})
	}
}

func describe(events []engine.Event) string {
	var list []string
	for _, e := range events {
		switch e.Kind {
		case engine.EventReasoning:
			list = append(list, "R["+e.Text+"]")
		case engine.EventText:
			list = append(list, "T["+e.Text+"]")
		case engine.EventToolCall:
			list = append(list, fmt.Sprintf("C[%s %s]", e.ToolCall.Name, e.ToolCall.Arguments))
		}
	}
	return strings.Join(list, " ")
}

func TestTextIsTakenAsSoonAsItIsSure(t *testing.T) {
	p := New(options())
	for _, piece := range []string{"Hi", " there", " <b>"} {
		if got := p.Write([]byte(piece)); len(got) != 1 || got[0].Text != piece {
			t.Errorf("%q gave %v, want it at once", piece, got)
		}
	}
}

// The same bytes, cut anywhere, give the same events, and those are what the
// slow and obvious reading of the rules gives.
func FuzzParser(f *testing.F) {
	for _, s := range []string{
		"Hello.", "<think>a</think>b", " <think>é</think>STOP", `<tool_call>{"name":"a","arguments":{}}</tool_call>`,
		"STTOP!", "\xe2\x82\xac\xe2", "<tool_call>{}</tool_call><think>", "<think>STOP", "<thTOP!", "\n\n<think>\n</think",
	} {
		f.Add(s, uint64(1), false)
		f.Add(s, uint64(0xAAAA), true)
		f.Add(s, ^uint64(0), false)
	}
	f.Fuzz(func(t *testing.T, text string, cuts uint64, inReasoning bool) {
		o := options()
		o.InReasoning = inReasoning
		whole, stopped := read(o, text)
		var pieces []string
		start := 0
		for i := range len(text) {
			if cuts>>(i%64)&1 == 1 {
				pieces = append(pieces, text[start:i])
				start = i
			}
		}
		if cut, s := read(o, append(pieces, text[start:])...); !reflect.DeepEqual(whole, cut) || s != stopped {
			t.Fatalf("whole: %s, %v\ncut:   %s, %v", describe(whole), stopped, describe(cut), s)
		}
		if want, s := reference(o, text); describe(want) != describe(whole) || s != stopped {
			t.Fatalf("got:  %s, %v\nwant: %s, %v", describe(whole), stopped, describe(want), s)
		}
		for _, e := range whole {
			if !utf8.ValidString(e.Text) {
				t.Fatalf("%q is not UTF-8", e.Text)
			}
			if e.ToolCall != nil && !json.Valid(e.ToolCall.Arguments) {
				t.Fatalf("arguments %q are not JSON", e.ToolCall.Arguments)
			}
		}
		if joined, plain := join(whole), without(string([]rune(text)), o); !stopped && joined != plain {
			t.Fatalf("read %q, the reply without its tags is %q", joined, plain)
		}
	})
}

// reference reads a whole reply one byte at a time, and asks after each byte
// whether a tag or a stop string is complete.
func reference(o Options, text string) (events []engine.Event, stopped bool) {
	part, begun := "start", 0 // where the part begins
	if o.InReasoning {
		part = "reasoning"
	}
	emit := func(kind engine.EventKind, s string) {
		if n := len(events); n > 0 && events[n-1].Kind == kind && kind != engine.EventToolCall {
			events[n-1].Text += string([]rune(s))
		} else if s != "" {
			events = append(events, engine.Event{Kind: kind, Text: string([]rune(s))})
		}
	}
	call := func(inner, end string) {
		if c, ok := parseCall(string([]rune(inner))); ok {
			emit(engine.EventToolCall, o.ToolCall.Open+inner+end)
			events[len(events)-1].ToolCall = &c
		} else {
			emit(engine.EventText, o.ToolCall.Open+inner+end)
		}
	}
	kind := func() engine.EventKind {
		if part == "reasoning" {
			return engine.EventReasoning
		}
		return engine.EventText
	}
	for at := 1; at <= len(text); at++ {
		soFar := text[begun:at]
		if part == "call" {
			if inner, ok := strings.CutSuffix(soFar, o.ToolCall.Close); ok {
				call(inner, o.ToolCall.Close)
				part, begun = "text", at
			}
			continue
		}
		longest, tag := "", false
		for _, stop := range o.Stop {
			if strings.HasSuffix(soFar, stop) && len(stop) > len(longest) {
				longest = stop
			}
		}
		next := map[string]string{"start": o.ToolCall.Open, "text": o.ToolCall.Open, "reasoning": o.Think.Close}[part]
		if strings.HasSuffix(soFar, next) && len(next) >= len(longest) {
			longest, tag = next, true
		}
		space, opened := strings.CutSuffix(soFar, o.Think.Open)
		before, answers := strings.CutSuffix(soFar, o.Answer)
		switch {
		case part == "start" && answers && strings.Trim(before, " \t\r\n") == "" && len(before) <= maxSpace:
			part, begun = "text", at
		case part == "start" && opened && strings.Trim(space, " \t\r\n") == "" && len(space) <= maxSpace:
			emit(engine.EventReasoning, space)
			part, begun = "reasoning", at
		case longest != "":
			emit(kind(), strings.TrimSuffix(soFar, longest))
			begun = at
			if !tag {
				return events, true
			}
			part = map[string]string{"start": "call", "text": "call", "reasoning": "text"}[part]
		}
	}
	if part == "call" {
		call(text[begun:], "")
	} else {
		emit(kind(), text[begun:])
	}
	return events, false
}

func join(events []engine.Event) (all string) {
	for _, e := range events {
		all += e.Text
	}
	return all
}

// without removes the tags of the reasoning.
func without(text string, o Options) string {
	rest := strings.TrimLeft(text, " \t\r\n")
	space := text[:len(text)-len(rest)]
	if !o.InReasoning {
		if len(space) > maxSpace {
			return text
		}
		if answer, ok := strings.CutPrefix(rest, o.Answer); ok {
			return answer
		}
		inner, opened := strings.CutPrefix(rest, o.Think.Open)
		if !opened {
			return text
		}
		text = space + inner
	}
	return strings.Replace(text, o.Think.Close, "", 1)
}

// Beyond the text of its event, a piece takes no memory.
func TestPlainTextTakesNoMoreThanItsEvents(t *testing.T) {
	p := New(options())
	piece := []byte(" word")
	p.Write(piece)
	if n := testing.AllocsPerRun(100, func() { p.Write(piece) }); n > 1 {
		t.Errorf("%v allocations for a piece, want 1", n)
	}
}

func BenchmarkPlainText(b *testing.B) {
	p := New(options())
	piece := []byte(" word")
	b.ReportAllocs()
	for b.Loop() {
		p.Write(piece)
	}
}
