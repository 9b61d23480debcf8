package remote

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"notso/engine"
	"notso/engine/scripted"
)

// server is an OpenAI-compatible server on loopback whose model says a script.
// It keeps the protocol strictly: fields that its kind does not know are refused.
type server struct {
	*httptest.Server
	t        *testing.T
	owner    string // vllm, llamacpp, sglang, or any other
	model    string
	key      string // "" lets everybody in
	inText   bool   // reasoning and tool calls stay in the text, with their tags
	engine   *scripted.Engine
	length   int
	disturb  func(w http.ResponseWriter, r *http.Request) bool // true: it has answered
	stopTime func(event int) bool                              // true: the connection breaks before this event

	mu      sync.Mutex
	asked   []asked
	renders []string // prompts that were counted
}

// asked is a chat request as it came.
type asked struct {
	Model         string            `json:"model"`
	Messages      []askedMessage    `json:"messages"`
	Tools         []json.RawMessage `json:"tools"`
	Stream        bool              `json:"stream"`
	StreamOptions struct {
		IncludeUsage bool `json:"include_usage"`
	} `json:"stream_options"`
	MaxTokens        int      `json:"max_tokens"`
	Temperature      *float64 `json:"temperature"`
	TopP             *float64 `json:"top_p"`
	Seed             *uint32  `json:"seed"`
	PresencePenalty  float64  `json:"presence_penalty"`
	FrequencyPenalty float64  `json:"frequency_penalty"`

	Extra map[string]json.RawMessage `json:"-"`
}

type askedMessage struct {
	Role       string            `json:"role"`
	Content    string            `json:"content"`
	ToolCalls  []json.RawMessage `json:"tool_calls,omitempty"`
	ToolCallID string            `json:"tool_call_id,omitempty"`
	Name       string            `json:"name,omitempty"`
}

func newServer(t *testing.T, owner string, script scripted.Script) *server {
	t.Helper()
	const length = 8192
	s := &server{t: t, owner: owner, model: "org/Model-1B", length: length, engine: scripted.New(scripted.Options{Script: script, ContextLength: length})}
	if _, err := s.engine.Load(t.Context(), "", engine.LoadOptions{}, nil); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/models", s.models)
	mux.HandleFunc("POST /v1/chat/completions", s.chat)
	mux.HandleFunc("POST /tokenize", s.tokenize)
	mux.HandleFunc("POST /apply-template", s.applyTemplate)
	mux.HandleFunc("GET /props", s.props)
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.disturb != nil && s.disturb(w, r) {
			return
		}
		if s.key != "" && r.Header.Get("Authorization") != "Bearer "+s.key {
			refuse(w, http.StatusUnauthorized, "Incorrect API key provided: "+strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")+".")
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(func() { s.Close(); s.engine.Close() })
	return s
}

func refuse(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{"message": message, "type": "error", "code": status}})
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(v)
}

func (s *server) models(w http.ResponseWriter, _ *http.Request) {
	entry := map[string]any{"id": s.model, "object": "model", "created": 1, "owned_by": s.owner}
	if s.owner == "vllm" || s.owner == "sglang" {
		entry["max_model_len"] = s.length
	}
	answer(w, map[string]any{"object": "list", "data": []any{entry}})
}

func (s *server) props(w http.ResponseWriter, r *http.Request) {
	if s.owner != "llamacpp" {
		http.NotFound(w, r)
		return
	}
	answer(w, map[string]any{"default_generation_settings": map[string]any{"n_ctx": s.length}})
}

// read takes a request apart, and refuses fields that this server does not know.
func (s *server) read(w http.ResponseWriter, r *http.Request) (a asked, ok bool) {
	known := "model messages tools stream stream_options max_tokens temperature top_p seed presence_penalty frequency_penalty"
	switch s.owner {
	case "vllm":
		known += " top_k min_p repetition_penalty structured_outputs chat_template_kwargs continue_final_message add_generation_prompt"
	case "sglang":
		known += " top_k min_p repetition_penalty ebnf chat_template_kwargs continue_final_message add_generation_prompt"
	case "llamacpp":
		known += " top_k min_p repeat_penalty grammar chat_template_kwargs"
	}
	var body json.RawMessage
	if json.NewDecoder(r.Body).Decode(&body) != nil || json.Unmarshal(body, &a) != nil || json.Unmarshal(body, &a.Extra) != nil {
		refuse(w, http.StatusBadRequest, "the body is no JSON object")
		return a, false
	}
	for field := range a.Extra {
		if !strings.Contains(" "+known+" ", " "+field+" ") {
			s.t.Errorf("a server of %s was sent the field %q", s.owner, field)
			refuse(w, http.StatusBadRequest, "Unrecognized request argument supplied: "+field)
			return a, false
		}
	}
	if a.Model != s.model {
		refuse(w, http.StatusNotFound, fmt.Sprintf("The model `%s` does not exist.", a.Model))
		return a, false
	}
	return a, true
}

// request is what a asks of the scripted engine.
func (s *server) request(a asked) engine.Request {
	var req engine.Request
	for _, m := range a.Messages {
		req.Messages = append(req.Messages, engine.Message{Role: engine.Role(m.Role), Content: m.Content})
	}
	req.Tools = a.Tools
	req.Limits.MaxTokens = a.MaxTokens
	if a.Seed != nil {
		req.Seed = *a.Seed
	}
	if strings.Contains(string(a.Extra["chat_template_kwargs"]), `"enable_thinking":false`) {
		req.Thinking = engine.ThinkingOff
	}
	last := len(req.Messages) - 1
	goOn := s.owner == "llamacpp" || string(a.Extra["continue_final_message"]) == "true"
	if goOn && last >= 0 && req.Messages[last].Role == engine.RoleAssistant {
		text := req.Messages[last].Content
		req.Messages = req.Messages[:last]
		req.Resume = &engine.Partial{Text: text}
		if rest, ok := strings.CutPrefix(text, "<think>"); ok {
			reasoning, after, _ := strings.Cut(rest, "</think>")
			req.Resume = &engine.Partial{Reasoning: reasoning, Text: after}
		}
	}
	return req
}

