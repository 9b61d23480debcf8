package fetch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"

	"notso/disk"
)

// errPaused ends a download's goroutine at the user's wish.
var errPaused = errors.New("paused")

// Manager keeps downloads into one folder. Close ends what runs; the next
// Manager of the folder goes on with it.
type Manager struct {
	opts  Options
	root  *os.Root
	limit limiter

	ctx    context.Context
	cancel context.CancelCauseFunc
	work   sync.WaitGroup

	noting sync.Mutex // one note is written at a time

	mu      sync.Mutex
	changed chan struct{} // closed and replaced at every change
	items   []*item       // in the order they were asked for
	closed  bool
}

// item is a download, running or not.
type item struct {
	note    note
	now     Progress
	stop    context.CancelCauseFunc // nil while it does not run
	telling bool                    // it has ended, and Changed does not know yet
	dropped bool
}

// Open returns the Manager of a folder, which is made where it is missing.
// Downloads that were running when the last one ended are listed as paused
// until Continue.
func Open(opts Options) (*Manager, error) {
	if opts.Changed == nil {
		opts.Changed = func(Progress) {}
	}
	if opts.Free == nil {
		opts.Free = disk.Free
	}
	if opts.Stall == 0 {
		opts.Stall = defaultStall
	}
	if opts.Backoff == nil {
		opts.Backoff = backoff
	}
	if err := os.MkdirAll(opts.Folder, 0o700); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(opts.Folder)
	if err != nil {
		return nil, err
	}
	m := &Manager{opts: opts, root: root, changed: make(chan struct{})}
	m.ctx, m.cancel = context.WithCancelCause(context.Background())
	m.limit.set(opts.Rate)
	for _, n := range notes(root) {
		if n.Dropped {
			remove(root, n.Name)
			continue
		}
		m.items = append(m.items, &item{note: n, now: Progress{Request: n.Request, State: Paused, Received: partSize(root, n.Name)}})
	}
	return m, nil
}

// Continue goes on with the downloads that an earlier run left running.
func (m *Manager) Continue() {
	for _, p := range m.List() {
		m.mu.Lock()
		i := m.find(p.Name)
		running := i != nil && !i.note.Paused
		m.mu.Unlock()
		if running {
			m.Resume(p.Name)
		}
	}
}

// Start begins a download, or goes on with one of the same name and address.
// It returns at once. Errors: ErrName, ErrExists, ErrClosed, *AddressError.
func (m *Manager) Start(r Request) error {
	if !GoodName(r.Name) {
		return ErrName
	}
	if _, err := m.root.Lstat(r.Name); err == nil {
		return ErrExists
	}
	m.mu.Lock()
	i := m.find(r.Name)
	if i != nil && i.stop != nil {
		m.mu.Unlock()
		return m.Resume(r.Name)
	}
	if i != nil && !i.note.same(r) {
		remove(m.root, r.Name) // another file of that name; its bytes are of no use
		m.items = slices.DeleteFunc(m.items, func(other *item) bool { return other == i })
		i = nil
	}
	if i == nil {
		i = &item{note: note{Request: r}, now: Progress{Request: r}}
		m.items = append(m.items, i)
	}
	i.dropped, i.note.Dropped, i.note.Paused = false, false, false
	m.mu.Unlock()
	return m.begin(i)
}

// same tells whether a part is a beginning of what r asks for. An address may
// change, as with another mirror, where the checksum says that the file does not.
func (n note) same(r Request) bool {
	if n.SHA256 != "" || r.SHA256 != "" {
		return n.SHA256 == r.SHA256
	}
	return n.URL == r.URL && (r.SizeBytes == 0 || n.SizeBytes == r.SizeBytes)
}

// Resume goes on with a download that is paused or has failed.
// Errors: ErrUnknown, ErrClosed.
func (m *Manager) Resume(name string) error {
	m.mu.Lock()
	i := m.find(name)
	if i == nil || i.now.State == Done {
		m.mu.Unlock()
		return ErrUnknown
	}
	i.dropped, i.note.Dropped, i.note.Paused = false, false, false
	running := i.stop != nil
	m.mu.Unlock()
	if running {
		return nil // or about to stop; then it begins again
	}
	return m.begin(i)
}

// begin starts the goroutine of a download.
func (m *Manager) begin(i *item) error {
	if err := m.remember(i.note); err != nil {
		return err
	}
	ctx, stop := context.WithCancelCause(m.ctx)
	m.mu.Lock()
	if m.closed {
		m.mu.Unlock()
		stop(nil)
		return ErrClosed
	}
	if i.stop != nil { // somebody was faster
		m.mu.Unlock()
		stop(nil)
		return nil
	}
	i.stop = stop
	i.now.State, i.now.Err = Waiting, nil
	t := &transfer{m: m, note: i.note, now: &i.now}
	m.work.Add(1)
	m.mu.Unlock()
	m.show(&i.now, func(*Progress) {})
	go func() {
		defer m.work.Done()
		err := t.run(ctx)
		stop(nil)
		m.ended(i, t, err)
	}()
	return nil
}

