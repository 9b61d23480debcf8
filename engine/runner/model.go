package runner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"notso/engine"
	"notso/engine/fit"
	"notso/engine/gguf"
	"notso/engine/llama"
	"notso/engine/prompt"
	"notso/engine/reply"
)

// weightsShare is the part of a load's progress that mapping the weights takes;
// allocating the KV cache is the rest.
const weightsShare = 0.9

// model is a loaded model with everything that belongs to it.
type model struct {
	info      engine.ModelInfo
	weights   *llama.Model
	vocab     *llama.Vocab
	context   *llama.Context
	template  *prompt.Template
	traits    prompt.Traits
	tags      map[llama.Token]bool // control tokens that are tags, which the reply parser must see
	scheduler *scheduler
	sizes     *sizes // of messages

	// users read-locks it while a goroutine uses the fields above; close
	// write-locks it.
	users sync.RWMutex
}

func loadModel(ctx context.Context, library *llama.Library, file *gguf.File, opts engine.LoadOptions, own Options, progress func(float64)) (*model, error) {
	if progress == nil {
		progress = func(float64) {}
	}
	kv, err := kvType(opts.KVType)
	if err != nil {
		return nil, err
	}
	m := &model{sizes: newSizes()}
	m.info = describe(file, library, opts)
	m.info.KVType = string(kv)
	if m.template, err = parseTemplate(file, opts); err != nil {
		return nil, err
	}
	m.traits = m.template.Traits()
	m.info.Thinks, m.info.Tools = m.traits.Thinks, m.traits.Tools
	if m.info.Hash, err = gguf.Fingerprint(file.Path); err != nil {
		return nil, err
	}

	devices := library.Devices()
	if own.Pretend != nil {
		devices = append(slices.Clone(own.Pretend.Devices), devices...)
	}
	p, err := choosePlace(file, opts, kv, devices, availableMemory(devices))
	if err != nil {
		return nil, err
	}
	settings := llama.ContextOptions{Length: p.length, Yarn: p.yarn, Trained: m.info.TrainedContext, KVType: kv}
	reads := fit.Reads(fit.Estimate(file, fit.Settings{Context: p.length, KVType: string(kv)}), availableMemory(devices))
	furthest := 0.0 // a second try does not go back
	layers, err := withFewer(p.layers, func(layers int) error {
		return m.load(ctx, library, file, opts, own, settings, llama.ModelOptions{GPULayers: layers, Read: reads && layers == 0}, func(fraction float64) {
			furthest = max(furthest, fraction*weightsShare)
			progress(furthest)
		})
	}, func(err error) bool {
		var unsupported *engine.UnsupportedError
		return ctx.Err() != nil || errors.As(err, &unsupported)
	})
	if err != nil {
		return nil, err
	}
	m.info.Devices, m.info.GPULayers, m.info.Layers, m.info.Placement = deviceNames(devices, layers), layers, p.all, p.placement
	if layers < p.layers {
		m.info.Placement = engine.PlacedRefused
	}
	if layers == 0 {
		m.info.Need = fit.Estimate(file, fit.Settings{Context: m.info.ContextLength, KVType: string(kv)})
		if reads {
			m.info.Need = fit.Read(m.info.Need)
		}
	}
	progress(1)
	return m, nil
}

// load opens the weights as said, and a context.
func (m *model) load(ctx context.Context, library *llama.Library, file *gguf.File, opts engine.LoadOptions, own Options, settings llama.ContextOptions, weights llama.ModelOptions, progress func(float64)) (err error) {
	if err := own.Pretend.refuses(weights.GPULayers); err != nil {
		return &engine.ModelFileError{Path: file.Path, Reason: err.Error()}
	}
	m.weights, err = library.LoadModel(ctx, file.Path, weights, progress)
	switch {
	case ctx.Err() != nil && err != nil:
		return ctx.Err()
	case err != nil:
		return &engine.ModelFileError{Path: file.Path, Reason: err.Error()}
	}
	m.vocab = m.weights.Vocab()
	if !m.weights.Generates() {
		m.weights.Close()
		return &engine.UnsupportedError{What: fmt.Sprintf("a model that does not write text token by token (%s)", m.info.Architecture)}
	}
	if err := m.open(file, opts, own, settings, weights.GPULayers); err != nil {
		m.weights.Close()
		return err
	}
	return nil
}

