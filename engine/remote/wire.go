package remote

import "encoding/json"

// What travels, as OpenAI's reference has it, with the fields of other servers
// that are of use. Numbers that are pointers are sent even when they are 0.

type modelList struct {
	Data []modelEntry `json:"data"`
}

// modelEntry is a model of the server's list. Servers name its context length,
// in tokens, in their own ways.
type modelEntry struct {
	ID            string `json:"id"`
	OwnedBy       string `json:"owned_by"`
	MaxModelLen   int    `json:"max_model_len"`  // vLLM, SGLang
	ContextLength int    `json:"context_length"` // gateways
	ContextWindow int    `json:"context_window"`
}

type chatRequest struct {
	Model         string            `json:"model"`
	Messages      []chatMessage     `json:"messages"`
	Tools         []json.RawMessage `json:"tools,omitempty"`
	Stream        bool              `json:"stream"`
	StreamOptions streamOptions     `json:"stream_options"`
	MaxTokens     int               `json:"max_tokens,omitempty"`

	Temperature      float64  `json:"temperature"`
	TopP             *float64 `json:"top_p,omitempty"`
	Seed             uint32   `json:"seed"`
	PresencePenalty  float64  `json:"presence_penalty,omitempty"`
	FrequencyPenalty float64  `json:"frequency_penalty,omitempty"`

	extras
}

type streamOptions struct {
	IncludeUsage bool `json:"include_usage"`
}

// extras are fields that only some servers know, see dialect.
type extras struct {
	TopK              *int               `json:"top_k,omitempty"`
	MinP              *float64           `json:"min_p,omitempty"`
	RepetitionPenalty *float64           `json:"repetition_penalty,omitempty"` // vLLM, SGLang
	RepeatPenalty     *float64           `json:"repeat_penalty,omitempty"`     // llama-server
	Grammar           string             `json:"grammar,omitempty"`            // llama-server
	EBNF              string             `json:"ebnf,omitempty"`               // SGLang
	Structured        *structured        `json:"structured_outputs,omitempty"` // vLLM
	TemplateArguments *templateArguments `json:"chat_template_kwargs,omitempty"`

	// Going on with the last message, where that is not done unasked.
	Continue            bool  `json:"continue_final_message,omitempty"`
	AddGenerationPrompt *bool `json:"add_generation_prompt,omitempty"`
}

type structured struct {
	Grammar string `json:"grammar"`
}

type templateArguments struct {
	EnableThinking bool `json:"enable_thinking"`
}

type chatMessage struct {
	Role       string     `json:"role"`
	Content    string     `json:"content"`
	ToolCalls  []toolCall `json:"tool_calls,omitempty"`
	ToolCallID string     `json:"tool_call_id,omitempty"`
	Name       string     `json:"name,omitempty"`
}

// toolCall is a whole one in a message and a part of one in a chunk, where Index
// says of which.
type toolCall struct {
	Index    int          `json:"index,omitempty"`
	ID       string       `json:"id,omitempty"`
	Type     string       `json:"type,omitempty"`
	Function functionCall `json:"function"`
}

type functionCall struct {
	Name      string `json:"name,omitempty"`
	Arguments string `json:"arguments"` // JSON
}

// chunk is one event of a streamed reply. One that says Error, or is an object of
// that name, ends it.
type chunk struct {
	Object  string          `json:"object"`
	Choices []choice        `json:"choices"`
	Usage   *usage          `json:"usage"`
	Error   json.RawMessage `json:"error"`
}

func (c chunk) failed() bool {
	return c.Object == "error" || len(c.Error) > 0 && string(c.Error) != "null"
}

type choice struct {
	Delta        *delta `json:"delta"`
	FinishReason string `json:"finish_reason"`
}

type delta struct {
	Content          string     `json:"content"`
	ReasoningContent string     `json:"reasoning_content"`
	Reasoning        string     `json:"reasoning"`
	ToolCalls        []toolCall `json:"tool_calls"`
}

type usage struct {
	PromptTokens     int `json:"prompt_tokens"`
	CompletionTokens int `json:"completion_tokens"`
	PromptDetails    struct {
		CachedTokens int `json:"cached_tokens"`
	} `json:"prompt_tokens_details"`
	CompletionDetails struct {
		ReasoningTokens int `json:"reasoning_tokens"`
	} `json:"completion_tokens_details"`
}

// errorBody is what comes with a status that is not 200. Some servers leave out
// the wrapping object, and vLLM's validation says detail.
type errorBody struct {
	Error   json.RawMessage `json:"error"`
	Message string          `json:"message"`
	Detail  json.RawMessage `json:"detail"`
}

type wireError struct {
	Message      string          `json:"message"`
	Type         string          `json:"type"`
	Code         json.RawMessage `json:"code"` // a number or a word
	PromptTokens int             `json:"n_prompt_tokens"`
	Context      int             `json:"n_ctx"`
}
