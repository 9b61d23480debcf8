package worker

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"

	"notso/engine"
)

func TestFramesArriveAsTheyWereWritten(t *testing.T) {
	frames := []frame{
		{kind: kindPing, payload: []byte{}},
		{kind: kindText, id: 7, payload: []byte("naïve \xff")},
		{kind: kindResult, id: 1<<32 - 1, payload: bytes.Repeat([]byte("long "), firstRead)},
	}
	var pipe bytes.Buffer
	w := &frameWriter{w: &pipe}
	for _, f := range frames {
		if err := writeFrame(w, f.kind, f.id, f.payload); err != nil {
			t.Fatal(err)
		}
	}
	r := bufio.NewReader(&pipe)
	for _, want := range frames {
		if got, err := readFrame(r); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("frame of kind %d came as kind %d, id %d, %d bytes, error %v", want.kind, got.kind, got.id, len(got.payload), err)
		}
	}
	if _, err := readFrame(r); err != io.EOF {
		t.Errorf("after the last frame: %v, want EOF", err)
	}
}

func TestDamagedFramesAreErrors(t *testing.T) {
	for _, test := range []struct {
		name  string
		bytes string
		want  error
	}{
		{"cut within the header", "\x05\x00\x00", io.ErrUnexpectedEOF},
		{"cut within a short payload", "\x0a\x00\x00\x00\x0d\x01\x00\x00\x00abc", io.ErrUnexpectedEOF},
		{"cut within a long payload", "\x00\x00\x00\x03\x0d\x01\x00\x00\x00" + strings.Repeat("a", 2*firstRead), io.ErrUnexpectedEOF},
		{"no room for kind and id", "\x04\x00\x00\x00\x0d\x01\x00\x00\x00", errFrame},
		{"larger than any frame", "\x06\x00\x00\x04\x0d\x01\x00\x00\x00", errFrame},
		{"text of another protocol", "HTTP/1.1 200 OK\r\n", errFrame},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := readFrame(bufio.NewReader(strings.NewReader(test.bytes))); !errors.Is(err, test.want) {
				t.Errorf("error = %v, want %v", err, test.want)
			}
		})
	}
}

func TestOversizePayloadIsRefusedBeforeAnythingIsWritten(t *testing.T) {
	var pipe bytes.Buffer
	err := writeFrame(&frameWriter{w: &pipe}, kindText, 1, make([]byte, maxPayload+1))
	if err != errTooLarge || pipe.Len() != 0 {
		t.Errorf("error %v, %d bytes written", err, pipe.Len())
	}
}

func TestErrorsCrossWithTheirTextAndIdentity(t *testing.T) {
	long := &engine.PromptTooLongError{Tokens: 9, Limit: 8}
	for _, err := range []error{
		engine.ErrNoModel, engine.ErrPreempted, engine.ErrClosed, context.Canceled, context.DeadlineExceeded,
		long, &engine.TemplateError{Reason: "no"}, &engine.UnsupportedError{What: "vision"},
		&engine.GrammarError{Reason: "no rule"},
		&engine.ModelFileError{Path: "a", Reason: "b"}, fmt.Errorf("prompt: %w", long), errors.New("plain"),
	} {
		payload, encodeErr := encode(newWireError(err))
		if encodeErr != nil {
			t.Fatal(encodeErr)
		}
		got := remote(frame{kind: kindError, payload: payload})
		if got.Error() != err.Error() {
			t.Errorf("%q arrived as %q", err, got)
		}
		if !reflect.DeepEqual(newWireError(got), newWireError(err)) {
			t.Errorf("%q arrived as another error: %#v", err, got)
		}
	}
}

// FuzzReadFrame holds the reader to its promise: what it accepts is what the
// writer would have written.
func FuzzReadFrame(f *testing.F) {
	f.Add([]byte("\x05\x00\x00\x00\x0a\x00\x00\x00\x00"))
	f.Add([]byte("\x08\x00\x00\x00\x0d\x01\x00\x00\x00abc\x08\x00"))
	f.Add([]byte("\xff\xff\xff\xff\x0d\x01\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		in := bytes.NewReader(data)
		r := bufio.NewReader(in)
		var out bytes.Buffer
		w := &frameWriter{w: &out}
		for {
			read, err := readFrame(r)
			if err != nil {
				break
			}
			if err := writeFrame(w, read.kind, read.id, read.payload); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.HasPrefix(data, out.Bytes()) {
			t.Errorf("%q was read as %q", data, out.Bytes())
		}
	})
}

// FuzzListen feeds the client's end with anything after the hello.
func FuzzListen(f *testing.F) {
	var greeting bytes.Buffer
	payload, err := encode(newHello())
	if err != nil {
		f.Fatal(err)
	}
	if err := writeFrame(&frameWriter{w: &greeting}, kindHello, 0, payload); err != nil {
		f.Fatal(err)
	}
	f.Add([]byte("\x08\x00\x00\x00\x0d\x01\x00\x00\x00abc"))
	f.Add([]byte("\x05\x00\x00\x00\x0c\x01\x00\x00\x00\x05\x00\x00\x00\x12\x00\x00\x00\x00"))
	f.Add([]byte("\x07\x00\x00\x00\x11\x01\x00\x00\x00{}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p := &process{
			calls:   map[uint32]*call{},
			greeted: make(chan struct{}),
			gone:    make(chan struct{}),
			frames:  &frameWriter{w: io.Discard},
		}
		reply, load := newCall(p, 1, kindReply, nil), newCall(p, 2, kindLoad, nil)
		p.calls[1], p.calls[2] = reply, load
		p.err = p.listen(io.MultiReader(bytes.NewReader(greeting.Bytes()), bytes.NewReader(data)))
		close(p.gone)
		for {
			f, err := reply.next(t.Context())
			if err != nil {
				break
			}
			reply.event(f)
		}
		load.answer(t.Context(), &engine.ModelInfo{}, func(float64) {})
	})
}

// FuzzServe feeds the worker's end with anything.
func FuzzServe(f *testing.F) {
	f.Add([]byte("\x05\x00\x00\x00\x0a\x00\x00\x00\x00"))
	f.Add([]byte("\x07\x00\x00\x00\x03\x01\x00\x00\x00{}\x05\x00\x00\x00\x07\x01\x00\x00\x00"))
	f.Add([]byte("\x08\x00\x00\x00\x09\x01\x00\x00\x00\x01\x01\x01"))
	f.Add([]byte("\x07\x00\x00\x00\x06\x01\x00\x00\x00{}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		err := Serve(t.Context(), bytes.NewReader(data), io.Discard, &faulty{})
		if err != nil && !errors.Is(err, errFrame) && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("error = %v, want what is wrong with the frames", err)
		}
	})
}
