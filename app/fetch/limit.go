package fetch

import (
	"context"
	"sync"
	"time"
)

// limiter keeps all downloads together below a rate.
type limiter struct {
	mu   sync.Mutex
	rate int64     // bytes a second; 0 is no limit
	next time.Time // when the next bytes may be read
}

func (l *limiter) set(rate int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rate, l.next = max(0, rate), time.Time{}
}

// piece is how many bytes to read at once so that the rate is kept smoothly.
func (l *limiter) piece(most int) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.rate == 0 {
		return most
	}
	return int(min(int64(most), max(l.rate/8, 512)))
}

// wait returns when n more bytes may follow those that were read.
func (l *limiter) wait(ctx context.Context, n int) error {
	l.mu.Lock()
	if l.rate == 0 {
		l.mu.Unlock()
		return nil
	}
	now := time.Now()
	if l.next.Before(now) {
		l.next = now
	}
	l.next = l.next.Add(time.Duration(float64(n) / float64(l.rate) * float64(time.Second)))
	pause := l.next.Sub(now)
	l.mu.Unlock()
	return sleep(ctx, pause)
}

func sleep(ctx context.Context, pause time.Duration) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// meter measures the speed of the last seconds.
type meter struct {
	marks []mark // oldest first
}

type mark struct {
	at    time.Time
	bytes int64
}

const (
	meterSpan = 8 * time.Second
	meterStep = 250 * time.Millisecond
)

// add tells that so many bytes are there now.
func (m *meter) add(now time.Time, bytes int64) {
	if n := len(m.marks); n > 0 && now.Sub(m.marks[n-1].at) < meterStep {
		return
	}
	m.marks = append(m.marks, mark{now, bytes})
	for len(m.marks) > 2 && now.Sub(m.marks[0].at) > meterSpan {
		m.marks = m.marks[1:]
	}
}

func (m *meter) reset() { m.marks = nil }

// speed is in bytes a second, 0 as long as it cannot be told.
func (m *meter) speed() float64 {
	if len(m.marks) < 2 {
		return 0
	}
	first, last := m.marks[0], m.marks[len(m.marks)-1]
	span := last.at.Sub(first.at).Seconds()
	if span <= 0 || last.bytes <= first.bytes {
		return 0
	}
	return float64(last.bytes-first.bytes) / span
}
