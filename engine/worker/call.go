package worker

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"notso/engine"
)

// call is one request as its caller sees it. Only the caller's goroutine uses
// it, except that the process puts frames in.
type call struct {
	process *process
	id      uint32
	kind    kind
	model   *model // what a load opens, else nil
	frames  chan frame

	taken    uint32           // events since credit was last given
	dones    int              // events of a reply that will say that a candidate has ended
	finished bool             // the last frame has come
	stopped  bool             // the worker was told to stop
	late     <-chan time.Time // when it must have answered that
}

func newCall(p *process, id uint32, k kind, m *model) *call {
	room := 1 // the answer
	switch k {
	case kindLoad, kindWarm:
		room += thousand + 1 // each thousandth
	case kindReply:
		room += window
	}
	return &call{process: p, id: id, kind: k, model: m, frames: make(chan frame, room)}
}

// next waits for the call's next frame. When ctx ends the worker is told to
// stop, and ended if it has not answered within the client's StopWait.
// Errors: why the worker is gone.
func (k *call) next(ctx context.Context) (frame, error) {
	ended := ctx.Done()
	for {
		if !k.stopped && ctx.Err() != nil {
			k.stopped = true
			k.late = time.After(k.process.options.StopWait)
			writeFrame(k.process.frames, kindCancel, k.id, "") // a broken pipe ends the process
		}
		if k.stopped {
			ended = nil
		}
		select { // first of all, so that a slow reader does not make the worker late
		case f := <-k.frames:
			return f, nil
		default:
		}
		select {
		case f := <-k.frames:
			return f, nil
		case <-k.process.gone:
			return k.last()
		case <-ended:
		case <-k.late:
			k.process.kill(fmt.Errorf("did not stop within %v", k.process.options.StopWait), true)
		}
	}
}

// last returns what had arrived before the worker was gone.
func (k *call) last() (frame, error) {
	select {
	case f := <-k.frames:
		return f, nil
	default:
		return frame{}, k.process.err
	}
}

// event is the event in f, or the worker's error. It keeps the worker going: an
// event that was taken makes room for another.
func (k *call) event(f frame) (engine.Event, error) {
	if f.kind == kindError {
		k.finished = true
		return engine.Event{}, remote(f)
	}
	if k.taken++; k.taken == window/2 {
		writeNumber(k.process.frames, kindCredit, k.id, k.taken) // a broken pipe ends the process
		k.taken = 0
	}
	ev, err := readEvent(f)
	if ev.Kind == engine.EventDone {
		k.dones--
		k.finished = k.dones <= 0
	}
	return ev, err
}

// answer waits for the call's result and reads it into result, which may be nil.
// Errors: the worker's own, why it is gone, or ctx.Err().
func (k *call) answer(ctx context.Context, result any, progress func(float64)) error {
	defer k.process.forget(k)
	for {
		f, err := k.next(ctx)
		if err != nil {
			return cmp.Or(ctx.Err(), err)
		}
		switch f.kind {
		case kindProgress:
			n, err := f.number()
			if err != nil {
				return err
			}
			if progress != nil {
				progress(float64(n) / thousand)
			}
		case kindResult:
			k.finished = true
			if result == nil {
				return nil
			}
			return decode(f, result)
		case kindError:
			k.finished = true
			return cmp.Or(ctx.Err(), remote(f))
		default:
			return fmt.Errorf("%w: kind %d in answer to kind %d", errFrame, f.kind, k.kind)
		}
	}
}

// remote is the error that f carries.
func remote(f frame) error {
	var w wireError
	if err := decode(f, &w); err != nil {
		return err
	}
	return w.err()
}
