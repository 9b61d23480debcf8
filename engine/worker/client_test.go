package worker

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"notso/engine"
)

// newClient returns a client of workers that serve the faulty engine.
func newClient(t *testing.T, options Options) *Client {
	t.Helper()
	return newClientOf(t, "worker", options)
}

// newClientOf returns a client of workers that play role.
func newClientOf(t testing.TB, role string, options Options) *Client {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	options.Command = []string{exe}
	// Under the race detector a process otherwise takes a second to leave.
	options.Env = append(options.Env, roleVar+"="+role, "GORACE=atexit_sleep_ms=0")
	c := New(options)
	t.Cleanup(func() { c.Close() })
	return c
}

// modelFile returns the path of a file that has the faulty engine do what
// content says.
func modelFile(t testing.TB, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "model.gguf")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func mustLoad(t testing.TB, c *Client, path string) {
	t.Helper()
	if _, err := c.Load(t.Context(), path, engine.LoadOptions{}, nil); err != nil {
		t.Fatalf("load %s: %v", path, err)
	}
}

// workerOf is the running worker, or nil.
func workerOf(c *Client) *process {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.process
}

// deathsOf counts the deaths that are held against the worker.
func deathsOf(c *Client) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.deaths.times)
}

// outcome is all that a reply gave.
type outcome struct {
	text   string
	kinds  []engine.EventKind // without repetitions
	finish engine.Finish
	err    error
}

func read(ctx context.Context, c *Client, message string) outcome {
	var o outcome
	for ev, err := range c.Reply(ctx, ask(message)) {
		if err != nil {
			o.err = err
			break
		}
		if len(o.kinds) == 0 || o.kinds[len(o.kinds)-1] != ev.Kind {
			o.kinds = append(o.kinds, ev.Kind)
		}
		o.text += ev.Text
		if ev.Done != nil {
			o.finish = ev.Done.Finish
		}
	}
	return o
}

func mustCount(t testing.TB, c *Client) outcome {
	t.Helper()
	o := read(t.Context(), c, "count 3")
	if o.text != "0 1 2 " || o.finish != engine.FinishEnd || o.err != nil {
		t.Fatalf("reply = %+v, want 0 1 2", o)
	}
	return o
}

func TestLoadTellsItsProgressAndTheModel(t *testing.T) {
	c := newClient(t, Options{})
	path := modelFile(t, "")
	var fractions []float64
	info, err := c.Load(t.Context(), path, engine.LoadOptions{}, func(f float64) { fractions = append(fractions, f) })
	if err != nil {
		t.Fatal(err)
	}
	if want := (engine.ModelInfo{Path: path, Name: "faulty", ContextLength: 4096}); !reflect.DeepEqual(info, want) {
		t.Errorf("info = %+v, want %+v", info, want)
	}
	if want := []float64{0, 0.25, 0.5, 0.75, 1}; !slices.Equal(fractions, want) {
		t.Errorf("progress = %v, want %v", fractions, want)
	}
	if m, err := c.Measure(t.Context(), ask("hello")); err != nil || m.PromptTokens != 1 || m.ContextLength != 4096 {
		t.Errorf("measure = %+v, %v", m, err)
	}
}

func TestReplyLongerThanTheWindowArrivesWhole(t *testing.T) {
	c := newClient(t, Options{})
	mustLoad(t, c, modelFile(t, ""))
	const n = 10*window + 7
	o := read(t.Context(), c, "count "+strconv.Itoa(n))
	if words := strings.Fields(o.text); o.err != nil || len(words) != n || words[n-1] != strconv.Itoa(n-1) {
		t.Errorf("%d of %d words, error %v", len(words), n, o.err)
	}
}

func TestSlowReaderDoesNotHoldUpOtherCalls(t *testing.T) {
	c := newClient(t, Options{})
	mustLoad(t, c, modelFile(t, ""))
	n := 0
	for _, err := range c.Reply(t.Context(), ask("count 1000")) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n == 1 {
			for range 3 {
				mustCount(t, c)
			}
		}
	}
	if n != 1001 {
		t.Errorf("%d events, want 1001", n)
	}
}

