package worker

import (
	"context"
	"fmt"
	"io"
	"os"
	"testing"
	"time"

	"notso/engine"
	"notso/engine/scripted"
)

// roleVar makes the test binary something else than a test: the role is its
// value, see roles.
const roleVar = "NOTSO_WORKER_TEST_ROLE"

// modelVar is the file that the role of a parent loads. With loneVar the worker
// asks the kernel not to kill it when its parent dies.
const (
	modelVar = "NOTSO_WORKER_TEST_MODEL"
	loneVar  = "NOTSO_WORKER_TEST_LONE"
)

func TestMain(m *testing.M) {
	role := os.Getenv(roleVar)
	if role == "" {
		os.Exit(m.Run())
	}
	if err := play(role); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// play is what the test binary does as a child.
func play(role string) error {
	in, out, err := Stdio()
	if err != nil {
		return err
	}
	switch role {
	case "worker":
		fmt.Println("a library that prints to standard output")
		if os.Getenv(loneVar) != "" {
			outliveParent()
		}
		return Serve(context.Background(), in, out, &faulty{})
	case "scripted":
		return Serve(context.Background(), in, out, scripted.New(scripted.Options{Script: countingScript(), Delay: tokenTime}))
	case "garbage":
		out.WriteString("HTTP/1.1 400 Bad Request\r\n\r\n")
	case "other build":
		writeJSON(out, kindHello, hello{Protocol: protocol, Build: "v0.0.1 go1.0"})
	case "other protocol":
		writeJSON(out, kindHello, hello{Protocol: protocol + 1, Build: newHello().Build})
	case "garbage later":
		writeJSON(out, kindHello, newHello())
		in.Read(make([]byte, 1)) // until the first request
		out.WriteString("this is not a frame either")
	case "cut short":
		writeJSON(out, kindHello, newHello())
		in.Read(make([]byte, 1))
		out.Write([]byte{200, 0, 0, 0, byte(kindResult)})
		return nil
	case "too much":
		writeJSON(out, kindHello, newHello())
		in.Read(make([]byte, 1))
		w := &frameWriter{w: out}
		for range 3 * window {
			writeFrame(w, kindText, 1, "more")
		}
	case "mute":
	case "parent":
		return playParent(out)
	}
	_, err = io.Copy(io.Discard, in) // stay until the client ends it
	return err
}

// playParent loads a model, tells its worker's pid and lets it write on.
func playParent(out *os.File) error {
	c := New(Options{Command: []string{os.Args[0]}, Env: []string{roleVar + "=worker"}})
	if _, err := c.Load(context.Background(), os.Getenv(modelVar), engine.LoadOptions{}, nil); err != nil {
		return err
	}
	for ev, err := range c.Reply(context.Background(), ask("pid")) {
		if err != nil {
			return err
		}
		if ev.Kind == engine.EventText {
			fmt.Fprintln(out, ev.Text)
		}
	}
	for range c.Reply(context.Background(), ask("forever")) {
	}
	return nil
}

func writeJSON(out *os.File, k kind, v any) {
	payload, err := encode(v)
	if err == nil {
		err = writeFrame(&frameWriter{w: out}, k, 0, payload)
	}
	if err != nil {
		panic(err)
	}
}

// ask is a request that consists of text.
func ask(text string) engine.Request {
	return engine.Request{Messages: []engine.Message{{Role: engine.RoleUser, Content: text}}}
}

// patience is how long a test waits for what must happen.
const patience = time.Minute

// eventually waits until condition is true.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for !condition() {
		if time.Now().After(deadline) {
			t.Fatalf("waited %v in vain: %s", patience, what)
		}
		time.Sleep(2 * time.Millisecond)
	}
}
