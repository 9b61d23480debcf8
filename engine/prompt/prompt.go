// Package prompt turns messages into the text that a model reads, through the
// chat template of the model's own file.
//
//	t, err := prompt.Parse(source) // once per model
//	p, err := t.Render(ctx, prompt.Input{Messages: messages, GenerationPrompt: true})
//
// Templates are programs out of files that strangers made. One that fails, loops
// or explodes ends in an *engine.TemplateError: within two seconds and 8 MiB of
// text, see the package jinja2 below, which does the rendering and knows the
// limits. A Template may be used concurrently.
//
// What a template sees follows the transformers library, since that is what
// model makers try their templates with.
package prompt

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"notso/engine"
	"notso/engine/prompt/jinja2"
)

// Template is a parsed chat template.
type Template struct {
	parsed *jinja2.Template
	format format
	thinks bool // the source has tags for reasoning
}

// Input is what one prompt is made of.
type Input struct {
	Messages         []engine.Message
	Tools            []json.RawMessage // JSON schemas
	Thinking         engine.Thinking
	BOS, EOS         string    // texts of the model's begin and end tokens
	Now              time.Time // what strftime_now sees
	GenerationPrompt bool      // ends with the beginning of a reply
}

// Prompt is a rendered prompt.
type Prompt struct {
	Text     string
	Thinking bool // Text has opened the reasoning: the reply begins inside of it
}

// Parse reads a chat template. Its error is an *engine.TemplateError.
func Parse(source string) (*Template, error) {
	parsed, err := jinja2.Parse(source)
	if err != nil {
		return nil, err
	}
	format, thinks := findFormat(source)
	return &Template{parsed: parsed, format: format, thinks: thinks}, nil
}

// chatML is the format that most models without a template were trained on.
const chatML = `{% for message in messages -%}
{{ '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>\n' }}
{%- endfor %}
{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}`

// ChatML is the template for a model whose file has none.
func ChatML() *Template {
	t, err := Parse(chatML)
	if err != nil {
		panic("prompt: the built-in template: " + err.Error()) // a test parses it
	}
	return t
}

// Render makes the prompt for in.
// Errors: *engine.TemplateError, ErrRunaway, ctx's own.
func (t *Template) Render(ctx context.Context, in Input) (Prompt, error) {
	text, err := watched(ctx, limit+grace, func(ctx context.Context) (string, error) {
		return t.parsed.Render(ctx, t.variables(in), in.Now)
	})
	if err != nil {
		return Prompt{}, err
	}
	tail := strings.TrimRight(text, " \n")
	return Prompt{Text: text, Thinking: in.GenerationPrompt && strings.HasSuffix(tail, strings.TrimSpace(t.format.think.Open))}, nil
}

// RenderJSON renders source with the variables of a JSON object, the keys of all
// its objects in their order.
// Errors: *engine.TemplateError, ErrRunaway, ctx's own.
func RenderJSON(ctx context.Context, source string, variables []byte, now time.Time) (string, error) {
	v, err := jinja2.FromJSON(variables)
	if err != nil {
		return "", &engine.TemplateError{Reason: "its variables: " + err.Error()}
	}
	return watched(ctx, limit+grace, func(ctx context.Context) (string, error) {
		t, err := jinja2.Parse(source)
		if err != nil {
			return "", err
		}
		return t.Render(ctx, v, now)
	})
}
