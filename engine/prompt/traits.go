package prompt

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"notso/engine"
	"notso/engine/reply"
)

// Traits says what a template can do.
type Traits struct {
	Thinks bool       // it reacts to Input.Thinking, or has tags for reasoning
	Tools  bool       // it shows the model the tools
	Think  reply.Tags // around reasoning; <think> and </think> where the template names none
	Answer string     // before an answer without reasoning; empty where it needs nothing
}

// probeTime ends the probe of a template that takes too long to be usable.
const probeTime = 250 * time.Millisecond

// probeTool has a name that no template has.
const (
	probeName = "quince_weigher"
	probeTool = `{"type": "function", "function": {"name": "` + probeName + `", "description": "Weighs quinces.",
		"parameters": {"type": "object", "properties": {"count": {"type": "integer", "description": "How many"}}, "required": ["count"]}}}`
)

// Traits finds out what the template can do by rendering it a few times. It
// takes at most a second.
func (t *Template) Traits() Traits {
	base := Input{
		Messages:         []engine.Message{{Role: engine.RoleUser, Content: "Hello"}},
		GenerationPrompt: true,
	}
	on, off, tools := base, base, base
	on.Thinking, off.Thinking = engine.ThinkingOn, engine.ThinkingOff
	tools.Tools = []json.RawMessage{json.RawMessage(probeTool)}
	return Traits{
		Thinks: t.thinks || t.probe(on) != t.probe(off),
		Tools:  strings.Contains(t.probe(tools), probeName),
		Think:  t.format.think,
		Answer: t.format.answer,
	}
}

// probe is the prompt for in, or "" when there is none.
func (t *Template) probe(in Input) string {
	ctx, cancel := context.WithTimeout(context.Background(), probeTime)
	defer cancel()
	p, err := t.Render(ctx, in)
	if err != nil {
		return ""
	}
	return p.Text
}

// format is how a family of models marks the parts of a reply. A template has it
// when its source has all signs, or without any, both tags.
type format struct {
	think  reply.Tags
	answer string
	signs  []string
}

// formats are those that models write, the usual one last: a template may mention
// its tags in a text beside its own.
var formats = []format{
	{think: reply.Tags{Open: "<|START_THINKING|>", Close: "<|END_THINKING|>"}},                 // Command A, Command R7B
	{think: reply.Tags{Open: "[THINK]", Close: "[/THINK]"}},                                    // Magistral, Ministral
	{think: reply.Tags{Open: "<seed:think>", Close: "</seed:think>"}},                          // Seed-OSS
	{think: reply.Tags{Open: "<mm:think>", Close: "</mm:think>"}},                              // MiniMax-M3
	{think: reply.Tags{Open: "<|channel>thought\n", Close: "<channel|>"}},                      // Gemma 4
	{think: reply.Tags{Open: "<|inner_prefix|>", Close: "<|inner_suffix|>"}},                   // Apertus
	{think: reply.Tags{Open: "Here are my reasoning steps:", Close: "[BEGIN FINAL RESPONSE]"}}, // Apriel 1.6
	{think: reply.Tags{Open: "<thinking>", Close: "</thinking>"}},                              // Apriel 1.5
	{ // gpt-oss
		think:  reply.Tags{Open: "<|channel|>analysis<|message|>", Close: "<|end|><|start|>assistant<|channel|>final<|message|>"},
		answer: "<|channel|>final<|message|>",
		signs:  []string{"<|channel|>analysis<|message|>", "<|channel|>final<|message|>"},
	},
	{ // Solar Open
		think:  reply.Tags{Open: "<|think|>", Close: "<|end|><|begin|>assistant<|content|>"},
		answer: "<|content|>",
		signs:  []string{"<|begin|>assistant<|think|>", "<|begin|>assistant<|content|>"},
	},
	usual,
}

// usual is the format of SmolLM3, Qwen3, DeepSeek, GLM and most others.
var usual = format{think: reply.Tags{Open: "<think>", Close: "</think>"}}

// findFormat returns the format that a template's source has. Without any, it
// returns the usual one.
func findFormat(source string) (f format, found bool) {
	source = strings.ReplaceAll(source, `\n`, "\n")
	has := func(sign string) bool { return strings.Contains(source, sign) }
	for _, f := range formats {
		signs := f.signs
		if signs == nil {
			signs = []string{f.think.Open, f.think.Close}
		}
		if !slices.ContainsFunc(signs, func(sign string) bool { return !has(sign) }) {
			return f, true
		}
	}
	return usual, has(usual.think.Close)
}