func (s *server) tokenize(w http.ResponseWriter, r *http.Request) {
	switch s.owner {
	case "vllm":
		a, ok := s.read(w, r)
		if !ok {
			return
		}
		m, err := s.engine.Measure(r.Context(), s.request(a))
		if err != nil {
			refuse(w, http.StatusInternalServerError, err.Error())
			return
		}
		s.note(a.Messages)
		answer(w, map[string]any{"count": m.PromptTokens, "max_model_len": s.length, "tokens": []int{}})
	case "llamacpp":
		var text struct{ Content string }
		json.NewDecoder(r.Body).Decode(&text)
		answer(w, map[string]any{"tokens": make([]int, len(strings.Fields(text.Content)))})
	default:
		http.NotFound(w, r)
	}
}

func (s *server) applyTemplate(w http.ResponseWriter, r *http.Request) {
	a, ok := s.read(w, r)
	if !ok {
		return
	}
	s.note(a.Messages)
	var prompt strings.Builder
	for _, m := range a.Messages {
		fmt.Fprintf(&prompt, "%s %s\n", m.Role, m.Content) // a word for each message, as the scripted engine counts
	}
	answer(w, map[string]any{"prompt": prompt.String()})
}

func (s *server) note(messages []askedMessage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range messages {
		s.renders = append(s.renders, m.Content)
	}
}

func (s *server) chat(w http.ResponseWriter, r *http.Request) {
	a, ok := s.read(w, r)
	if !ok {
		return
	}
	s.mu.Lock()
	s.asked = append(s.asked, a)
	s.mu.Unlock()
	if !a.Stream || !a.StreamOptions.IncludeUsage {
		refuse(w, http.StatusBadRequest, "this server only streams")
		return
	}
	req := s.request(a)
	if m, _ := s.engine.Measure(r.Context(), req); m.PromptTokens > s.length || len(m.Dropped) > 0 {
		refuse(w, http.StatusBadRequest, fmt.Sprintf("This model's maximum context length is %d tokens. However, you requested %d tokens.", s.length, m.PromptTokens))
		return
	}
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	out := &sse{w: w, inText: s.inText, breaks: s.stopTime}
	out.delta(map[string]any{"role": "assistant", "content": ""})
	for event, err := range s.engine.Reply(r.Context(), req) {
		if err != nil {
			out.data(map[string]any{"error": map[string]any{"message": err.Error(), "code": 500}})
			return
		}
		out.event(event)
	}
	out.raw("[DONE]")
}

// sse writes the events of a reply.
type sse struct {
	w      http.ResponseWriter
	inText bool
	opened bool // <think> was written
	events int
	breaks func(event int) bool
}

func (o *sse) event(e engine.Event) {
	switch e.Kind {
	case engine.EventReasoning:
		text := e.Text
		if !o.inText {
			o.delta(map[string]any{"reasoning_content": text, "content": nil})
			return
		}
		if !o.opened {
			o.opened, text = true, "<think>"+text
		}
		o.delta(map[string]any{"content": text})
	case engine.EventText:
		text := e.Text
		if o.opened {
			o.opened, text = false, "</think>"+text
		}
		o.delta(map[string]any{"content": text})
	case engine.EventToolCall:
		if o.inText {
			o.delta(map[string]any{"content": e.Text})
			return
		}
		part := func(p map[string]any) { o.delta(map[string]any{"tool_calls": []any{p}}) }
		half := len(e.ToolCall.Arguments) / 2
		part(map[string]any{"index": 0, "id": "call_1", "type": "function", "function": map[string]any{"name": e.ToolCall.Name, "arguments": ""}})
		part(map[string]any{"index": 0, "function": map[string]any{"arguments": string(e.ToolCall.Arguments[:half])}})
		part(map[string]any{"index": 0, "function": map[string]any{"arguments": string(e.ToolCall.Arguments[half:])}})
	case engine.EventDone:
		finish := map[engine.Finish]string{engine.FinishLength: "length", engine.FinishContext: "length"}[e.Done.Finish]
		if finish == "" {
			finish = "stop"
		}
		o.data(map[string]any{"choices": []any{map[string]any{"index": 0, "delta": map[string]any{}, "finish_reason": finish}}})
		o.data(map[string]any{"choices": []any{}, "usage": map[string]any{
			"prompt_tokens": e.Done.Usage.PromptTokens, "completion_tokens": e.Done.Usage.ReplyTokens,
			"prompt_tokens_details": map[string]any{"cached_tokens": e.Done.Usage.CachedTokens},
		}})
	}
}

func (o *sse) delta(delta map[string]any) {
	o.data(map[string]any{"choices": []any{map[string]any{"index": 0, "delta": delta, "finish_reason": nil}}})
}

func (o *sse) data(v any) {
	text, _ := json.Marshal(v)
	o.raw(string(text))
}

func (o *sse) raw(text string) {
	if o.breaks != nil && o.breaks(o.events) {
		panic(http.ErrAbortHandler)
	}
	o.events++
	fmt.Fprintf(o.w, ": a comment\ndata: %s\n\n", text)
	o.w.(http.Flusher).Flush()
}
