package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync/atomic"
	"time"
)

const (
	pieceSize = 256 << 10 // bytes read at once
	roomEvery = 64 << 20  // bytes between two looks at the disk
)

// transfer is one download while it runs. Its goroutine alone uses it, but for
// now, which belongs to the Manager's mutex.
type transfer struct {
	m     *Manager
	note  note
	part  *part
	now   *Progress // what people see
	meter meter
	told  time.Time // when Changed heard last

	have atomic.Int64 // bytes in the part, for late
	late *time.Timer  // shows what came just before the bytes stopped
}

// run brings the file, whatever it takes. Errors: see passing, and the cause of
// ctx's end.
func (t *transfer) run(ctx context.Context) (err error) {
	if _, err := t.m.root.Lstat(t.note.Name); err == nil {
		return ErrExists
	}
	if t.part, err = openPart(t.m.root, t.note.Name); err != nil {
		return err
	}
	defer func() { t.part.close() }()
	for tries := 0; ; {
		had := t.part.size
		err := t.attempt(ctx)
		if err == nil {
			break
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if t.part.size > had {
			tries = 0
		}
		if tries++; !passing(err) || tries > attempts && !(t.m.opts.Patient && unreachable(err)) {
			return err
		}
		pause := t.m.opts.Backoff(tries)
		var status *StatusError
		if errors.As(err, &status) && status.After > 0 {
			pause = status.After
		}
		t.show(func(p *Progress) { p.State, p.Err, p.Until = Retrying, err, time.Now().Add(pause) })
		if err := sleep(ctx, pause); err != nil {
			return err
		}
	}
	return t.finish(ctx)
}

// attempt goes on where the part ends and returns nil when nothing is missing.
func (t *transfer) attempt(parent context.Context) error {
	size := t.note.SizeBytes
	if size > 0 && t.part.size > size || t.part.size > 0 && t.note.ETag == "" && t.note.SHA256 == "" {
		if err := t.part.empty(); err != nil { // nothing could tell whether it fits what follows
			return err
		}
	}
	if size > 0 && t.part.size == size {
		return nil
	}
	if err := t.room(); err != nil {
		return err
	}
	t.meter.reset()
	t.show(func(p *Progress) { p.State, p.Err, p.BytesPerSecond, p.Left = Waiting, nil, 0, 0 })

	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)
	watch := time.AfterFunc(t.m.opts.Stall, func() { cancel(errStalled) })
	defer watch.Stop()
	header := http.Header{}
	if t.part.size > 0 {
		header.Set("Range", fmt.Sprintf("bytes=%d-", t.part.size))
		if t.note.ETag != "" {
			header.Set("If-Range", t.note.ETag)
		}
	}
	answer, err := t.m.opts.Client.get(ctx, t.note.URL, header)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if err := t.accept(answer); err != nil {
		return err
	}
	return t.receive(ctx, answer.Body, watch)
}

// accept looks at the head of an answer: whether its body goes on where the
// part ends. A body that begins the file anew empties the part.
func (t *transfer) accept(answer *http.Response) error {
	var total int64
	switch answer.StatusCode {
	case http.StatusOK:
		if err := plain(answer); err != nil {
			return err
		}
		total = answer.ContentLength
	case http.StatusPartialContent:
		if err := plain(answer); err != nil {
			return err
		}
		text := answer.Header.Get("Content-Range")
		first, last, all, ok := contentRange(text)
		if !ok || first != t.part.size || last != all-1 {
			return &RangeError{Asked: t.part.size, Got: text}
		}
		total = all
	case http.StatusRequestedRangeNotSatisfiable:
		t.part.empty()
		return errChanged
	default:
		return statusError(answer)
	}
	if total <= 0 {
		return &ContentError{Reason: "the server does not say how large the file is"}
	}
	if t.note.SizeBytes > 0 && total != t.note.SizeBytes {
		return &ContentError{Reason: fmt.Sprintf("the server has a file of %d bytes, and the published one has %d; it was changed, or this is another one", total, t.note.SizeBytes)}
	}
	tag := validator(answer)
	if answer.StatusCode == http.StatusPartialContent && t.note.ETag != "" && tag != "" && tag != t.note.ETag {
		if err := t.part.empty(); err != nil {
			return err
		}
		t.note.ETag = ""
		return errChanged
	}
	if answer.StatusCode == http.StatusOK && t.part.size > 0 {
		if err := t.part.empty(); err != nil {
			return err
		}
	}
	if t.note.ETag != tag || t.note.SizeBytes != total {
		t.note.ETag, t.note.SizeBytes = tag, total
		if err := t.m.remember(t.note); err != nil {
			return err
		}
	}
	t.show(func(p *Progress) { p.State, p.SizeBytes = Running, total })
	return t.room()
}

