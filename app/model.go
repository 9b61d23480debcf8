package app

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"time"

	"notso/app/library"
	"notso/app/words"
	"notso/engine"
)

// loadingStep is the least progress of a load that the page is told of, so that
// a quick load is not a storm of events.
const loadingStep = 0.02

// model is the state of the one model that the app talks to. Loading happens on
// a goroutine of the app; whoever needs the model waits for it, or goes on with
// the one before where both fit into memory.
type model struct {
	app *App

	mu      sync.Mutex
	changed chan struct{} // closed and replaced whenever a field below changes
	state   string        // none, loading, ready, failed
	path    string        // of the model that state is about
	next    string        // of the model that is loaded while the one at path answers
	loaded  engine.ModelInfo
	using   engine.Engine
	files   engine.Engine // the engine for model files: that of the options, or the last of Another
	builtin bool
	listed  *library.Entry // of the catalogue, for the model at path; nil when it is not in there
	missing error          // why the built-in model had to do
	failure error
	cancel  context.CancelFunc // of the load that runs
	load    int                // counts loads, so that an overtaken one stays silent
}

func newModel(a *App) *model {
	return &model{app: a, changed: make(chan struct{}), state: "none", files: a.opts.Engine}
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

// again loads anew the model that answers, or is about to: it need not be the one
// that the settings prefer.
func (m *model) again() {
	_, path, next := m.current()
	if path = first(next, path); path == "" || m.app.opts.Remote != "" {
		m.start()
		return
	}
	m.open(path)
}

// open replaces the loaded model by the file at path. Where both fit into
// memory, the old one answers until the new one is ready, and stays if that
// fails.
func (m *model) open(path string) {
	m.mu.Lock()
	files, using, ready := m.files, m.using, m.state == "ready" && !m.builtin && m.path != path
	m.mu.Unlock()
	if another := m.app.opts.Another; ready && using == files && another != nil && m.app.opts.Remote == "" {
		if m.app.opts.Fits == nil || m.app.opts.Fits(path) {
			if eng, err := another(); err == nil {
				m.beside(path, eng)
				return
			}
		}
		m.app.toast(toastView{Text: m.app.say("models.switch_let_go", fileStem(path), m.name()), Kind: "info"})
	}
	m.begin(path, files)
}

func fileStem(path string) string { return library.NameOf(path) }

// begin loads a model in the place of the one before.
func (m *model) begin(path string, eng engine.Engine) {
	ctx, load := m.nextLoad(func() { m.state, m.path, m.next, m.failure = "loading", path, "", nil })
	text := m.app.say("status.loading_name", filepath.Base(path))
	if m.app.opts.Remote != "" {
		text = m.app.say("remote.connecting", m.app.opts.Remote)
	}
	m.app.modelsChanged()
	m.app.background(func() {
		info, err := eng.Load(ctx, path, m.app.loadOptions(path), m.progress(text))
		m.ended(load, func() {
			m.loaded, m.using, m.failure, m.builtin = info, eng, err, eng == m.app.opts.Builtin
			m.state = "ready"
			if err != nil {
				m.state = "failed"
			}
		})
	})
}

// beside loads a model into an engine of its own while the one before answers.
func (m *model) beside(path string, eng engine.Engine) {
	ctx, load := m.nextLoad(func() { m.next = path })
	text := m.app.say("models.switch_kept", fileStem(path), m.name())
	m.app.modelsChanged()
	begun := m.app.background(func() {
		info, err := eng.Load(ctx, path, m.app.loadOptions(path), m.progress(text))
		var old engine.Engine
		current := m.ended(load, func() {
			m.next = ""
			if err == nil {
				old, m.using, m.files, m.loaded, m.path = m.using, eng, eng, info, path
			}
		})
		switch {
		case old != nil:
			m.app.awaitReplies()
			old.Close()
		case err != nil || !current:
			eng.Close()
		}
		if current && err != nil && m.app.ctx.Err() == nil {
			toast := toastView{Text: m.app.say("models.switch_failed", m.app.sentence(err), m.name()), Kind: "error"}
			if errors.Is(err, context.Canceled) {
				toast = toastView{Text: m.app.say("models.switch_cancelled", m.name()), Kind: "info"}
			}
			m.app.toast(toast)
		}
	})
	if !begun {
		eng.Close()
	}
}

// nextLoad overtakes the load that runs.
func (m *model) nextLoad(change func()) (ctx context.Context, load int) {
	ctx, cancel := context.WithCancel(m.app.ctx)
	m.set(func() {
		if m.cancel != nil {
			m.cancel()
		}
		m.load++
		load, m.cancel = m.load, cancel
		change()
	})
	return ctx, load
}

// progress shows how far a load has come.
func (m *model) progress(text string) func(float64) {
	m.app.showModelStatus(statusView{State: "loading", Text: text, Fraction: 0})
	told := 0.0
	return func(f float64) {
		if f-told < loadingStep && f < 1 {
			return
		}
		told = f
		m.app.showModelStatus(statusView{State: "loading", Text: text, Fraction: f})
	}
}

// ended takes the outcome of a load in, unless it was overtaken.
func (m *model) ended(load int, change func()) (current bool) {
	m.set(func() {
		if current = m.load == load; !current {
			return
		}
		change()
		m.listed = nil
		if entry, known := m.app.entry(m.path); known {
			m.listed = &entry
		}
		m.cancel()
		m.cancel = nil
	})
	if current && m.app.ctx.Err() == nil {
		m.app.modelTook()
		m.app.modelChanged()
	}
	return current
}

// stop ends the load that runs. A model that answers meanwhile stays.
func (m *model) stop() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.cancel != nil {
		m.cancel()
	}
}

