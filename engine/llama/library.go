// Package llama drives llama.cpp: models, contexts, batches, samplers, states.
// It is the only importer of the binding, and turns every return code of the C
// library into an error. It knows tokens and positions; prompts, chats and
// scheduling are the business of package runner.
//
// Open checks the staged libraries against their manifest and loads them. One
// process holds one Library, as the C library is one per process. A Model and
// its Vocab may be used by several goroutines at once; a Context, its Batch and
// its Samplers belong to one goroutine at a time, except Context.Abort.
//
// Everything here that has a Close must be closed in reverse order of creation:
// samplers and contexts before their model.
package llama

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	yzma "github.com/hybridgroup/yzma/pkg/llama"
	"github.com/jupiterrider/ffi"
)

// Release is the llama.cpp release that the binding is written for. Another one
// has other struct layouts and must not be loaded.
const Release = "llama.cpp v0.4.0"

// Token is an index of the vocabulary.
type Token = yzma.Token

// Sequence is llama.cpp's id for one stream of positions in a context.
type Sequence = yzma.SeqId

// Library is llama.cpp with its backends, loaded into this process.
type Library struct {
	dir       string
	unchecked bool
	log       *log
	loads     *loads
	strlen    uintptr // address of C's strlen, see Context.Abort
	pools     pools
}

// process holds the one Library. It is package state because the C library and
// its binding are: a second copy would share their globals.
var process struct {
	sync.Mutex
	library *Library
}

// Open checks the libraries in dir against dir's manifest, then loads them and
// the backends that suit this machine. Opening the same folder again returns
// the same Library; opening another one is an error, for the life of the process.
// Errors: *ManifestError.
func Open(dir string) (*Library, error) {
	return open(dir, false)
}

// OpenUnchecked is Open without the manifest, for libraries that the user built.
// They must be of the same Release.
func OpenUnchecked(dir string) (*Library, error) {
	return open(dir, true)
}

func open(dir string, unchecked bool) (*Library, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("open the engine libraries: %w", err)
	}
	process.Lock()
	defer process.Unlock()
	if l := process.library; l != nil {
		if l.dir != dir {
			return nil, fmt.Errorf("open the engine libraries in %s: those in %s are already loaded", dir, l.dir)
		}
		return l, nil
	}
	if !unchecked {
		if err := checkManifest(dir); err != nil {
			return nil, err
		}
		// It names one more library for llama.cpp to load, which no manifest lists.
		os.Unsetenv("GGML_BACKEND_PATH")
	}
	l, err := load(dir)
	if err != nil {
		return nil, fmt.Errorf("open the engine libraries in %s: %w", dir, err)
	}
	l.unchecked = unchecked
	process.library = l
	return l, nil
}

func load(dir string) (*Library, error) {
	if err := yzma.Load(dir); err != nil {
		return nil, err
	}
	strlen, err := findStrlen()
	if err != nil {
		return nil, err
	}
	l := &Library{dir: dir, log: newLog(), loads: newLoads(), strlen: strlen}
	yzma.LogSet(l.log.callback) // before Init, which already writes
	yzma.Init()
	if len(l.Devices()) == 0 {
		return nil, errors.New("no backend can run on this machine")
	}
	if l.pools, err = findPools(dir); err != nil {
		return nil, err
	}
	return l, nil
}

// Build names the engine as replies record it.
func (l *Library) Build() string {
	if l.unchecked {
		return Release + " (own build)"
	}
	return Release
}

// Dir is the folder that the libraries were loaded from.
func (l *Library) Dir() string { return l.dir }

// SystemInfo lists the processor features that llama.cpp uses.
func (l *Library) SystemInfo() string { return strings.TrimSpace(yzma.PrintSystemInfo()) }

func findStrlen() (uintptr, error) {
	lib, err := ffi.Load(libcName)
	if err != nil {
		return 0, err
	}
	return lib.Get("strlen")
}
