package runner

import (
	"context"
	"hash/maphash"
	"slices"
	"strings"
	"sync"

	"notso/engine"
	"notso/engine/overflow"
)

const (
	// replyRoom is how many tokens a prompt must leave for the reply.
	replyRoom = 64

	// certainBytes is how many bytes of text for each token of the context are
	// surely too many: hardly a text has more than five to a token.
	certainBytes = 6

	// keptSizes is how many messages' sizes are remembered.
	keptSizes = 1 << 17
)

// start renders and tokenises req, with the reply that it resumes, as far as the
// context holds it: a chat that has outgrown it loses its oldest turns, see
// package overflow.
// Errors: *engine.PromptTooLongError, *engine.TemplateError, ctx.Err().
func (m *model) start(ctx context.Context, req engine.Request) (start, error) {
	hard := m.info.ContextLength - replyRoom
	soft := min(hard, m.info.ContextLength-overflow.Room(m.info.ContextLength))
	if bytesOf(req) <= certainBytes*m.info.ContextLength {
		s, err := m.whole(ctx, req)
		if err != nil || len(s.tokens) <= soft {
			return s, err
		}
	}
	chat, err := m.sized(ctx, req)
	if err != nil {
		return start{}, err
	}
	least := chat.Drop(0)
	for limit := soft; ; {
		dropped := chat.Drop(limit)
		final := len(dropped) == len(least)
		if size := chat.Size(dropped); final && size > 2*hard {
			return start{}, &engine.PromptTooLongError{Tokens: size, Limit: hard} // not worth rendering
		}
		kept := req
		kept.Messages = overflow.Without(req.Messages, dropped)
		s, err := m.whole(ctx, kept)
		s.dropped = dropped
		switch {
		case err != nil || len(s.tokens) <= hard:
			return s, err
		case final:
			return start{}, &engine.PromptTooLongError{Tokens: len(s.tokens), Limit: hard}
		}
		limit = limit * hard / len(s.tokens) * 7 / 8 // the sizes were too small
	}
}

// bytesOf is the size of what a request says.
func bytesOf(req engine.Request) int {
	n := 0
	for _, message := range req.Messages {
		n += len(message.Content)
	}
	return n
}

// sized tells how many tokens each message takes: its text, counted once in the
// model's life, and what the template puts around it, which two small prompts
// tell.
func (m *model) sized(ctx context.Context, req engine.Request) (overflow.Chat, error) {
	chat := overflow.Chat{Messages: req.Messages}
	head := slices.IndexFunc(req.Messages, func(m engine.Message) bool { return m.Role != engine.RoleSystem })
	if head < 0 {
		head = len(req.Messages)
	}
	const word = "a"
	ask, answer := engine.Message{Role: engine.RoleUser, Content: word}, engine.Message{Role: engine.RoleAssistant, Content: word}
	short, err := m.length(ctx, req, append(slices.Clone(req.Messages[:head]), ask))
	if err != nil {
		return chat, err
	}
	long, err := m.length(ctx, req, append(slices.Clone(req.Messages[:head]), ask, answer, ask))
	if err != nil {
		return chat, err
	}
	around := (long-short+1)/2 - m.sizes.of(m, word)
	chat.Fixed = short - around - m.sizes.of(m, word)
	for i, message := range req.Messages {
		if err := ctx.Err(); err != nil {
			return chat, err
		}
		chat.Sizes = append(chat.Sizes, around+m.sizes.of(m, text(message)))
		if i < head {
			chat.Fixed -= chat.Sizes[i]
		}
	}
	if req.Resume != nil {
		chat.Resumed = len(m.vocab.Tokenize(req.Resume.Reasoning+req.Resume.Text)) + len(req.Resume.Tokens)
	}
	return chat, nil
}

// length is that of a prompt, in tokens.
func (m *model) length(ctx context.Context, req engine.Request, messages []engine.Message) (int, error) {
	req.Messages, req.Resume = messages, nil
	s, err := m.whole(ctx, req)
	return len(s.tokens), err
}

// text is what a message says, tool calls included.
func text(message engine.Message) string {
	if len(message.ToolCalls) == 0 {
		return message.Content
	}
	var b strings.Builder
	b.WriteString(message.Content)
	for _, call := range message.ToolCalls {
		b.WriteString(call.Name)
		b.Write(call.Arguments)
	}
	return b.String()
}

// sizes remembers how many tokens texts have, by their hashes. It may be used
// concurrently.
type sizes struct {
	seed maphash.Seed

	mu    sync.Mutex
	known map[uint64]int32
}

func newSizes() *sizes {
	return &sizes{seed: maphash.MakeSeed(), known: make(map[uint64]int32)}
}

// of counts the tokens of a text.
func (s *sizes) of(m *model, text string) int {
	key := maphash.String(s.seed, text)
	s.mu.Lock()
	n, ok := s.known[key]
	s.mu.Unlock()
	if ok {
		return int(n)
	}
	n = int32(len(m.vocab.Tokenize(text)))
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.known) >= keptSizes {
		clear(s.known)
	}
	s.known[key] = n
	return int(n)
}
