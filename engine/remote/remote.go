// Package remote is an engine on another machine, or in another program: it
// speaks to any server with OpenAI's chat interface, such as vLLM, SGLang and
// llama-server.
//
//	e, err := remote.New(remote.Options{URL: "http://gpu-box.lan:8000/v1", Key: key})
//	info, err := e.Load(ctx, "", engine.LoadOptions{}, nil) // "" is the server's first model
//
// Nothing is sent before Load. What is said then leaves this computer, to the
// one host of Options.URL: redirects are not followed, and without https the
// host must be this machine or one in a private network. The key goes into one
// header and nowhere else.
//
// How it differs from an engine on this machine:
//
//   - A path is the name of a model on the server.
//   - Warm does nothing: drafts are not sent.
//   - Measure counts exactly where the server can count (vLLM, llama-server), but
//     for drafts; elsewhere it estimates.
//   - Token alternatives are not told, and tokens cannot be gone on after.
//   - Stop strings are found here, so that they mean the same with every server.
//   - A grammar, going on with a reply, and switching the reasoning are possible
//     where the server is known to have them; see dialect.
//   - What the chat has outgrown is left out here, see package overflow.
//
// An Engine may be used concurrently; candidates are requests side by side.
package remote

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"notso/engine"
	"notso/engine/gate"
)

// Options say which server, and how to be known to it.
type Options struct {
	URL string // base address, with or without the closing /v1

	// Key returns the API key, "" for none. It is asked once for each Load. Nil:
	// there is none.
	Key func() (string, error)

	Silence time.Duration // without a byte of a reply, after which it is cut; 0 is 2 min
}

// Engine is an engine.Engine on a server.
type Engine struct {
	opts Options
	base *url.URL // ends in /v1
	http *http.Client
	gate gate.Gate

	mu     sync.Mutex
	model  *model // nil: none is chosen
	closed chan struct{}
}

var _ engine.Engine = (*Engine)(nil)

// New returns an engine that has not connected to anything yet.
// Errors: *AddressError.
func New(opts Options) (*Engine, error) {
	base, err := parseAddress(opts.URL)
	if err != nil {
		return nil, err
	}
	if opts.Silence == 0 {
		opts.Silence = 2 * time.Minute
	}
	return &Engine{opts: opts, base: base, http: newClient(base), closed: make(chan struct{})}, nil
}

// Host is where words go.
func (e *Engine) Host() string { return e.base.Host }

// Load implements engine.Engine: it asks the server for its models and chooses
// the one called path, or the first when path is empty. A context shorter than
// the server's can be asked for; all other options are the server's affair.
// Errors: *engine.ModelFileError, *engine.RemoteError.
func (e *Engine) Load(ctx context.Context, path string, opts engine.LoadOptions, progress func(float64)) (engine.ModelInfo, error) {
	if e.isClosed() {
		return engine.ModelInfo{}, engine.ErrClosed
	}
	if err := ctx.Err(); err != nil {
		return engine.ModelInfo{}, err
	}
	if progress == nil {
		progress = func(float64) {}
	}
	progress(0)
	c := client{engine: e}
	if e.opts.Key != nil {
		key, err := e.opts.Key()
		if err != nil {
			return engine.ModelInfo{}, fmt.Errorf("get the key of %s: %w", e.base.Host, err)
		}
		c.key = key
	}
	m, err := c.choose(ctx, path)
	if err != nil {
		return engine.ModelInfo{}, err
	}
	if m.length = m.serverLength; opts.ContextLength > 0 {
		m.length = min(m.length, opts.ContextLength)
	}
	e.mu.Lock()
	e.model = m
	e.mu.Unlock()
	progress(1)
	return m.info(path), nil
}

// Warm implements engine.Engine. Nothing is sent: a draft is nobody's business
// until it is a message.
func (e *Engine) Warm(ctx context.Context, _ engine.Request, _ func(float64)) error {
	if _, err := e.use(); err != nil {
		return err
	}
	return ctx.Err()
}

// Close implements engine.Engine.
func (e *Engine) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.isClosed() {
		close(e.closed)
	}
	e.http.CloseIdleConnections()
	return nil
}

// use returns the chosen model.
// Errors: engine.ErrClosed, engine.ErrNoModel.
func (e *Engine) use() (*model, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.isClosed():
		return nil, engine.ErrClosed
	case e.model == nil:
		return nil, engine.ErrNoModel
	}
	return e.model, nil
}

func (e *Engine) isClosed() bool {
	select {
	case <-e.closed:
		return true
	default:
		return false
	}
}

// model is one that the server has.
type model struct {
	client
	id           string
	dialect      dialect
	serverLength int // tokens
	length       int // tokens that we use of it
}

// info describes the model as far as a server tells. Its hash names the server
// and the model: what weights it has, only the server knows.
func (m *model) info(path string) engine.ModelInfo {
	if path == "" {
		path = m.id
	}
	sum := sha256.Sum256([]byte(m.engine.base.String() + "\n" + m.id))
	name := m.id[strings.LastIndexAny(m.id, `/\`)+1:]
	return engine.ModelInfo{
		Path: path, Name: name, Architecture: "remote", ContextLength: m.length, TrainedContext: m.serverLength,
		Hash: hex.EncodeToString(sum[:]), EngineBuild: m.build(), Devices: []string{m.engine.base.Host},
		Thinks: m.dialect.templateArguments, Tools: true, Template: "server", Sampling: engine.DefaultSampling(),
		Remote: m.engine.base.Host,
	}
}

// build is what replies record as their engine.
func (m *model) build() string { return m.dialect.name + " at " + m.engine.base.Host }
