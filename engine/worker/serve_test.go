package worker

import (
	"bufio"
	"context"
	"errors"
	"io"
	"iter"
	"sync/atomic"
	"testing"
	"time"

	"notso/engine"
)

// served is the worker's end, run in this process, and a parent's view of it.
type served struct {
	t     *testing.T
	in    *io.PipeWriter
	write *frameWriter
	read  *bufio.Reader
	ended chan error
}

func serve(t *testing.T, eng engine.Engine) *served {
	t.Helper()
	in, toWorker := io.Pipe()
	fromWorker, out := io.Pipe()
	s := &served{
		t:     t,
		in:    toWorker,
		write: &frameWriter{w: toWorker},
		read:  bufio.NewReader(fromWorker),
		ended: make(chan error, 1),
	}
	go func() { s.ended <- Serve(t.Context(), in, out, eng) }()
	t.Cleanup(func() {
		toWorker.Close()
		fromWorker.Close()
	})
	if f := s.next(); f.kind != kindHello {
		t.Fatalf("first frame is of kind %d, want hello", f.kind)
	}
	return s
}

func (s *served) next() frame {
	s.t.Helper()
	f, err := readFrame(s.read)
	if err != nil {
		s.t.Fatal(err)
	}
	return f
}

func (s *served) send(k kind, id uint32, v any) {
	s.t.Helper()
	payload, err := encode(v)
	if err == nil {
		err = writeFrame(s.write, k, id, payload)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// flood writes as fast as it is read, and counts.
type flood struct {
	faulty
	written atomic.Int64
	ended   chan struct{}
}

func (e *flood) Reply(ctx context.Context, req engine.Request) iter.Seq2[engine.Event, error] {
	return func(yield func(engine.Event, error) bool) {
		defer close(e.ended)
		for yield(text("x"), nil) {
			e.written.Add(1)
		}
	}
}

func TestSlowReaderHaltsItsReplyAndNothingElse(t *testing.T) {
	eng := &flood{ended: make(chan struct{})}
	s := serve(t, eng)
	s.send(kindReply, 1, ask("flood"))
	for range window {
		if f := s.next(); f.kind != kindText {
			t.Fatalf("frame of kind %d, want text", f.kind)
		}
	}
	for range 3 {
		s.send(kindPing, 0, nil)
		if f := s.next(); f.kind != kindPong {
			t.Fatalf("frame of kind %d without credit, want a pong", f.kind)
		}
	}
	if n := eng.written.Load(); n > window {
		t.Errorf("%d events written ahead of the reader, want at most %d", n, window)
	}
	if err := writeNumber(s.write, kindCredit, 1, 2); err != nil {
		t.Fatal(err)
	}
	s.next()
	s.next()
	if err := writeFrame(s.write, kindDrop, 1, ""); err != nil {
		t.Fatal(err)
	}
	<-eng.ended
}

func TestServeEndsAtOnceWhenTheParentIsGone(t *testing.T) {
	s := serve(t, &faulty{model: "loaded"})
	s.send(kindReply, 1, ask("stubborn"))
	s.next()
	s.in.Close()
	if err := <-s.ended; err != nil {
		t.Errorf("Serve = %v, want nil", err)
	}
}

func TestServeEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	in, _ := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, in, io.Discard, &faulty{}) }()
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("Serve = %v, want context.Canceled", err)
	}
}

func TestServeRefusesGarbage(t *testing.T) {
	for _, test := range []struct {
		name  string
		bytes string
	}{
		{"no frame", "GET / HTTP/1.1\r\n"},
		{"a frame that only workers send", "\x05\x00\x00\x00\x0b\x00\x00\x00\x00"},
		{"a frame of no known kind", "\x05\x00\x00\x00\x63\x00\x00\x00\x00"},
		{"the same request twice", "\x0d\x00\x00\x00\x04\x01\x00\x00\x00{      }\x0d\x00\x00\x00\x04\x01\x00\x00\x00{      }"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := serve(t, &faulty{})
			go io.Copy(io.Discard, s.read)
			go io.WriteString(s.in, test.bytes)
			if err := <-s.ended; !errors.Is(err, errFrame) {
				t.Errorf("Serve = %v, want errFrame", err)
			}
		})
	}
}

// BenchmarkReply compares the events of a reply through the worker with those of
// the same engine called directly.
func BenchmarkReply(b *testing.B) {
	const events = 1000
	req := ask("count 1000")
	read := func(eng engine.Engine) {
		n := 0
		for _, err := range eng.Reply(b.Context(), req) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != events+1 {
			b.Fatalf("%d events, want %d", n, events+1)
		}
	}
	const rounds = 200
	start := time.Now()
	for range rounds {
		read(&faulty{model: "loaded"})
	}
	direct := time.Since(start) / rounds
	c := newClientOf(b, "worker", Options{})
	mustLoad(b, c, modelFile(b, ""))
	for b.Loop() {
		read(c)
	}
	across := b.Elapsed() / time.Duration(b.N)
	b.ReportMetric(float64(across.Nanoseconds())/events/1000, "µs/message")
	b.ReportMetric(float64(across)/float64(direct), "×direct")
}

// BenchmarkRoundTrip is one question and its answer.
func BenchmarkRoundTrip(b *testing.B) {
	c := newClientOf(b, "worker", Options{})
	mustLoad(b, c, modelFile(b, ""))
	for b.Loop() {
		if _, err := c.Measure(b.Context(), ask("hello")); err != nil {
			b.Fatal(err)
		}
	}
}