// open makes the context and the scheduler. settings lack what the scheduler
// asks for.
func (m *model) open(file *gguf.File, opts engine.LoadOptions, own Options, settings llama.ContextOptions, gpuLayers int) (err error) {
	chunk := prefillChunk
	if gpuLayers != 0 {
		chunk = prefillChunkGPU
	}
	settings.Sequences = maxSequences + 2 // and scratch and padding
	settings.BatchTokens = chunk + maxSequences
	threads := chooseThreads(opts, gpuLayers)
	settings.Threads = threads.limit()
	m.context, err = m.weights.NewContext(settings)
	if err != nil {
		return err
	}
	m.info.ContextLength = m.context.Length()
	if opts.ContextLength > m.info.ContextLength {
		m.info.ContextAsked = opts.ContextLength
	}
	call := reply.ToolCallTags()
	m.tags = tagTokens(m.vocab, m.traits.Think.Open, m.traits.Think.Close, m.traits.Answer, call.Open, call.Close)
	build := buildName(m.weights.Library(), own.Unchecked)
	speculation := newSpeculation(gpuLayers != 0, settings.KVType == llama.KVFloat16)
	m.scheduler = startScheduler(m.weights, m.context, chunk, threads, speculation, gpuLayers != 0, openSnapshots(
		own.Snapshots, build, snapshotSettings(m.info.Hash, file, settings), m.weights.Recurrent()))
	return nil
}

// close ends all work as if stopped, and frees the model.
func (m *model) close() error {
	m.scheduler.close()
	m.users.Lock()
	defer m.users.Unlock()
	return errors.Join(m.context.Close(), m.weights.Close())
}

func describe(file *gguf.File, library *llama.Library, opts engine.LoadOptions) engine.ModelInfo {
	s := file.Summary()
	info := engine.ModelInfo{
		Path:           file.Path,
		Name:           s.Name,
		Architecture:   s.Architecture,
		Quantisation:   s.Quantisation,
		Parameters:     s.Parameters,
		SizeBytes:      file.Size,
		TrainedContext: s.TrainedContext,
		EngineBuild:    library.Build(),
		Template:       "model",
	}
	info.Sampling, info.Advised = recommended(file)
	switch {
	case opts.Template != "":
		info.Template = "override"
	case s.Template == "":
		info.Template = "chatml"
	}
	return info
}

// parseTemplate picks the chat template: the caller's, the file's, or ChatML.
// Errors: *engine.TemplateError.
func parseTemplate(file *gguf.File, opts engine.LoadOptions) (*prompt.Template, error) {
	source := opts.Template
	if source == "" {
		source = file.Summary().Template
	}
	if source == "" {
		return prompt.ChatML(), nil
	}
	return prompt.Parse(source)
}

func kvType(name string) (llama.KVType, error) {
	switch t := llama.KVType(name); t {
	case "":
		return llama.KVFloat16, nil
	case llama.KVFloat16, llama.KVQuant8:
		return t, nil
	}
	return "", &engine.UnsupportedError{What: fmt.Sprintf("a KV cache of type %q", name)}
}

// tagTokens are the control tokens that tags are made of. Ordinary tokens are
// text anyway.
func tagTokens(vocab *llama.Vocab, tags ...string) map[llama.Token]bool {
	tokens := make(map[llama.Token]bool)
	for _, tag := range tags {
		for _, t := range vocab.TokenizeMore(tag) {
			if vocab.IsControl(t) {
				tokens[t] = true
			}
		}
	}
	return tokens
}
