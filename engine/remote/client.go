package remote

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"notso/engine"
)

const (
	// askTime bounds every request but the replies.
	askTime = 30 * time.Second

	// maxBody is the size in bytes of an answer that is not streamed.
	maxBody = 8 << 20

	// assumedLength is the context in tokens of a server that does not tell.
	// Too small a guess drops old turns early and says so; too large a one would
	// have the server refuse the chat.
	assumedLength = 8192
)

// client sends requests with a key.
type client struct {
	engine *Engine
	key    string
}

// choose returns the server's model called name, or its first.
func (c client) choose(ctx context.Context, name string) (*model, error) {
	var list modelList
	if err := c.ask(ctx, http.MethodGet, "/models", nil, &list); err != nil {
		return nil, err
	}
	var names []string
	for _, entry := range list.Data {
		if entry.ID == "" || name != "" && entry.ID != name {
			names = append(names, entry.ID)
			continue
		}
		m := &model{client: c, id: entry.ID, dialect: speaks(entry.OwnedBy)}
		m.serverLength = first(entry.MaxModelLen, entry.ContextLength, entry.ContextWindow)
		if m.serverLength == 0 && m.dialect.counting == countText {
			m.serverLength = c.slotLength(ctx)
		}
		if m.serverLength <= 0 {
			m.serverLength = assumedLength
		}
		return m, nil
	}
	reason := "the server has no model"
	if len(names) > 0 {
		reason = "the server " + c.engine.base.Host + " has no such model; it has " + clip(strings.Join(names, ", "))
	}
	return nil, &engine.ModelFileError{Path: name, Reason: reason}
}

// slotLength asks a llama-server for the context of one chat, in tokens; 0 when
// it does not tell.
func (c client) slotLength(ctx context.Context) int {
	var props struct {
		Settings struct {
			Length int `json:"n_ctx"`
		} `json:"default_generation_settings"`
	}
	if err := c.ask(ctx, http.MethodGet, "/../props", nil, &props); err != nil {
		return 0
	}
	return props.Settings.Length
}

// ask sends a request with body as JSON, unless that is nil, and reads the
// answer into result. A path that begins with /../ is beside /v1.
// Errors: *engine.RemoteError, ctx.Err().
func (c client) ask(ctx context.Context, method, path string, body, result any) error {
	ctx, cancel := context.WithTimeoutCause(ctx, askTime, errSilent)
	defer cancel()
	answer, err := c.send(ctx, method, path, body)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(io.LimitReader(answer.Body, maxBody+1))
	switch {
	case err != nil:
		return c.broken(ctx, engine.RemoteCut, err)
	case len(data) > maxBody:
		return c.failure(engine.RemoteGarbled, answer.StatusCode, fmt.Sprintf("its answer is longer than %d MiB", maxBody>>20))
	case json.Unmarshal(data, result) != nil:
		return c.failure(engine.RemoteGarbled, answer.StatusCode, "its answer is not the JSON that was asked for")
	}
	return nil
}

// send returns the answer to a request, which the caller closes; its status is
// 200.
// Errors: as ask.
func (c client) send(ctx context.Context, method, path string, body any) (*http.Response, error) {
	url := c.engine.base.String() + path
	if beside, ok := strings.CutPrefix(path, "/.."); ok {
		url = strings.TrimSuffix(c.engine.base.String(), "/v1") + beside
	}
	var content io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return nil, fmt.Errorf("write the request to %s: %w", c.engine.base.Host, err)
		}
		content = bytes.NewReader(data)
	}
	request, err := http.NewRequestWithContext(ctx, method, url, content)
	if err != nil {
		return nil, fmt.Errorf("make a request to %s: %w", c.engine.base.Host, err)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if c.key != "" {
		request.Header.Set("Authorization", "Bearer "+c.key)
	}
	answer, err := c.engine.http.Do(request)
	if err != nil {
		return nil, c.broken(ctx, engine.RemoteUnreachable, err)
	}
	if answer.StatusCode != http.StatusOK {
		defer answer.Body.Close()
		return nil, c.refusal(answer)
	}
	return answer, nil
}

// errSilent: nothing came for too long.
var errSilent = errors.New("it says nothing")

// broken explains a connection that failed. A context that was cancelled is no
// fault of the server.
func (c client) broken(ctx context.Context, kind engine.RemoteKind, err error) error {
	reason := plainReason(err)
	if ctx.Err() != nil {
		if !errors.Is(context.Cause(ctx), errSilent) {
			return ctx.Err()
		}
		reason = errSilent.Error()
	}
	return c.failure(kind, 0, reason)
}

// plainReason is the innermost cause, which says what happened without the
// address around it.
func plainReason(err error) string {
	for inner := err; inner != nil; inner = errors.Unwrap(inner) {
		err = inner
	}
	return err.Error()
}

func (c client) failure(kind engine.RemoteKind, status int, reason string) *engine.RemoteError {
	if c.key != "" {
		reason = strings.ReplaceAll(reason, c.key, "…")
	}
	return &engine.RemoteError{Kind: kind, Server: c.engine.base.Host, Status: status, Reason: clip(reason)}
}
