package runner

import (
	"sync"

	"notso/engine"
)

// feedRoom is how many events a reply may be ahead of its reader.
const feedRoom = 64

// feed carries the events of a job, or of several that write candidates, to
// their caller. The scheduler never waits for a slow reader; it leaves out a job
// whose feed is full.
type feed struct {
	ready chan struct{} // holds a token while there may be something to take
	room  func()        // called when a full feed was emptied

	mu     sync.Mutex
	events []engine.Event
	jobs   int // that have not ended
	closed bool
	err    error
}

func newFeed(jobs int, room func()) *feed {
	return &feed{ready: make(chan struct{}, 1), jobs: jobs, room: room}
}

// full tells whether the reader is too far behind.
func (f *feed) full() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.events) >= feedRoom
}

func (f *feed) push(events ...engine.Event) {
	if len(events) == 0 {
		return
	}
	f.mu.Lock()
	f.events = append(f.events, events...)
	f.mu.Unlock()
	f.signal()
}

// close is the end of a job, and that of the feed when it was the last or failed.
// err is nil for a job that came to its end.
func (f *feed) close(err error) {
	f.mu.Lock()
	f.jobs--
	if !f.closed && (err != nil || f.jobs == 0) {
		f.closed, f.err = true, err
	}
	f.mu.Unlock()
	f.signal()
}

func (f *feed) signal() {
	select {
	case f.ready <- struct{}{}:
	default:
	}
}

// all yields the events as they come, and the error if there is one.
func (f *feed) all(yield func(engine.Event, error) bool) {
	for more := true; more; {
		var events []engine.Event
		var err error
		if events, more, err = f.take(); err != nil {
			yield(engine.Event{}, err)
			return
		}
		for _, e := range events {
			if !yield(e, nil) {
				return
			}
		}
	}
}

// take waits for events and returns all there are, in order. more is false when
// none will follow; then err says how the job ended.
func (f *feed) take() (events []engine.Event, more bool, err error) {
	for {
		f.mu.Lock()
		events, f.events = f.events, nil
		closed, err := f.closed, f.err
		f.mu.Unlock()
		if len(events) >= feedRoom {
			f.room()
		}
		if len(events) > 0 {
			return events, true, nil
		}
		if closed {
			return nil, false, err
		}
		<-f.ready
	}
}
