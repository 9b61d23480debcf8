package prompt

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"notso/engine"
	"notso/engine/reply"
)

var update = flag.Bool("update", false, "rewrite the golden files in testdata")

// shared holds templates of public models, and what they must give. They are not
// part of the project; its own are in testdata.
const shared = "../../../shared/chat-templates"

type goldens struct {
	Now           string
	Conversations map[string]json.RawMessage
	Cases         []struct {
		Template, Conversation string
		Want                   *string
		Raises                 bool
	}
}

func sharedGoldens(tb testing.TB) (goldens, time.Time) {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join(shared, "golden.json"))
	if errors.Is(err, os.ErrNotExist) {
		tb.Skipf("no templates of public models at %s", shared)
	}
	if err != nil {
		tb.Fatal(err)
	}
	var g goldens
	if err := json.Unmarshal(data, &g); err != nil {
		tb.Fatal(err)
	}
	now, err := time.Parse("2006-01-02T15:04:05", g.Now)
	if err != nil {
		tb.Fatal(err)
	}
	return g, now
}

func sharedTemplate(tb testing.TB, name string) string {
	tb.Helper()
	source, err := os.ReadFile(filepath.Join(shared, name+".jinja"))
	if err != nil {
		tb.Fatal(err)
	}
	return string(source)
}

func TestTemplatesOfPublicModelsGiveTheirPrompts(t *testing.T) {
	g, now := sharedGoldens(t)
	for _, c := range g.Cases {
		t.Run(c.Template+"/"+c.Conversation, func(t *testing.T) {
			got, err := RenderJSON(t.Context(), sharedTemplate(t, c.Template), g.Conversations[c.Conversation], now)
			check(t, got, err, c.Want)
		})
	}
}

// check compares with the wanted prompt; nil wants a refusal.
func check(t *testing.T, got string, err error, want *string) {
	t.Helper()
	var refused *engine.TemplateError
	switch {
	case want == nil && !errors.As(err, &refused):
		t.Errorf("gave %q and the error %v, want an engine.TemplateError", got, err)
	case want != nil && err != nil:
		t.Errorf("refused: %v", err)
	case want != nil && got != *want:
		t.Errorf("got  %q\nwant %q", got, *want)
	}
}

// conversation is a golden context as far as Input holds it.
type conversation struct {
	Messages []struct {
		Role      engine.Role
		Content   string
		Name      string
		CallID    string `json:"tool_call_id"`
		ToolCalls []struct {
			ID       string
			Function struct {
				Name      string
				Arguments json.RawMessage
			}
		} `json:"tool_calls"`
	}
	Tools    []json.RawMessage
	Thinking bool   `json:"enable_thinking"`
	BOS      string `json:"bos_token"`
	EOS      string `json:"eos_token"`
	Generate bool   `json:"add_generation_prompt"`
}

func (c conversation) input(now time.Time) Input {
	in := Input{Tools: c.Tools, Thinking: engine.ThinkingOff, BOS: c.BOS, EOS: c.EOS, Now: now, GenerationPrompt: c.Generate}
	if c.Thinking {
		in.Thinking = engine.ThinkingOn
	}
	for _, m := range c.Messages {
		out := engine.Message{Role: m.Role, Content: m.Content, Name: m.Name, ToolCallID: m.CallID}
		for _, call := range m.ToolCalls {
			out.ToolCalls = append(out.ToolCalls, engine.ToolCall{ID: call.ID, Name: call.Function.Name, Arguments: call.Function.Arguments})
		}
		in.Messages = append(in.Messages, out)
	}
	return in
}

// A request gives what the same conversation gives as JSON. Templates that read
// thinking get our switch under that name, and the JSON has it under another.
func TestRequestsGiveTheSamePrompts(t *testing.T) {
	g, now := sharedGoldens(t)
	for _, c := range g.Cases {
		t.Run(c.Template+"/"+c.Conversation, func(t *testing.T) {
			template, err := Parse(sharedTemplate(t, c.Template))
			if err != nil {
				t.Fatal(err)
			}
			if template.switchName() != "enable_thinking" {
				t.Skip("the switch has another name")
			}
			var in conversation
			if err := json.Unmarshal(g.Conversations[c.Conversation], &in); err != nil {
				t.Fatal(err)
			}
			got, err := template.Render(t.Context(), in.input(now))
			check(t, got.Text, err, c.Want)
		})
	}
}

