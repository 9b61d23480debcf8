package worker

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// startTime is how long a worker may take to say hello. It needs 2 ms, and far
	// more where the machine is busy and its program must come from a slow disk.
	startTime = 30 * time.Second

	// endTime is how long a worker may take to end by itself, and its pipes to
	// run dry after that.
	endTime = 2 * time.Second
)

// process is one worker as the client sees it. Its goroutines end with it.
type process struct {
	options Options
	cmd     *exec.Cmd
	in, out *os.File // the worker's standard input and output, our ends
	frames  *frameWriter
	stderr  *tail

	greeted chan struct{} // closed when the worker has said hello
	gone    chan struct{} // closed when it has ended, all it said was read and err is set
	err     error         // why it ended

	unanswered atomic.Int64 // pings since the last pong

	mu      sync.Mutex
	calls   map[uint32]*call
	lastID  uint32
	model   *model // what it holds, as far as the client knows
	ending  bool   // takes no more calls
	planned bool   // and that is no crash
	reason  error  // why we ended it, nil when it did so itself
}

// newProcess starts a worker. When it has ended, died is called, before anybody
// who waits for an answer of it learns of that.
func newProcess(options Options, died func(*process, exit)) (*process, error) {
	p := &process{
		options: options,
		greeted: make(chan struct{}),
		gone:    make(chan struct{}),
		calls:   make(map[uint32]*call),
		stderr:  &tail{log: options.Log},
	}
	if len(options.Command) == 0 {
		return nil, errors.New("start the worker: no command is given")
	}
	p.cmd = exec.Command(options.Command[0], options.Command[1:]...)
	p.cmd.Env = slices.Concat(os.Environ(), sparing(), options.Env)
	p.cmd.Stderr = p.stderr
	p.cmd.WaitDelay = endTime
	started := make(chan error)
	go p.run(started, died)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start the worker: %w", err)
	}
	return p, nil
}

// run starts the worker and stays with it until it has ended. It keeps its
// thread, because a worker that dies with its parent (see detach) dies with the
// thread that started it.
func (p *process) run(started chan<- error, died func(*process, exit)) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := p.start()
	started <- err
	if err != nil {
		return
	}
	drained, exited := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(drained)
		p.read()
	}()
	go func() {
		defer close(exited)
		p.cmd.Wait() // its error says no more than the state
	}()
	go p.beat()

	select {
	case <-exited:
	case <-drained: // it is about to end, or has closed its output
		if !within(exited, endTime) {
			p.kill(errors.New("stopped answering"), false)
			<-exited
		}
	}
	within(drained, endTime)
	p.in.Close()
	p.out.Close()
	<-drained
	died(p, exitOf(p.cmd.ProcessState))
	close(p.gone)
}

// start makes the pipes and starts the worker on them.
func (p *process) start() error {
	theirIn, in, err := os.Pipe()
	if err != nil {
		return err
	}
	defer theirIn.Close()
	out, theirOut, err := os.Pipe()
	if err != nil {
		in.Close()
		return err
	}
	defer theirOut.Close()
	p.in, p.out, p.frames = in, out, &frameWriter{w: in}
	p.cmd.Stdin, p.cmd.Stdout = theirIn, theirOut
	detach(p.cmd)
	err = p.cmd.Start()
	if err != nil {
		in.Close()
		out.Close()
	}
	return err
}

// open sends a request; m is what a load opens, else nil.
// Errors: errTooLarge, or why the worker is gone.
func (p *process) open(k kind, m *model, request any) (*call, error) {
	payload, err := encode(request)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	p.lastID++
	c := newCall(p, p.lastID, k, m)
	p.calls[c.id] = c
	p.mu.Unlock()
	err = writeFrame(p.frames, k, c.id, payload)
	if err == nil {
		return c, nil
	}
	c.finished = true
	p.forget(c)
	if errors.Is(err, errTooLarge) {
		return nil, fmt.Errorf("this request is %w", err)
	}
	p.kill(nil, false) // it has ended, or has closed its input
	<-p.gone
	return nil, p.err
}

// forget ends c, which nobody waits for any more.
func (p *process) forget(c *call) {
	p.mu.Lock()
	delete(p.calls, c.id)
	p.mu.Unlock()
	if !c.finished {
		writeFrame(p.frames, kindDrop, c.id, "") // a broken pipe ends the process
	}
}

// end lets the worker end by itself, and sees to it that it does.
func (p *process) end(reason error) {
	p.retire(reason, true)
	p.in.Close()
	if !within(p.gone, endTime) {
		p.cmd.Process.Kill()
		<-p.gone
	}
}

// kill ends the worker at once.
func (p *process) kill(reason error, planned bool) {
	p.retire(reason, planned)
	p.cmd.Process.Kill() // an error says that it has ended already
}

// retire makes the process take no more calls, since it is about to end: for
// reason, of which the first counts, and which is no crash if planned. A nil
// reason says that nobody here knows one.
func (p *process) retire(reason error, planned bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ending = true
	if p.reason == nil {
		p.reason, p.planned = reason, planned
	}
}

func (p *process) refuses() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ending
}

func (p *process) hasGreeted() bool {
	select {
	case <-p.greeted:
		return true
	default:
		return false
	}
}

// blamed is the model whose file a crash is held against: the one being loaded,
// else the one in use by a call, else nil. The caller holds p.mu.
func (p *process) blamed() *model {
	var inUse *model
	for _, k := range p.calls {
		switch k.kind {
		case kindLoad:
			return k.model
		case kindReply, kindWarm, kindMeasure:
			inUse = p.model
		}
	}
	return inUse
}

// within says whether done is closed before d has passed.
func within(done <-chan struct{}, d time.Duration) bool {
	select {
	case <-done:
		return true
	case <-time.After(d):
		return false
	}
}
