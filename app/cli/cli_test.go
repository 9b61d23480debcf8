package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"notso/app/cli/clitest"
	"notso/app/config"
	"notso/app/home"
	"notso/app/library"
	"notso/app/shelf"
	"notso/app/store"
	"notso/app/words"
	"notso/engine"
	"notso/engine/prompt"
)

// The scripts below testdata/script hold for the whole program too. Those below
// testdata/fault need what only the stand-ins below do.
func TestScripts(t *testing.T) {
	for _, dir := range []string{"script", "fault"} {
		t.Run(dir, func(t *testing.T) {
			testscript.Run(t, clitest.Params(filepath.Join("testdata", dir), func(path string) error {
				return os.WriteFile(path, []byte("GGUF"), 0o600)
			}))
		})
	}
}

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"notso": func() { os.Exit(Run(context.Background(), os.Args[1:], testEnv())) },
	})
}

// testEnv is what main wires, with a stand-in for the engine and the service.
func testEnv() Env {
	return Env{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Version: "v0-test",
		Home:    home.Find,
		Library: func(p home.Paths) *library.Library {
			return library.New(library.Options{Chosen: os.Getenv("NOTSO_MODEL"), Folders: []string{p.Models}, Describe: describe})
		},
		OpenShelf: func(p home.Paths) (*shelf.Shelf, error) {
			settings, _, err := config.Load(p.ConfigFile)
			if err != nil {
				return nil, err
			}
			return shelf.Open(shelf.Options{Folder: p.Models, Records: filepath.Join(p.Data, "models.json"), Library: testEnv().Library(p), Mirror: settings.Mirror})
		},
		OpenTalker: openFake,
		Remote:     func(context.Context, home.Paths, config.Config) (RemoteFacts, error) { return RemoteFacts{}, nil },
		Engine: func(context.Context) (EngineFacts, error) {
			if os.Getenv("NOTSO_ENGINE_LIB") != "" {
				return EngineFacts{}, errors.New("libllama.so is not there")
			}
			return EngineFacts{Build: "llama.cpp v0.4.0", Libraries: "/lib/engine", Devices: []string{"CPU"}}, nil
		},
		Inspect: func(_ context.Context, path string) (engine.Anatomy, error) {
			return engine.Anatomy{Fit: &engine.Fit{Kind: engine.FitsCPU, Context: 8192, TokensPerSecond: 12}}, nil
		},
		Render:   prompt.RenderJSON,
		Sentence: func(in words.Words, err error) string { return in.Of(sentence(err)) },
		Words:    testWords(),
	}
}

// testWords are those that the program's own wiring chooses.
func testWords() words.Words {
	language := ""
	if paths, err := home.Locate(); err == nil {
		settings, _, _ := config.Load(paths.ConfigFile)
		language = settings.Language
	}
	return words.In(language, words.Environment(os.Getenv))
}

func describe(path string) (library.Info, error) {
	data, err := os.ReadFile(path)
	if err == nil && !strings.HasPrefix(string(data), "GGUF") {
		err = fmt.Errorf("%s: this is no GGUF file", path)
	}
	return library.Info{Quantisation: "F32"}, err
}

func openFake(ctx context.Context, paths home.Paths, opts TalkerOptions) (Talker, io.Closer, error) {
	if opts.Model != "" {
		if _, err := testEnv().Library(paths).Resolve(opts.Model); err != nil {
			return nil, nil, err
		}
	}
	db, err := store.Memory(ctx)
	if opts.Stored {
		lock, locked := home.Acquire(paths)
		if locked != nil {
			return nil, nil, locked
		}
		defer lock.Release()
		db, err = store.Open(ctx, paths.Database)
	}
	if err != nil {
		return nil, nil, err
	}
	return &fake{db: db}, db, nil
}
