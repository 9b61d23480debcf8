package app

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"

	"notso/app/library"
	"notso/engine"
)

// loadingStep is the least progress of a load that the page is told of, so that
// a quick load is not a storm of events.
const loadingStep = 0.02

// model is the state of the one model that the app talks to. Loading happens on
// a goroutine of the app; whoever needs the model waits for it.
type model struct {
	app *App

	mu      sync.Mutex
	changed chan struct{} // closed and replaced whenever a field below changes
	state   string        // none, loading, ready, failed
	loaded  engine.ModelInfo
	using   engine.Engine
	builtin bool
	missing error // why the built-in model had to do
	failure error
	cancel  context.CancelFunc // of the load that runs
	load    int                // counts loads, so that an overtaken one stays silent
}

func newModel(a *App) *model {
	return &model{app: a, changed: make(chan struct{}), state: "none"}
}

// start loads the model that the settings prefer, or the first there is.
func (m *model) start() {
	if m.app.opts.Remote != "" {
		m.open(m.app.opts.RemoteModel)
		return
	}
	path, err := m.app.opts.Library.Pick(m.app.opts.Config.Get().Model)
	switch {
	case err == nil:
		m.open(path)
	case errors.Is(err, library.ErrNone) && m.app.opts.Builtin != nil:
		m.begin("", m.app.opts.Builtin)
		m.set(func() { m.missing = err })
	default:
		m.set(func() { m.state, m.failure = "failed", err })
	}
}

// open replaces the loaded model by the file at path.
func (m *model) open(path string) { m.begin(path, m.app.opts.Engine) }

func (m *model) begin(path string, eng engine.Engine) {
	ctx, cancel := context.WithCancel(m.app.ctx)
	var load int
	m.set(func() {
		if m.cancel != nil {
			m.cancel()
		}
		m.load++
		load = m.load
		m.state, m.failure, m.cancel = "loading", nil, cancel
	})
	text := "Loading " + filepath.Base(path)
	if m.app.opts.Remote != "" {
		text = m.app.say("remote.connecting", m.app.opts.Remote)
	}
	m.app.showModelStatus(statusView{State: "loading", Text: text, Fraction: 0})
	m.app.work.Go(func() {
		defer cancel()
		told := 0.0
		info, err := eng.Load(ctx, path, m.app.opts.Config.Get().LoadOptions(), func(f float64) {
			if f-told < loadingStep && f < 1 {
				return
			}
			told = f
			m.app.showModelStatus(statusView{State: "loading", Text: text, Fraction: f})
		})
		current := false
		m.set(func() {
			if current = m.load == load; !current {
				return
			}
			m.loaded, m.using, m.failure, m.builtin = info, eng, err, eng == m.app.opts.Builtin
			m.state = "ready"
			if err != nil {
				m.state = "failed"
			}
		})
		if current && m.app.ctx.Err() == nil {
			m.app.modelChanged()
		}
	})
}

// wait returns the engine once its model is loaded. Errors: why it is not, or
// ctx.Err().
func (m *model) wait(ctx context.Context) (engine.Engine, error) {
	for {
		m.mu.Lock()
		state, failure, using, changed := m.state, m.failure, m.using, m.changed
		m.mu.Unlock()
		switch state {
		case "ready":
			return using, nil
		case "failed":
			return nil, failure
		case "none":
			m.start()
			continue
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// ready returns the engine if its model is loaded, without waiting.
func (m *model) ready() (engine.Engine, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.using, m.state == "ready"
}

// info is what is known of the model loaded last; zero before that.
func (m *model) info() engine.ModelInfo {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.loaded.Name == "" {
		return engine.ModelInfo{Sampling: engine.DefaultSampling()}
	}
	return m.loaded
}

// name is what people know the model by: its file's name, since the name inside
// the file is often that of a training run.
func (m *model) name() string {
	info := m.info()
	if info.Path == "" {
		return info.Name
	}
	return strings.TrimSuffix(filepath.Base(info.Path), ".gguf")
}

// banner tells that a built-in script answers, and how to get a model.
func (m *model) banner() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.missing == nil || m.using != m.app.opts.Builtin {
		return ""
	}
	return "A built-in script answers for now. " + capital(m.missing.Error())
}

// snapshot returns what the views show.
func (m *model) snapshot() (state string, info engine.ModelInfo, builtin bool, failure error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.state, m.loaded, m.builtin, m.failure
}

func (m *model) set(change func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	change()
	close(m.changed)
	m.changed = make(chan struct{})
}
