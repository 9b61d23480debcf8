package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"notso/app/fetch"
	"notso/app/words"
)

// pull fetches a model and waits for it.
func (r modelsRun) pull() error {
	offer, err := r.shelf.Offer(r.ctx, strings.Join(r.words, " "))
	if err != nil {
		return err
	}
	line := newPlain(r.env)
	if r.asJSON {
		to := newLines(r.env).to
		r.shelf.Watch(func(p fetch.Progress) {
			to.Encode(pullEvent{Event: string(p.State), Name: p.Name, Received: p.Received, Size: p.SizeBytes, Speed: p.BytesPerSecond, Left: p.Left.Seconds(), Error: r.told(p.Err)})
		})
	} else {
		r.shelf.Watch(func(p fetch.Progress) { line.say(r.pullLine(p)) })
	}
	if err := r.shelf.Get(offer); err != nil && !errors.Is(err, fetch.ErrExists) {
		return err
	}
	for _, request := range offer.Requests {
		if !r.waiting(request.Name) {
			continue // it was there before
		}
		p, err := r.shelf.Downloads().Wait(r.ctx, request.Name)
		if r.ctx.Err() != nil {
			for _, other := range offer.Requests {
				r.shelf.Downloads().Pause(other.Name)
			}
			line.clear()
			return fmt.Errorf("stopped at %.0f %% of %s; the same command goes on from there", 100*p.Fraction(), request.Name)
		}
		if err != nil {
			line.clear()
			return err
		}
	}
	r.shelf.Watch(func(fetch.Progress) {})
	line.clear()
	item, err := r.shelf.OfFile(offer.Requests[0].Name)
	if err != nil {
		return err
	}
	if item.Problem != "" {
		return fmt.Errorf("%s arrived whole, but cannot be used: %s", item.Name, item.Problem)
	}
	if !r.asJSON {
		fmt.Fprintln(r.env.Stdout, item.Path)
	}
	return nil
}

// waiting tells whether a download of that name is under way.
func (r modelsRun) waiting(name string) bool {
	return slices.ContainsFunc(r.shelf.Downloads().List(), func(p fetch.Progress) bool { return p.Name == name })
}

// pullEvent is one line of "notso models pull --json".
type pullEvent struct {
	Event    string  `json:"event"` // see fetch.State
	Name     string  `json:"name"`
	Received int64   `json:"received"`
	Size     int64   `json:"size"`
	Speed    float64 `json:"bytes_per_second"`
	Left     float64 `json:"seconds_left"`
	Error    string  `json:"error,omitempty"`
}

// told is an error as JSON has it, in English.
func (r modelsRun) told(err error) string {
	if err == nil {
		return ""
	}
	return r.env.Sentence(words.Words{}, err)
}

// pullLine is a download in one line.
func (r modelsRun) pullLine(p fetch.Progress) string {
	text := r.env.of("%s  %.0f %% of %s", p.Name, 100*p.Fraction(), r.env.Words.Size(p.SizeBytes))
	switch {
	case p.State == fetch.Checking:
		return r.env.of("%s  comparing with the publisher's checksum", p.Name)
	case p.State == fetch.Retrying:
		return text + r.env.of(", trying again: %s", p.Err)
	case p.BytesPerSecond > 0:
		text += r.env.of(", %s a second, %s left", r.env.Words.Size(int64(p.BytesPerSecond)), leftText(p.Left.Seconds()))
	}
	return text
}

// leftText says a time as people do.
func leftText(seconds float64) string {
	switch {
	case seconds < 90:
		return fmt.Sprintf("%.0f s", seconds)
	case seconds < 5400:
		return fmt.Sprintf("%.0f min", seconds/60)
	}
	return fmt.Sprintf("%.1f h", seconds/3600)
}