func TestToolCallArrivesByteForByte(t *testing.T) {
	c := newClient(t, Options{})
	mustLoad(t, c, modelFile(t, ""))
	for ev, err := range c.Reply(t.Context(), ask("weather")) {
		if err != nil {
			t.Fatal(err)
		}
		if ev.Kind == engine.EventToolCall && !reflect.DeepEqual(ev.ToolCall, toolCall()) {
			t.Errorf("tool call = %s, want %s", ev.ToolCall.Arguments, toolCall().Arguments)
		}
	}
}

func TestErrorsKeepTheirTypeAcrossThePipe(t *testing.T) {
	c := newClient(t, Options{})
	if o := read(t.Context(), c, "count 1"); !errors.Is(o.err, engine.ErrNoModel) {
		t.Errorf("reply without a model: %v, want ErrNoModel", o.err)
	}
	var file *engine.ModelFileError
	_, err := c.Load(t.Context(), modelFile(t, "damaged"), engine.LoadOptions{}, nil)
	if !errors.As(err, &file) || file.Reason != "tensor 17 lies outside the file" {
		t.Errorf("load = %v, want a ModelFileError", err)
	}
	mustLoad(t, c, modelFile(t, ""))
	var long *engine.PromptTooLongError
	if o := read(t.Context(), c, "long"); !errors.As(o.err, &long) || long.Limit != 4096 {
		t.Errorf("long reply: %v, want a PromptTooLongError", o.err)
	}
	if o := read(t.Context(), c, "panic"); o.err == nil || !strings.Contains(o.err.Error(), "index out of range") {
		t.Errorf("a panic became %v", o.err)
	}
	if o := read(t.Context(), c, "nothing"); o.err == nil {
		t.Error("a reply without an end passed for one")
	}
	mustCount(t, c)
}

func TestFailedLoadKeepsTheEarlierModel(t *testing.T) {
	c := newClient(t, Options{})
	mustLoad(t, c, modelFile(t, ""))
	if _, err := c.Load(t.Context(), modelFile(t, "damaged"), engine.LoadOptions{}, nil); err == nil {
		t.Fatal("a damaged file was loaded")
	}
	mustCount(t, c)
}

func TestRepliesRunSideBySideAndCancelOnTheirOwn(t *testing.T) {
	c := newClient(t, Options{})
	mustLoad(t, c, modelFile(t, ""))
	var group sync.WaitGroup
	for i := range 200 {
		group.Go(func() {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			n := 0
			var last engine.Event
			for ev, err := range c.Reply(ctx, ask("forever")) {
				if err != nil {
					t.Errorf("reply %d: %v", i, err)
				}
				if last = ev; n == i%5 {
					cancel()
				}
				n++
			}
			if last.Done == nil || last.Done.Finish != engine.FinishStopped {
				t.Errorf("reply %d ended with %+v, want a stop", i, last)
			}
		})
	}
	group.Wait()
	mustCount(t, c)
}

func TestReplyStoppedBeforeItStartsIsAStop(t *testing.T) {
	c := newClient(t, Options{})
	mustLoad(t, c, modelFile(t, ""))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if o := read(ctx, c, "forever"); o.err != nil || o.finish != engine.FinishStopped {
		t.Errorf("reply = %+v, want a stop", o)
	}
}

func TestBreakingOutFreesTheWorker(t *testing.T) {
	c := newClient(t, Options{})
	mustLoad(t, c, modelFile(t, ""))
	for range c.Reply(t.Context(), ask("forever")) {
		break
	}
	p := workerOf(c)
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.calls); n != 0 {
		t.Errorf("%d calls are still open", n)
	}
}

func TestBreakingOutWhileTheModelLoadsFreesTheWorker(t *testing.T) {
	c := newClient(t, Options{Idle: time.Millisecond})
	mustLoad(t, c, modelFile(t, ""))
	if p := workerOf(c); p != nil {
		<-p.gone
	}
	for ev := range c.Reply(t.Context(), ask("forever")) {
		if ev.Kind != engine.EventLoading {
			t.Errorf("event = %+v, want the loading of the model", ev)
		}
		break
	}
	mustCount(t, c)
}