// ended writes down how a download's goroutine ended.
func (m *Manager) ended(i *item, t *transfer, err error) {
	n := t.note
	m.mu.Lock()
	n.Paused, n.Dropped = i.note.Paused, i.note.Dropped
	i.note, i.stop = n, nil
	again := errors.Is(err, errPaused) && !n.Paused
	i.telling = !again
	m.mu.Unlock()
	if again {
		m.begin(i)
		return
	}
	m.show(&i.now, func(p *Progress) {
		p.SizeBytes, p.BytesPerSecond, p.Left, p.Err = n.SizeBytes, 0, 0, nil
		if t.part != nil {
			p.Received = max(p.Received, t.part.size)
		}
		var sum *ChecksumError
		switch {
		case err == nil:
			p.State, p.Received = Done, n.SizeBytes
		case errors.Is(err, errPaused), errors.Is(err, ErrClosed):
			p.State = Paused
		case errors.As(err, &sum):
			p.State, p.Err, p.Received = Failed, err, 0
		default:
			p.State, p.Err = Failed, err
		}
	})
	m.mu.Lock()
	defer m.mu.Unlock()
	i.telling = false
	m.wake()
}

// Pause stops a download until Resume; it stays paused over restarts.
// Errors: ErrUnknown.
func (m *Manager) Pause(name string) error { return m.halt(name, false) }

// Cancel gives a download up. What has arrived stays until Close, so that Resume
// can bring it back. Errors: ErrUnknown.
func (m *Manager) Cancel(name string) error { return m.halt(name, true) }

func (m *Manager) halt(name string, drop bool) error {
	m.mu.Lock()
	i := m.find(name)
	if i == nil || i.now.State == Done {
		m.mu.Unlock()
		return ErrUnknown
	}
	i.note.Paused, i.note.Dropped, i.dropped = true, drop, drop
	n, stop := i.note, i.stop
	m.mu.Unlock()
	if stop != nil {
		stop(errPaused)
	}
	err := m.remember(n)
	m.show(&i.now, func(p *Progress) {
		p.BytesPerSecond, p.Left = 0, 0
		if stop == nil {
			p.State = Paused
		}
	})
	return err
}

// Forget takes a download that is over off the list; its file, if it has
// become one, stays.
func (m *Manager) Forget(name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.items = slices.DeleteFunc(m.items, func(i *item) bool { return i.note.Name == name && i.now.State == Done })
}

// List tells of every download, in the order they were asked for, those that
// are done since Open included.
func (m *Manager) List() []Progress {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []Progress
	for _, i := range m.items {
		if !i.dropped {
			list = append(list, i.now)
		}
	}
	return list
}

// Wait returns when the download is over, or with ctx's end, and tells how it
// stands. Errors: ErrUnknown, ctx.Err(), what the download failed of.
func (m *Manager) Wait(ctx context.Context, name string) (Progress, error) {
	for {
		m.mu.Lock()
		i, changed := m.find(name), m.changed
		var now Progress
		var over bool
		if i != nil {
			now, over = i.now, i.stop == nil && !i.telling && i.now.State.Over()
		}
		m.mu.Unlock()
		switch {
		case i == nil:
			return Progress{}, ErrUnknown
		case over:
			return now, now.Err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return now, ctx.Err()
		}
	}
}

// SetRate limits all downloads together, in bytes a second; 0 is no limit.
func (m *Manager) SetRate(rate int64) { m.limit.set(rate) }

// Close ends what runs and waits for it. What was cancelled is gone then.
func (m *Manager) Close() error {
	m.mu.Lock()
	m.closed = true
	m.mu.Unlock()
	m.cancel(ErrClosed)
	m.work.Wait()
	for _, i := range m.items {
		if i.dropped {
			remove(m.root, i.note.Name)
		}
	}
	return m.root.Close()
}

// find returns the download of that name, nil for none. m.mu is held.
func (m *Manager) find(name string) *item {
	for _, i := range m.items {
		if i.note.Name == name {
			return i
		}
	}
	return nil
}

// remember writes a download's note down. Whether it is paused is the item's to
// say.
func (m *Manager) remember(n note) error {
	m.mu.Lock()
	if i := m.find(n.Name); i != nil {
		n.Paused, n.Dropped = i.note.Paused, i.note.Dropped
		i.note = n
	}
	m.mu.Unlock()
	m.noting.Lock()
	defer m.noting.Unlock()
	if err := writeNote(m.root, n); err != nil {
		return fmt.Errorf("remember the download of %s: %w", n.Name, err)
	}
	return nil
}

// show changes what people see of a download, and tells it.
func (m *Manager) show(now *Progress, change func(*Progress)) {
	m.mu.Lock()
	change(now)
	seen := *now
	m.wake()
	m.mu.Unlock()
	m.opts.Changed(seen)
}

// wake lets Wait look again. m.mu is held.
func (m *Manager) wake() {
	close(m.changed)
	m.changed = make(chan struct{})
}