// receive writes the body behind the part until nothing is missing.
func (t *transfer) receive(ctx context.Context, body io.Reader, watch *time.Timer) error {
	t.late = time.AfterFunc(meterStep, t.showLate)
	defer t.late.Stop()
	buf := make([]byte, pieceSize)
	look := t.part.size + roomEvery
	for t.part.size < t.note.SizeBytes {
		want := min(int64(t.m.limit.piece(len(buf))), t.note.SizeBytes-t.part.size)
		watch.Reset(t.m.opts.Stall)
		n, err := body.Read(buf[:want])
		watch.Stop()
		if n > 0 {
			if err := t.part.write(buf[:n]); err != nil {
				return err
			}
			t.progress()
			if err := t.m.limit.wait(ctx, n); err != nil {
				return err
			}
		}
		switch {
		case t.part.size == t.note.SizeBytes:
			return nil
		case context.Cause(ctx) != nil:
			return context.Cause(ctx)
		case errors.Is(err, io.EOF):
			return errShort
		case err != nil:
			return fmt.Errorf("receive: %w", err)
		}
		if t.part.size >= look {
			if look += roomEvery; t.room() != nil {
				return t.room()
			}
		}
	}
	return nil
}

// finish compares what has arrived with what was published and gives it its
// name.
func (t *transfer) finish(ctx context.Context) error {
	if t.note.SHA256 != "" {
		t.show(func(p *Progress) { p.State, p.BytesPerSecond, p.Left = Checking, 0, 0 })
		got, err := t.part.sum(ctx, func(int64) {})
		if err != nil {
			return err
		}
		if got != t.note.SHA256 {
			t.part.close()
			remove(t.m.root, t.note.Name)
			return &ChecksumError{Name: t.note.Name, Got: got, Want: t.note.SHA256}
		}
	}
	return t.part.finish()
}

// room sees to it that what is missing fits on the disk, with something to
// spare for everybody else.
func (t *transfer) room() error {
	free, err := t.m.opts.Free(t.m.opts.Folder)
	need := t.note.SizeBytes - t.part.size
	if err == nil && need > 0 && free < need+spare {
		return &SpaceError{Need: need + spare, Free: free}
	}
	return nil // a system that does not tell lets the writing fail
}

func (t *transfer) progress() {
	now := time.Now()
	t.meter.add(now, t.part.size)
	t.have.Store(t.part.size)
	t.late.Reset(meterStep)
	if now.Sub(t.told) < meterStep && t.part.size < t.note.SizeBytes {
		return
	}
	t.show(func(p *Progress) {
		p.BytesPerSecond, p.Left = t.meter.speed(), 0
		if p.BytesPerSecond > 0 {
			p.Left = time.Duration(float64(t.note.SizeBytes-t.part.size) / p.BytesPerSecond * float64(time.Second))
		}
	})
}

// showLate shows the bytes that came too soon after others to be shown.
func (t *transfer) showLate() {
	t.m.show(t.now, func(p *Progress) { p.Received = max(p.Received, min(t.have.Load(), p.SizeBytes)) })
}

// show lets people see a change. The bytes never go back: a part that begins
// anew is shown again once it is longer than what was seen.
func (t *transfer) show(change func(*Progress)) {
	t.told = time.Now()
	t.m.show(t.now, func(p *Progress) {
		change(p)
		p.Received = max(p.Received, t.part.size)
	})
}

// partSize is the length of a part that nobody has open, 0 for none.
func partSize(root *os.Root, name string) int64 {
	info, err := root.Lstat(name + partSuffix)
	if err != nil {
		return 0
	}
	return info.Size()
}