// current tells what the state is about: the model's path, and that of the one
// which is loaded beside it.
func (m *model) current() (state, path, next string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.state, m.path, m.next
}

// renamed follows a model's file to its new name.
func (m *model) renamed(from, to string) {
	m.set(func() {
		if m.path == from {
			m.path = to
		}
		if m.loaded.Path == from {
			m.loaded.Path = to
		}
	})
}

// close lets go of an engine that the options did not bring.
func (m *model) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.files != nil && m.files != m.app.opts.Engine {
		m.files.Close()
	}
}

// wait returns the engine and its model once that is loaded: the one at path,
// which open was told of, or any for "". Errors: why it is not, or ctx.Err().
func (m *model) wait(ctx context.Context, path string) (engine.Engine, engine.ModelInfo, error) {
	for {
		m.mu.Lock()
		state, failure, using, loaded, changed := m.state, m.failure, m.using, m.loaded, m.changed
		fits, coming := path == "" || m.path == path, path != "" && m.next == path
		m.mu.Unlock()
		switch {
		case coming:
		case state == "ready" && !fits:
			return nil, engine.ModelInfo{}, words.Fail("models.not_loaded", fileStem(path))
		case state == "ready":
			return using, loaded, nil
		case state == "failed":
			return nil, engine.ModelInfo{}, failure
		case state == "none":
			m.start()
			continue
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, engine.ModelInfo{}, ctx.Err()
		}
	}
}

// ready returns the engine if its model is loaded, without waiting.
func (m *model) ready() (engine.Engine, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.using, m.state == "ready"
}

// answering is the engine and its model, where that is loaded.
func (m *model) answering() (eng engine.Engine, info engine.ModelInfo, ready bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.using, m.loaded, m.state == "ready"
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

// entry is what the catalogue says of the model.
func (m *model) entry() (entry library.Entry, known bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.listed == nil {
		return library.Entry{}, false
	}
	return *m.listed, true
}

// name is what people know the model by.
func (m *model) name() string { return modelName(m.info()) }

// modelName is the name of the model's file, since the name inside the file is
// often that of a training run.
func modelName(info engine.ModelInfo) string {
	if info.Path == "" {
		return info.Name
	}
	return fileStem(info.Path)
}

// setIdle changes how long the engines may hold a model that nobody uses; one in
// this process holds it as long as it lives.
func (m *model) setIdle(idle time.Duration) {
	m.mu.Lock()
	engines := []engine.Engine{m.files, m.using}
	m.mu.Unlock()
	for _, e := range engines {
		if e, can := e.(interface{ SetIdle(time.Duration) }); can {
			e.SetIdle(idle)
		}
	}
}

// banner tells that a built-in script answers, and how to get a model.
func (m *model) banner() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.missing == nil || m.using != m.app.opts.Builtin {
		return ""
	}
	return m.app.say("status.builtin", m.app.sentence(m.missing))
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
