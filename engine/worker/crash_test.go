//go:build unix

package worker

import (
	"context"
	"errors"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"notso/engine"
)

// workerPid asks the worker for its process id.
func workerPid(t testing.TB, c *Client) int {
	t.Helper()
	o := read(t.Context(), c, "pid")
	pid, err := strconv.Atoi(o.text)
	if err != nil {
		t.Fatalf("reply = %+v, want a process id", o)
	}
	return pid
}

// signalled reads a reply that does not end and sends sig to the worker after
// some of it.
func signalled(t testing.TB, c *Client, sig syscall.Signal) outcome {
	t.Helper()
	pid := workerPid(t, c)
	var o outcome
	for ev, err := range c.Reply(t.Context(), ask("forever")) {
		if err != nil {
			o.err = err
			break
		}
		if o.text += ev.Text; len(o.text) == 5 {
			if err := syscall.Kill(pid, sig); err != nil {
				t.Fatal(err)
			}
		}
	}
	return o
}

func TestReplyKeepsItsTextWhenTheWorkerDies(t *testing.T) {
	for _, test := range []struct {
		name       string
		signal     syscall.Signal
		wantSignal string
		wantCode   int
		wantCause  string
	}{
		{"killed", syscall.SIGKILL, "SIGKILL", -1, "it was killed by SIGKILL"},
		{"asked to end", syscall.SIGTERM, "SIGTERM", -1, "it was killed by SIGTERM"},
		{"crashed", syscall.SIGSEGV, "", 2, "it left with exit code 2 (SIGSEGV: segmentation violation)"},
		{"stopped", syscall.SIGSTOP, "SIGKILL", -1, "it did not answer for 2s"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var options Options
			if test.signal == syscall.SIGSTOP { // long enough for a worker that waits for a processor
				options = Options{Heartbeat: 50 * time.Millisecond, Silence: 2 * time.Second}
			}
			c := newClient(t, options)
			mustLoad(t, c, modelFile(t, ""))
			o := signalled(t, c, test.signal)
			if !strings.HasPrefix(o.text, "xxxxx") || !errors.Is(o.err, engine.ErrWorkerDied) {
				t.Fatalf("reply = %+v, want its text and ErrWorkerDied", o)
			}
			var died *DiedError
			if !errors.As(o.err, &died) {
				t.Fatalf("error is a %T, want a DiedError", o.err)
			}
			if died.Signal != test.wantSignal || died.ExitCode != test.wantCode || died.Cause != test.wantCause {
				t.Errorf("death = %+v, want %+v", died, test)
			}
			again := mustCount(t, c)
			if again.kinds[0] != engine.EventLoading {
				t.Errorf("the next reply began with %s, want the loading of the model", again.kinds[0])
			}
		})
	}
}

func TestDeathTellsTheLastWordsOfTheWorker(t *testing.T) {
	var log strings.Builder
	c := newClient(t, Options{Log: &log})
	mustLoad(t, c, modelFile(t, ""))
	o := read(t.Context(), c, "overflow")
	var died *DiedError
	if !errors.As(o.err, &died) || o.text != "almost " {
		t.Fatalf("reply = %+v, want its text and a DiedError", o)
	}
	if want := "it left with exit code 2 (fatal error: stack overflow)"; died.Cause != want {
		t.Errorf("cause = %q, want %q", died.Cause, want)
	}
	if len(died.Stderr) == 0 || len(died.Stderr) > tailLines {
		t.Errorf("%d lines kept, want 1 to %d", len(died.Stderr), tailLines)
	}
	c.Close()
	if !strings.Contains(log.String(), "a library that prints to standard output") || !strings.Contains(log.String(), "goroutine ") {
		t.Errorf("the log lacks some of what the worker wrote:\n%.300s", log.String())
	}
}

func TestEveryCallUnderWayLearnsOfTheDeath(t *testing.T) {
	c := newClient(t, Options{})
	mustLoad(t, c, modelFile(t, ""))
	pid := workerPid(t, c)
	var group, started sync.WaitGroup
	started.Add(20)
	for range 20 {
		group.Go(func() {
			first := sync.OnceFunc(started.Done)
			for _, err := range c.Reply(t.Context(), ask("forever")) {
				if first(); err != nil && !errors.Is(err, engine.ErrWorkerDied) {
					t.Errorf("reply ended with %v, want ErrWorkerDied", err)
				}
			}
		})
	}
	started.Wait()
	syscall.Kill(pid, syscall.SIGKILL)
	group.Wait()
	mustCount(t, c)
}

