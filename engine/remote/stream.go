package remote

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"time"

	"notso/engine"
)

// maxEvent is the most bytes that one event of a stream may have.
const maxEvent = 4 << 20

// stream is a reply on its way from the server: server-sent events whose data
// are chunks.
type stream struct {
	client client
	ctx    context.Context
	cancel context.CancelCauseFunc
	body   io.ReadCloser
	lines  *bufio.Reader
	alarm  *time.Timer // ends the request when nothing comes
	data   []byte      // of the event being read
}

// open begins a reply. The caller closes the stream.
func (c client) open(ctx context.Context, request chatRequest) (*stream, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	answer, err := c.send(ctx, http.MethodPost, "/chat/completions", request)
	if err != nil {
		cancel(nil)
		return nil, err
	}
	if kind, _, _ := mime.ParseMediaType(answer.Header.Get("Content-Type")); kind != "text/event-stream" {
		answer.Body.Close()
		cancel(nil)
		return nil, c.failure(engine.RemoteGarbled, answer.StatusCode, "its answer is not a stream of events but "+clip(kind))
	}
	silence := c.engine.opts.Silence
	return &stream{
		client: c, ctx: ctx, cancel: cancel, body: answer.Body, lines: bufio.NewReaderSize(answer.Body, 64<<10),
		alarm: time.AfterFunc(silence, func() { cancel(errSilent) }),
	}, nil
}

func (s *stream) close() {
	s.alarm.Stop()
	s.cancel(nil)
	s.body.Close()
}

// next returns the next chunk; more is false at the proper end.
// Errors: *engine.RemoteError, ctx.Err().
func (s *stream) next() (c chunk, more bool, err error) {
	data, err := s.event()
	switch {
	case err != nil:
		return c, false, err
	case string(data) == "[DONE]":
		return c, false, nil
	}
	if err := json.Unmarshal(data, &c); err != nil {
		return c, false, s.client.failure(engine.RemoteGarbled, 0, "an event of its answer is not the JSON that was asked for")
	}
	if c.failed() {
		said := readError(data)
		if long := tooLong(said); long != nil {
			return c, false, long
		}
		return c, false, s.client.failure(engine.RemoteFailed, 0, said.Message)
	}
	return c, true, nil
}

// event returns the data of the next event that has some.
func (s *stream) event() ([]byte, error) {
	s.data = s.data[:0]
	for {
		line, err := s.line()
		switch {
		case err != nil:
			return nil, err
		case len(line) == 0 && len(s.data) > 0:
			return s.data[:len(s.data)-1], nil // without the last newline
		}
		if value, ok := bytes.CutPrefix(line, []byte("data:")); ok {
			s.data = append(append(s.data, bytes.TrimPrefix(value, []byte(" "))...), '\n')
		}
		if len(s.data) > maxEvent {
			return nil, s.client.failure(engine.RemoteGarbled, 0, "an event of its answer is too long")
		}
	}
}

// line returns the next line without its end.
func (s *stream) line() ([]byte, error) {
	var line []byte
	for {
		s.alarm.Reset(s.client.engine.opts.Silence)
		part, err := s.lines.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case err == nil:
			return bytes.TrimRight(line, "\r\n"), nil
		case errors.Is(err, bufio.ErrBufferFull) && len(line) <= maxEvent:
		case errors.Is(err, bufio.ErrBufferFull):
			return nil, s.client.failure(engine.RemoteGarbled, 0, "an event of its answer is too long")
		case errors.Is(err, io.EOF) && s.ctx.Err() == nil:
			return nil, s.client.failure(engine.RemoteCut, 0, "")
		default:
			return nil, s.client.broken(s.ctx, engine.RemoteCut, err)
		}
	}
}