func TestIdleTimeThatIsShortenedCountsAtOnce(t *testing.T) {
	c := newClient(t, Options{Idle: -1})
	mustLoad(t, c, modelFile(t, ""))
	p := workerOf(c)
	c.SetIdle(time.Millisecond)
	<-p.gone
	c.SetIdle(0)
	mustCount(t, c) // another one starts
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.idle.Stop() {
		t.Error("a worker that may stay for ever is about to end")
	}
}

func TestRequestThatFitsNoFrameIsAnError(t *testing.T) {
	c := newClient(t, Options{})
	mustLoad(t, c, modelFile(t, ""))
	if o := read(t.Context(), c, strings.Repeat("a", maxPayload)); !errors.Is(o.err, errTooLarge) {
		t.Errorf("reply = %+v, want errTooLarge", o.err)
	}
	mustCount(t, c)
}

func TestWorkerThatDoesNotStopIsEnded(t *testing.T) {
	c := newClient(t, Options{StopWait: 50 * time.Millisecond})
	mustLoad(t, c, modelFile(t, ""))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var o outcome
	for ev, err := range c.Reply(ctx, ask("stubborn")) {
		o.text, o.err = o.text+ev.Text, err
		if ev.Done != nil {
			o.finish = ev.Done.Finish
		}
		cancel()
	}
	if o.text != "no" || o.finish != engine.FinishStopped || o.err != nil {
		t.Errorf("reply = %+v, want its text and a stop", o)
	}
	mustCount(t, c)
	if n := deathsOf(c); n != 0 {
		t.Errorf("an end that was asked for counts as %d crashes", n)
	}
}

func TestCancelEndsALoad(t *testing.T) {
	c := newClient(t, Options{})
	mustLoad(t, c, modelFile(t, ""))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := c.Load(ctx, modelFile(t, "slow"), engine.LoadOptions{}, nil)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("load = %v, want context.Canceled", err)
	}
	mustCount(t, c)
}

func TestCancelEndsAWarm(t *testing.T) {
	c := newClient(t, Options{})
	mustLoad(t, c, modelFile(t, ""))
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if err := c.Warm(ctx, ask("hello"), nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("warm = %v, want context.DeadlineExceeded", err)
	}
}

func TestCloseEndsARunningReplyAsIfStopped(t *testing.T) {
	c := newClient(t, Options{})
	mustLoad(t, c, modelFile(t, ""))
	var last engine.Event
	for ev, err := range c.Reply(t.Context(), ask("forever")) {
		if err != nil {
			t.Fatal(err)
		}
		if last.Kind == "" {
			go c.Close()
		}
		last = ev
	}
	if last.Done == nil || last.Done.Finish != engine.FinishStopped {
		t.Errorf("the reply ended with %+v, want a stop", last)
	}
	if o := read(t.Context(), c, "count 1"); !errors.Is(o.err, engine.ErrClosed) {
		t.Errorf("reply after Close: %v, want ErrClosed", o.err)
	}
}

func TestTemplateIsRenderedInTheWorker(t *testing.T) {
	c := newClient(t, Options{})
	got, err := c.Render(t.Context(), "Dear {{ name }}, it is {{ strftime_now('%Y') }}", []byte(`{"name":"<Ann>"}`),
		time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC))
	if want := "Dear <Ann>, it is 2031"; err != nil || got != want {
		t.Errorf("render = %q, %v, want %q", got, err, want)
	}
}

func TestHostileTemplateIsAnErrorAndTheWorkerLives(t *testing.T) {
	c := newClient(t, Options{})
	mustLoad(t, c, modelFile(t, ""))
	for _, source := range []string{
		`{{ 'A' * 8000000000000 }}`,
		`{% macro m(n) %}{{ m(n + 1) }}{% endmacro %}{{ m(0) }}`,
		`{% for i in range(1000000000) %}{% endfor %}`,
		`{{ raise_exception('only user and assistant') }}`,
	} {
		_, err := c.Render(t.Context(), source, []byte("{}"), time.Now())
		var template *engine.TemplateError
		if !errors.As(err, &template) {
			t.Errorf("%s: %v, want a TemplateError", source, err)
		}
	}
	mustCount(t, c)
	if n := deathsOf(c); n != 0 {
		t.Errorf("the worker died %d times of it", n)
	}
}