func TestDeathBetweenCallsIsMendedByTheNext(t *testing.T) {
	c := newClient(t, Options{})
	mustLoad(t, c, modelFile(t, ""))
	first := workerPid(t, c)
	gone := workerOf(c).gone
	syscall.Kill(first, syscall.SIGKILL)
	<-gone
	if second := workerPid(t, c); second == first {
		t.Error("the dead worker answered")
	}
}

func TestWorkerIsLeftAloneAfterThreeRestarts(t *testing.T) {
	c := newClient(t, Options{})
	mustLoad(t, c, modelFile(t, ""))
	for range maxRestarts + 1 {
		if o := signalled(t, c, syscall.SIGKILL); !errors.Is(o.err, engine.ErrWorkerDied) {
			t.Fatalf("reply = %+v, want ErrWorkerDied", o)
		}
	}
	var limit *RestartLimitError
	o := read(t.Context(), c, "count 1")
	if !errors.As(o.err, &limit) {
		t.Fatalf("reply = %+v, want a RestartLimitError", o)
	}
	if limit.Deaths != maxRestarts+1 || limit.Last.Signal != "SIGKILL" {
		t.Errorf("error = %v", limit)
	}
	if _, err := c.Measure(t.Context(), ask("")); !errors.As(err, &limit) {
		t.Errorf("measure = %v, want a RestartLimitError", err)
	}
}

func TestRestartsAreAllowedAgainLater(t *testing.T) {
	var d deaths
	start := time.Now()
	for i := range 9 {
		d.add(start.Add(time.Duration(i)*time.Minute), &DiedError{})
	}
	// The last four deaths were at minutes 5 to 8.
	for minute, allowed := range map[int]bool{8: false, 9: false, 10: true, 60: true} {
		if err := d.check(start.Add(time.Duration(minute) * time.Minute)); (err == nil) != allowed {
			t.Errorf("minute %d: %v, want allowed %v", minute, err, allowed)
		}
	}
}

