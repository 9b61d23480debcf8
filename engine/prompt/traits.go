package prompt

import (
	"context"
	"encoding/json"
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
		Think:  t.think,
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

// thinkTags are the tags that models write around reasoning, the usual ones
// last: a template may mention those in a text beside its own.
var thinkTags = []reply.Tags{
	{Open: "<|START_THINKING|>", Close: "<|END_THINKING|>"}, // Command A, Command R7B
	{Open: "[THINK]", Close: "[/THINK]"},                    // Magistral, Ministral
	{Open: "<seed:think>", Close: "</seed:think>"},          // Seed-OSS
	{Open: "<|channel>thought\n", Close: "<channel|>"},      // Gemma 4
	{Open: "<|inner_prefix|>", Close: "<|inner_suffix|>"},   // Apertus
	{Open: "<thinking>", Close: "</thinking>"},              // Apriel
	{Open: "<think>", Close: "</think>"},                    // SmolLM3, Qwen3, DeepSeek, GLM and most others
}

// findThinkTags returns the tags that a template's source has. Without any, it
// returns the usual ones.
func findThinkTags(source string) (tags reply.Tags, found bool) {
	source = strings.ReplaceAll(source, `\n`, "\n")
	for _, tags := range thinkTags {
		if strings.Contains(source, tags.Close) && strings.Contains(source, tags.Open) {
			return tags, true
		}
	}
	usual := thinkTags[len(thinkTags)-1]
	return usual, strings.Contains(source, usual.Close)
}