func TestTraitsOfPublicModels(t *testing.T) {
	sharedGoldens(t)
	usual := reply.Tags{Open: "<think>", Close: "</think>"}
	for _, test := range []struct {
		template string
		want     Traits
	}{
		{"smollm3-hf", Traits{Thinks: true, Tools: true, Think: usual}},
		{"HuggingFaceTB-SmolLM3-3B", Traits{Thinks: true, Think: usual}},
		{"Qwen-Qwen3-0.6B", Traits{Thinks: true, Tools: true, Think: usual}},
		{"Qwen-Qwen2.5-7B-Instruct", Traits{Tools: true, Think: usual}},
		{"google-gemma-2-2b-it", Traits{Think: usual}},
		{"meta-llama-Llama-3.2-3B-Instruct", Traits{Tools: true, Think: usual}},
		{"microsoft-Phi-3.5-mini-instruct", Traits{Think: usual}},
		{"GLM-4.7-Flash", Traits{Thinks: true, Tools: true, Think: usual}},
		{"Cohere2MoE", Traits{Thinks: true, Tools: true, Think: reply.Tags{Open: "<|START_THINKING|>", Close: "<|END_THINKING|>"}}},
		{"unsloth-Apriel-1.5", Traits{Thinks: true, Tools: true, Think: reply.Tags{Open: "<thinking>", Close: "</thinking>"}}},
		{"upstage-Solar-Open-100B", Traits{Thinks: true, Tools: true, Think: reply.Tags{Open: "<|think|>", Close: "<|end|><|begin|>assistant<|content|>"}, Answer: "<|content|>"}},
		{"google-gemma-4-31B-it-interleaved", Traits{Thinks: true, Tools: true, Think: reply.Tags{Open: "<|channel>thought\n", Close: "<channel|>"}}},
	} {
		t.Run(test.template, func(t *testing.T) {
			template, err := Parse(sharedTemplate(t, test.template))
			if err != nil {
				t.Fatal(err)
			}
			if got := template.Traits(); got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

// input is a conversation with everything in it.
func input() Input {
	return Input{
		Messages: []engine.Message{
			{Role: engine.RoleSystem, Content: "Be brief."},
			{Role: engine.RoleUser, Content: "How warm is Oslo? <b>Tell me</b> in °C."},
			{Role: engine.RoleAssistant, ToolCalls: []engine.ToolCall{
				{ID: "call1", Name: "weather", Arguments: json.RawMessage(`{"unit": "c", "city": "Oslo", "days": [1, 2.0]}`)},
				{ID: "call2", Name: "clock"},
			}},
			{Role: engine.RoleTool, Name: "weather", ToolCallID: "call1", Content: `{"temp": 3}`},
			{Role: engine.RoleTool, Name: "clock", ToolCallID: "call2", Content: "noon"},
		},
		Tools: []json.RawMessage{
			json.RawMessage(`{"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {"unit": {"enum": ["c", "f"]}, "city": {}}}}}`),
		},
		BOS:              "<s>",
		EOS:              "</s>",
		Now:              time.Date(2026, 11, 2, 9, 5, 0, 0, time.UTC),
		GenerationPrompt: true,
	}
}

func TestOwnTemplatesGiveTheirGoldenPrompts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.jinja")
	if err != nil || len(files) == 0 {
		t.Fatalf("no templates in testdata: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".jinja"), func(t *testing.T) {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			template, err := Parse(string(source))
			if err != nil {
				t.Fatal(err)
			}
			var all strings.Builder
			for _, thinking := range []engine.Thinking{engine.ThinkingDefault, engine.ThinkingOn, engine.ThinkingOff} {
				in := input()
				in.Thinking = thinking
				p, err := template.Render(t.Context(), in)
				if err != nil {
					t.Fatal(err)
				}
				all.WriteString("--- thinking " + string(thinking) + "\n" + p.Text + "\n")
				if p.Thinking {
					all.WriteString("--- inside the reasoning\n")
				}
			}
			golden := strings.TrimSuffix(file, ".jinja") + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(all.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if all.String() != string(want) {
				t.Errorf("got\n%s\nwant\n%s", all.String(), want)
			}
		})
	}
}

func TestChatML(t *testing.T) {
	p, err := ChatML().Render(t.Context(), Input{
		Messages: []engine.Message{
			{Role: engine.RoleUser, Content: "Hi"},
			{Role: engine.RoleAssistant, Content: "Hello\n"},
			{Role: engine.RoleUser, Content: "\n\nBye"},
		},
		GenerationPrompt: true,
	})
	want := "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello\n<|im_end|>\n<|im_start|>user\n\n\nBye<|im_end|>\n<|im_start|>assistant\n"
	if err != nil || p.Text != want || p.Thinking {
		t.Errorf("got %q, thinking %v, error %v\nwant %q", p.Text, p.Thinking, err, want)
	}
	if traits := ChatML().Traits(); traits.Thinks || traits.Tools {
		t.Errorf("its traits are %+v, want none", traits)
	}
}

func TestTraits(t *testing.T) {
	for _, test := range []struct {
		name, template string
		want           Traits
	}{
		{"a switch without tags", "{{ 'on' if enable_thinking }}", Traits{Thinks: true, Think: reply.Tags{Open: "<think>", Close: "</think>"}}},
		{"a switch named thinking", "{{ 'on' if thinking }}", Traits{Thinks: true, Think: reply.Tags{Open: "<think>", Close: "</think>"}}},
		{"reasoning is cut from past replies", "{{ messages[0].content.split('</think>')[-1] }}", Traits{Thinks: true, Think: reply.Tags{Open: "<think>", Close: "</think>"}}},
		{"tags of Mistral", "{# [THINK] [/THINK] <think> </think> #}", Traits{Thinks: true, Think: reply.Tags{Open: "[THINK]", Close: "[/THINK]"}}},
		{"messages of gpt-oss", "{{ '<|channel|>analysis<|message|>' }}{{ '<|channel|>final<|message|>' }}", Traits{Thinks: true,
			Think:  reply.Tags{Open: "<|channel|>analysis<|message|>", Close: "<|end|><|start|>assistant<|channel|>final<|message|>"},
			Answer: "<|channel|>final<|message|>"}},
		{"tools by their JSON", "{{ tools|tojson }}", Traits{Tools: true, Think: reply.Tags{Open: "<think>", Close: "</think>"}}},
		{"tools under the name of SmolLM3", "{% for t in xml_tools %}{{ t.function.name }}{% endfor %}", Traits{Tools: true, Think: reply.Tags{Open: "<think>", Close: "</think>"}}},
		{"refuses everything", "{{ raise_exception('no') }}", Traits{Think: reply.Tags{Open: "<think>", Close: "</think>"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			template, err := Parse(test.template)
			if err != nil {
				t.Fatal(err)
			}
			if got := template.Traits(); got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

func TestReasoningIsSwitchedByTheNameThatTheTemplateReads(t *testing.T) {
	for _, test := range []struct{ template, on, off string }{
		{"{{ enable_thinking }}", "True", "False"},
		{"{{ thinking }}", "True", "False"},
		{"{{ thinking }}{{ enable_thinking }}", "True", "False"},
		{"{{ reasoning_effort|default('medium') }}", "medium", "low"},
	} {
		template, err := Parse(test.template)
		if err != nil {
			t.Fatal(err)
		}
		for thinking, want := range map[engine.Thinking]string{engine.ThinkingOn: test.on, engine.ThinkingOff: test.off} {
			if p, err := template.Render(t.Context(), Input{Thinking: thinking}); err != nil || p.Text != want {
				t.Errorf("%s with thinking %s gives %q, %v; want %q", test.template, thinking, p.Text, err, want)
			}
		}
	}
}

func TestErrorsNameTheirReason(t *testing.T) {
	for _, test := range []struct{ name, template, variables, want string }{
		{"the template's own", "{{ raise_exception('Roles must alternate') }}", "{}", "chat template: Roles must alternate"},
		{"a fault in it", "a\n{% if %}", "{}", "chat template: line 2: unexpected %}"},
		{"its variables are no JSON", "", "{", "chat template: its variables: unexpected EOF"},
		{"its variables are no object", "", "[]", "chat template: its variables are not an object"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := RenderJSON(t.Context(), test.template, []byte(test.variables), time.Time{})
			if err == nil || err.Error() != test.want {
				t.Errorf("got the error %v, want %q", err, test.want)
			}
		})
	}
}

func TestTemplateRendersConcurrently(t *testing.T) {
	source, err := os.ReadFile("testdata/reasoning.jinja")
	if err != nil {
		t.Fatal(err)
	}
	template, err := Parse(string(source))
	if err != nil {
		t.Fatal(err)
	}
	want, err := template.Render(t.Context(), input())
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 20 {
				if got, err := template.Render(t.Context(), input()); err != nil || got != want {
					t.Errorf("got %+v and the error %v, want %+v", got, err, want)
				}
			}
		})
	}
	all.Wait()
}

func TestRunawayIsReportedWithoutWaitingForIt(t *testing.T) {
	end := make(chan struct{})
	defer close(end)
	_, err := watched(t.Context(), time.Millisecond, func(context.Context) (string, error) {
		<-end
		return "", nil
	})
	var refused *engine.TemplateError
	if !errors.Is(err, ErrRunaway) || !errors.As(err, &refused) {
		t.Errorf("got the error %v, want ErrRunaway as an engine.TemplateError", err)
	}
}

func BenchmarkParseAndRender(b *testing.B) {
	source, err := os.ReadFile("testdata/reasoning.jinja")
	if err != nil {
		b.Fatal(err)
	}
	in := input()
	template, err := Parse(string(source))
	if err != nil {
		b.Fatal(err)
	}
	b.Run("parse", func(b *testing.B) {
		for b.Loop() {
			Parse(string(source))
		}
		b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N), "µs/parse")
	})
	b.Run("render", func(b *testing.B) {
		for b.Loop() {
			template.Render(b.Context(), in)
		}
		b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N), "µs/render")
	})
}
