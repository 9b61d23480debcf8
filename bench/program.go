package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"notso/app"
	"notso/app/chat"
	"notso/app/config"
	"notso/app/store"
	"notso/engine"
)

// Setup says how to start the program.
type Setup struct {
	Home  string // NOTSO_HOME
	Model string
	Idle  time.Duration // after which the worker ends; 0 is as the settings have it

	Wrap func(engine.Engine) engine.Engine // goes between the app and its engine
	Emit func(event string, data any)      // what the window would show
}

// Program is the program under test: all of it but the window.
type Program struct {
	App    *app.App
	Store  *store.Store
	Config *config.Store
	Close  func() error // stops the app and ends the worker
}

// session is a started program with its model loaded.
type session struct {
	*Program
	run     *run
	tap     *tap
	handler http.Handler
	loaded  sync.Once
	ready   chan struct{} // closed when the model is loaded, or cannot be
}

// start opens the program on the data in home and waits for the model. Replies
// are greedy and written token by token, without reasoning, titles and
// suggestions, unless the settings are changed.
func (r *run) start(ctx context.Context, setup Setup, t *tap) (*session, error) {
	s := &session{run: r, tap: t, ready: make(chan struct{})}
	setup.Model = r.opts.Model
	if setup.Wrap == nil {
		setup.Wrap = func(e engine.Engine) engine.Engine { t.Engine = e; return t }
	}
	setup.Emit = s.emit
	var err error
	if s.Program, err = r.opts.Open(ctx, setup); err != nil {
		return nil, err
	}
	greedy := 0.0
	if err = s.Config.Update(func(c *config.Config) {
		c.Temperature, c.Thinking, c.Titles, c.FollowUps = &greedy, engine.ThinkingOff, false, false
		c.Speculation = engine.SpeculationOff
	}); err != nil {
		s.end()
		return nil, err
	}
	s.handler = s.App.Handler()
	s.App.Startup()
	select {
	case <-s.ready:
		return s, nil
	case <-ctx.Done():
		s.end()
		return nil, ctx.Err()
	}
}

// fresh is start on new, empty data, which end removes.
func (r *run) fresh(ctx context.Context) (*session, error) { return r.freshWith(ctx, &tap{}) }

func (r *run) freshWith(ctx context.Context, t *tap) (*session, error) {
	home, err := os.MkdirTemp("", "notso-bench-")
	if err != nil {
		return nil, err
	}
	s, err := r.start(ctx, Setup{Home: home}, t)
	if err != nil {
		os.RemoveAll(home)
		return nil, err
	}
	end := s.Close
	s.Close = func() error { return errors.Join(end(), os.RemoveAll(home)) }
	return s, nil
}

// end stops the program and notes how much memory its worker had. A session that
// was never started has nothing to end.
func (s *session) end() {
	if s == nil {
		return
	}
	s.run.report.Memory.Worker = max(s.run.report.Memory.Worker, workerPeak())
	s.Close()
}

// emit takes what the window would get, and does the work of passing it on.
func (s *session) emit(event string, data any) {
	text, _ := json.Marshal(data)
	if event == "refresh" && strings.Contains(string(text), `"model"`) {
		s.loaded.Do(func() { close(s.ready) })
	}
}

// said is a reply, by the clock of the one who asked.
type said struct {
	turn  chat.Turn
	first time.Duration // from the question to the first piece on screen
	rest  time.Duration // from there to the end
}

// step is the time of one token.
func (s said) step() time.Duration {
	return s.rest / time.Duration(max(1, s.turn.Stats.ReplyTokens-1))
}

// rate is in tokens a second.
func (s said) rate() float64 { return float64(s.turn.Stats.ReplyTokens-1) / s.rest.Seconds() }

// evaluated counts the tokens of the prompt that were not in the cache.
func (s said) evaluated() int { return s.turn.Stats.PromptTokens - s.turn.Stats.CachedTokens }

// say sends text to a chat, 0 for a new one, and waits for a reply of at most
// tokens tokens. Errors: errEmpty.
func (s *session) say(ctx context.Context, chatID int64, text string, tokens int) (said, error) {
	var out said
	var shown sync.Once
	began := time.Now()
	turn, err := s.App.Talk(ctx, chatID, text, app.TalkOptions{MaxTokens: tokens}, func(e engine.Event) {
		if e.Kind == engine.EventText || e.Kind == engine.EventReasoning {
			shown.Do(func() { out.first = time.Since(began) })
		}
	})
	out.turn, out.rest = turn, time.Since(began)-out.first
	if err == nil && turn.Stats.ReplyTokens < 2 {
		err = errEmpty
	}
	return out, err
}

// sayAlone is say in a chat of its own. It returns when the engine has finished
// what it does after a reply too, so that this does not run beside what is
// measured next.
func (s *session) sayAlone(ctx context.Context, text string, tokens int) (said, error) {
	const quiet, limit = time.Second / 4, 30 * time.Second
	out, err := s.say(ctx, 0, text, tokens)
	s.tap.still(ctx, quiet, limit)
	return out, err
}

// visit asks for a fragment as the page does, with a form if there is one.
func (s *session) visit(ctx context.Context, method, path string, form url.Values) error {
	req, err := http.NewRequestWithContext(ctx, method, path, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	page := &page{status: http.StatusOK}
	s.handler.ServeHTTP(page, req)
	if page.status >= 400 {
		return fmt.Errorf("%s %s: %d", method, path, page.status)
	}
	return nil
}

// page takes a fragment and forgets it.
type page struct {
	header http.Header
	status int
}

func (p *page) Header() http.Header {
	if p.header == nil {
		p.header = http.Header{}
	}
	return p.header
}

func (p *page) Write(b []byte) (int, error) { return len(b), nil }

func (p *page) WriteHeader(status int) { p.status = status }

// size adds up the files below a folder, in bytes.
func size(folder string) (total int64) {
	filepath.WalkDir(folder, func(_ string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			if info, err := d.Info(); err == nil {
				total += info.Size()
			}
		}
		return nil
	})
	return total
}
