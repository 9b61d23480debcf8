package remote

import (
	"fmt"
	"strings"

	"notso/engine"
)

// dialect is what a server knows beyond OpenAI's reference. A server that is not
// recognised gets the reference alone, since strict ones refuse more.
type dialect struct {
	name              string
	templateArguments bool     // chat_template_kwargs, which switch the reasoning
	continues         bool     // goes on with a reply that was begun
	asks              bool     // wants to be told so: continue_final_message
	stopsEarly        bool     // ends a reply after some tokens unless a limit is named
	counting          counting // of tokens
	grammar           func(*extras, string)
	penalty           func(*extras, float64)
}

// counting is a way to have a server count tokens.
type counting int

const (
	countNot      counting = iota
	countMessages          // vLLM: /tokenize takes messages
	countText              // llama-server: /apply-template, then /tokenize
)

// speaks recognises a server by the owner that it gives its models.
func speaks(owner string) dialect {
	repetition := func(x *extras, p float64) { x.RepetitionPenalty = &p }
	switch strings.ToLower(owner) {
	case "vllm":
		return dialect{
			name: "vLLM", templateArguments: true, continues: true, asks: true, counting: countMessages, penalty: repetition,
			grammar: func(x *extras, g string) { x.Structured = &structured{g} },
		}
	case "sglang":
		return dialect{
			name: "SGLang", templateArguments: true, continues: true, asks: true, stopsEarly: true, penalty: repetition,
			grammar: func(x *extras, g string) { x.EBNF = g },
		}
	case "llamacpp", "llama.cpp":
		return dialect{
			name: "llama-server", templateArguments: true, continues: true, counting: countText,
			grammar: func(x *extras, g string) { x.Grammar = g },
			penalty: func(x *extras, p float64) { x.RepeatPenalty = &p },
		}
	}
	return dialect{name: "OpenAI-compatible server"}
}

// allows refuses what this server cannot do.
// Errors: *engine.UnsupportedError.
func (d dialect) allows(req engine.Request) error {
	switch {
	case req.Alternatives < 0 || req.Alternatives > engine.MaxAlternatives:
		return &engine.UnsupportedError{What: fmt.Sprintf("telling %d alternatives", req.Alternatives)}
	case req.Resume != nil && len(req.Resume.Tokens) > 0:
		return &engine.UnsupportedError{What: "branching off at a word on a server"}
	case req.Grammar != "" && d.grammar == nil:
		return &engine.UnsupportedError{What: "a grammar on this server"}
	case resumes(req) && !d.continues:
		return &engine.UnsupportedError{What: "going on with a reply on this server"}
	}
	return nil
}

// resumes tells whether a reply goes on with what is already written.
func resumes(req engine.Request) bool {
	return req.Resume != nil && (req.Resume.Reasoning != "" || req.Resume.Text != "")
}

// extras fills in what the server knows of what is asked for. Defaults of
// servers differ, so nothing is left to them.
func (d dialect) extras(req engine.Request) extras {
	var x extras
	if d.penalty != nil {
		s := req.Sampling
		topK := s.TopK
		if topK == 0 && d.asks {
			topK = -1 // off, where llama-server says 0
		}
		x.TopK, x.MinP = &topK, &s.MinP
		if s.RepeatPenalty > 0 {
			d.penalty(&x, s.RepeatPenalty)
		}
	}
	if d.templateArguments && req.Thinking != engine.ThinkingDefault {
		x.TemplateArguments = &templateArguments{EnableThinking: req.Thinking == engine.ThinkingOn}
	}
	if req.Grammar != "" && d.grammar != nil {
		d.grammar(&x, req.Grammar)
	}
	if resumes(req) && d.asks {
		x.Continue, x.AddGenerationPrompt = true, new(bool)
	}
	return x
}
