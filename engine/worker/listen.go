package worker

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// read passes the worker's frames on until there are no more. A worker that
// sends something else is ended.
func (p *process) read() {
	err := p.listen(p.out)
	var mismatch *MismatchError
	switch {
	case errors.As(err, &mismatch):
		p.kill(err, true)
	case errors.Is(err, errFrame):
		p.kill(fmt.Errorf("sent a %w", err), false)
	default:
		p.retire(nil, false)
	}
}

// listen reads frames to the end. Errors: errFrame, *MismatchError, and those of
// reading, io.EOF at the least.
func (p *process) listen(out io.Reader) error {
	r := bufio.NewReaderSize(out, firstRead)
	if err := p.greet(r); err != nil {
		return err
	}
	for {
		f, err := readFrame(r)
		if err == nil {
			err = p.dispatch(f)
		}
		if err != nil {
			return err
		}
	}
}

// greet reads the worker's hello.
func (p *process) greet(r *bufio.Reader) error {
	f, err := readFrame(r)
	if err != nil {
		return err
	}
	var theirs hello
	if err := decode(f, &theirs); err != nil || f.kind != kindHello {
		return fmt.Errorf("%w where its hello should be", errFrame)
	}
	if ours := newHello(); theirs != ours {
		return &MismatchError{Build: ours.Build, WorkerBuild: theirs.Build}
	}
	close(p.greeted)
	return nil
}

// greeting waits for the worker's hello. Errors: why it is gone, ctx.Err().
func (p *process) greeting(ctx context.Context) error {
	select {
	case <-p.greeted:
		return nil
	case <-p.gone:
		return p.err
	case <-ctx.Done():
		p.kill(errors.New("was no longer needed"), true)
		<-p.gone
		return ctx.Err()
	case <-time.After(startTime):
		p.kill(errors.New("did not start"), false)
		<-p.gone
		return p.err
	}
}

// dispatch hands f to the call it belongs to. Calls have room for all that a
// worker may send them, so that nobody's slowness keeps frames from others.
func (p *process) dispatch(f frame) error {
	switch f.kind {
	case kindPong:
		p.unanswered.Store(0)
		return nil
	case kindProgress, kindText, kindReasoning, kindEvent, kindResult, kindError:
	default:
		return fmt.Errorf("%w: kind %d from the worker", errFrame, f.kind)
	}
	p.mu.Lock()
	k := p.calls[f.id]
	p.mu.Unlock()
	if k == nil {
		return nil
	}
	select {
	case k.frames <- f:
		return nil
	default:
		return fmt.Errorf("%w: more for request %d than it has credit for", errFrame, f.id)
	}
}

// beat pings the worker, and ends it when it stays silent. Pings are written by
// a goroutine of their own, since a stopped worker leaves its pipe full. Silence
// is counted in pings, not in time, of which a sleeping computer has too much.
func (p *process) beat() {
	due := make(chan struct{}, 1)
	defer close(due)
	go func() {
		for range due {
			writeFrame(p.frames, kindPing, 0, "") // a broken pipe ends the process
		}
	}()
	select {
	case <-p.greeted:
	case <-p.gone:
		return
	}
	ticker := time.NewTicker(p.options.Heartbeat)
	defer ticker.Stop()
	for {
		select {
		case <-p.gone:
			return
		case <-ticker.C:
		}
		if time.Duration(p.unanswered.Add(1)-1)*p.options.Heartbeat >= p.options.Silence {
			p.kill(fmt.Errorf("did not answer for %v", p.options.Silence), false)
			continue
		}
		select {
		case due <- struct{}{}:
		default:
		}
	}
}
