package worker

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"sync"

	"notso/engine"
	"notso/engine/prompt"
)

// Serve answers the parent's frames with eng until in ends, and then returns nil
// at once: requests still under way are told to stop and not waited for, since
// only the end of the process is sure to end them. So the caller exits soon after
// Serve returns, and does not wait longer than it can for eng to close.
// Errors: ctx.Err(), and what is wrong with the frames.
func Serve(ctx context.Context, in io.Reader, out io.Writer, eng engine.Engine) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s := &server{
		engine:  eng,
		out:     &frameWriter{w: out},
		running: make(map[uint32]*request),
	}
	if err := s.send(kindHello, 0, newHello()); err != nil {
		return fmt.Errorf("greet the parent: %w", err)
	}
	read := make(chan error, 1)
	go func() { read <- s.read(ctx, in) }()
	select {
	case err := <-read:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// server is the worker's end of the pipes. read starts a goroutine for each
// request and steers those under way.
type server struct {
	engine engine.Engine
	out    *frameWriter

	mu      sync.Mutex
	running map[uint32]*request
}

// read handles frames until the parent's end is closed. It never waits for a
// request, so that pings are always answered.
func (s *server) read(ctx context.Context, in io.Reader) error {
	r := bufio.NewReader(in)
	for {
		f, err := readFrame(r)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = s.handle(ctx, f)
		}
		if err != nil {
			return fmt.Errorf("read from the parent: %w", err)
		}
	}
}

func (s *server) handle(ctx context.Context, f frame) error {
	switch f.kind {
	case kindPing:
		return writeFrame(s.out, kindPong, 0, "")
	case kindLoad, kindReply, kindWarm, kindMeasure, kindRender:
		return s.begin(ctx, f)
	case kindCancel, kindDrop, kindCredit:
		return s.steer(f)
	}
	return fmt.Errorf("%w: kind %d from the parent", errFrame, f.kind)
}

// begin starts the request that f asks for.
func (s *server) begin(ctx context.Context, f frame) error {
	r := newRequest(ctx, f.id)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running[f.id] != nil {
		return fmt.Errorf("%w: request %d is under way already", errFrame, f.id)
	}
	s.running[f.id] = r
	go s.run(r, f)
	return nil
}

// steer passes f to the request that it is about, if that has not ended.
func (s *server) steer(f frame) error {
	s.mu.Lock()
	r := s.running[f.id]
	s.mu.Unlock()
	if r == nil {
		return nil
	}
	switch f.kind {
	case kindCancel:
		r.cancel()
	case kindDrop:
		r.drop()
	case kindCredit:
		n, err := f.number()
		if err != nil {
			return err
		}
		r.grant(n)
	}
	return nil
}

// run answers one request. A panic in the engine becomes its error.
func (s *server) run(r *request, f frame) {
	defer s.finish(r)
	defer func() {
		if v := recover(); v != nil {
			fmt.Fprintf(os.Stderr, "panic: %v\n%s", v, debug.Stack())
			s.fail(r, fmt.Errorf("the engine panicked: %v", v))
		}
	}()
	result, err := s.answer(r, f)
	if err == nil && f.kind != kindReply {
		err = s.send(kindResult, r.id, result)
	}
	if err != nil {
		s.fail(r, err)
	}
}

// answer does what f asks for and returns what goes into the result frame.
func (s *server) answer(r *request, f frame) (any, error) {
	switch f.kind {
	case kindLoad:
		var load loadRequest
		if err := decode(f, &load); err != nil {
			return nil, err
		}
		return s.engine.Load(r.ctx, load.Path, load.Options, s.progress(r.id))
	case kindRender:
		var render renderRequest
		if err := decode(f, &render); err != nil {
			return nil, err
		}
		return prompt.RenderJSON(r.ctx, render.Source, []byte(render.Context), render.Now)
	}
	var req engine.Request
	if err := decode(f, &req); err != nil {
		return nil, err
	}
	switch f.kind {
	case kindWarm:
		return nil, s.engine.Warm(r.ctx, req, s.progress(r.id))
	case kindMeasure:
		return s.engine.Measure(r.ctx, req)
	}
	return nil, s.reply(r, req)
}

// reply passes the events on as far as the reader's credit goes.
func (s *server) reply(r *request, req engine.Request) error {
	done := false
	for ev, err := range s.engine.Reply(r.ctx, req) {
		if err == nil && r.take() {
			err = writeEvent(s.out, r.id, ev)
		}
		if err != nil || r.dropped() {
			return err
		}
		done = ev.Kind == engine.EventDone
	}
	if !done {
		return errors.New("the engine ended the reply without an event that says so")
	}
	return nil
}

// progress returns a callback for Engine.Load that passes on each thousandth
// once, in ascending order.
func (s *server) progress(id uint32) func(float64) {
	var mu sync.Mutex
	sent := -1
	return func(fraction float64) {
		mu.Lock()
		defer mu.Unlock()
		thousandths := int(max(0, min(fraction, 1)) * thousand)
		if thousandths > sent {
			sent = thousandths
			writeNumber(s.out, kindProgress, id, uint32(thousandths)) // a broken pipe ends read
		}
	}
}

// fail answers r with err.
func (s *server) fail(r *request, err error) {
	s.send(kindError, r.id, newWireError(err)) // a broken pipe ends read
}

func (s *server) finish(r *request) {
	r.drop()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.running, r.id)
}

// send writes v as JSON.
func (s *server) send(k kind, id uint32, v any) error {
	payload, err := encode(v)
	if err != nil {
		return err
	}
	return writeFrame(s.out, k, id, payload)
}