func TestFileThatCrashedTwiceIsNotOpenedUntilItChanges(t *testing.T) {
	c := newClient(t, Options{})
	path := modelFile(t, "overflow")
	load := func() error {
		_, err := c.Load(t.Context(), path, engine.LoadOptions{}, nil)
		return err
	}
	for range maxCrashes {
		if err := load(); !errors.Is(err, engine.ErrWorkerDied) {
			t.Fatalf("load = %v, want ErrWorkerDied", err)
		}
	}
	var suspect *engine.ModelFileError
	if err := load(); !errors.As(err, &suspect) || !strings.Contains(suspect.Reason, "crashed the engine twice") {
		t.Fatalf("load = %v, want a ModelFileError", err)
	}
	mustLoad(t, c, modelFile(t, ""))
	c.Trust(path)
	if err := load(); !errors.Is(err, engine.ErrWorkerDied) {
		t.Errorf("load of a trusted file = %v, want that it was tried", err)
	}
	if err := os.WriteFile(path, []byte("mended"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := load(); err != nil {
		t.Errorf("load of the mended file = %v", err)
	}
}

func TestFileThatCrashesInUseIsSuspectToo(t *testing.T) {
	c := newClient(t, Options{})
	mustLoad(t, c, modelFile(t, ""))
	for range maxCrashes {
		if o := read(t.Context(), c, "overflow"); !errors.Is(o.err, engine.ErrWorkerDied) {
			t.Fatalf("reply = %+v, want ErrWorkerDied", o)
		}
	}
	var suspect *engine.ModelFileError
	if o := read(t.Context(), c, "count 1"); !errors.As(o.err, &suspect) {
		t.Errorf("reply = %+v, want a ModelFileError", o)
	}
}

func TestFileIsNotBlamedForAKill(t *testing.T) {
	c := newClient(t, Options{})
	mustLoad(t, c, modelFile(t, ""))
	for range maxRestarts {
		signalled(t, c, syscall.SIGKILL)
	}
	mustCount(t, c)
}

func TestStrangersInThePlaceOfTheWorker(t *testing.T) {
	for _, test := range []struct {
		role string
		want string
	}{
		{"garbage", "it sent a damaged frame"},
		{"garbage later", "it sent a damaged frame"},
		{"cut short", "it left with exit code 0"},
		{"other build", `the program was replaced while it ran`},
		{"other protocol", `the program was replaced while it ran`},
	} {
		t.Run(test.role, func(t *testing.T) {
			c := newClientOf(t, test.role, Options{})
			o := read(t.Context(), c, "count 3")
			if o.err == nil || !strings.Contains(o.err.Error(), test.want) {
				t.Errorf("error = %v, want %q", o.err, test.want)
			}
		})
	}
}

func TestWorkerThatIgnoresCreditIsEnded(t *testing.T) {
	c := newClientOf(t, "too much", Options{})
	n := 0
	for _, err := range c.Reply(t.Context(), ask("count 3")) {
		if n++; n == 1 {
			if p := workerOf(c); p != nil {
				<-p.gone // a reader as slow as can be
			}
		}
		if err != nil && !strings.Contains(err.Error(), "more for request 1 than it has credit for") {
			t.Errorf("error = %v, want what the worker did", err)
		}
	}
	if n < window || n > window+3 {
		t.Errorf("%d events were kept, want about %d", n, window)
	}
}

func TestStartThatIsGivenUpEndsTheWorker(t *testing.T) {
	c := newClientOf(t, "mute", Options{})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := c.Measure(ctx, ask("")); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("measure = %v, want context.DeadlineExceeded", err)
	}
	if workerOf(c) != nil {
		t.Error("the silent worker is still there")
	}
}

func TestCommandThatDoesNotExistIsAnError(t *testing.T) {
	c := New(Options{Command: []string{"/no/such/program"}})
	defer c.Close()
	if _, err := c.Measure(t.Context(), ask("")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("measure = %v, want that the program does not exist", err)
	}
}

func TestIdleWorkerEndsAndComesBackWithItsModel(t *testing.T) {
	states := make(chan State, 100)
	c := newClient(t, Options{OnState: func(s State) { states <- s }})
	path := modelFile(t, "")
	mustLoad(t, c, path)
	first := workerOf(c)
	c.SetIdle(time.Millisecond)
	<-first.gone
	c.SetIdle(0)
	o := mustCount(t, c)
	if want := []engine.EventKind{engine.EventLoading, engine.EventText, engine.EventDone}; !slices.Equal(o.kinds, want) {
		t.Errorf("events = %v, want %v", o.kinds, want)
	}
	c.Close()
	if first.cmd.ProcessState.ExitCode() != 0 {
		t.Errorf("the idle worker left with %v, want that it ended by itself", first.cmd.ProcessState)
	}
	var phases []Phase
	for close(states); ; {
		s, more := <-states
		if !more {
			break
		}
		if (s.Model != "") != (s.Phase == PhaseLoading || s.Phase == PhaseReady) {
			t.Errorf("state = %+v", s)
		}
		if len(phases) == 0 || phases[len(phases)-1] != s.Phase {
			phases = append(phases, s.Phase)
		}
	}
	round := []Phase{PhaseStarting, PhaseLoading, PhaseReady, PhaseStopped}
	if want := append(slices.Clone(round), round...); !slices.Equal(phases, want) {
		t.Errorf("phases = %v, want %v", phases, want)
	}
}

func TestRunningReplyIsNotIdle(t *testing.T) {
	c := newClient(t, Options{Idle: 5 * time.Millisecond})
	mustLoad(t, c, modelFile(t, ""))
	n := 0
	for ev, err := range c.Reply(t.Context(), ask("forever")) {
		if err != nil {
			t.Fatal(err)
		}
		if ev.Kind == engine.EventText {
			n++
		}
		if n == 50 { // of a millisecond each
			break
		}
	}
}

func TestDeathIsReportedWithItsCause(t *testing.T) {
	var last State
	var mu sync.Mutex
	c := newClient(t, Options{OnState: func(s State) { mu.Lock(); defer mu.Unlock(); last = s }})
	mustLoad(t, c, modelFile(t, ""))
	o := signalled(t, c, syscall.SIGKILL)
	mu.Lock()
	defer mu.Unlock()
	if last.Phase != PhaseDied || last.Err == nil || last.Err != o.err {
		t.Errorf("last state = %+v, want the death that the reply told of", last)
	}
}
