package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"notso/app/chat"
	"notso/app/config"
	"notso/app/library"
	"notso/app/shelf"
	"notso/app/store"
	"notso/engine"
	"notso/engine/scripted"
)

// TestWhoseSamplingCounts: the chat's own, else the model's defaults, else that
// of all models, else what was measured, else the maker's, else the file's, else
// the usual.
func TestWhoseSamplingCounts(t *testing.T) {
	b := newBench(t, scripted.Options{})
	b.Startup()
	b.until("it is loaded", func() bool { _, ready := b.model.ready(); return ready })
	at := func(x float64) *float64 { return &x }
	entry := library.Entry{Maker: "Some", Thinking: engine.ThinkingOn,
		Sampling: &library.Sampling{Temperature: at(0.3)}, SamplingAtOnce: &library.Sampling{Temperature: at(0.7), TopP: at(0.8)}}
	for _, test := range []struct {
		name         string
		listed       bool
		measured     *float64 // temperature
		file         *float64 // temperature that the file asks for
		all, model   config.Manner
		chat         chat.Settings
		want         float64 // temperature
		wantTopP     float64
		wantThinking engine.Thinking
		wantSays     string // of the page of settings, where nothing is set for all
	}{
		{name: "nobody says anything", want: 0.6, wantTopP: 0.95, wantSays: "0.6, the usual value"},
		{name: "the file", file: at(0.5), want: 0.5, wantTopP: 0.95, wantSays: "0.5, as the model’s file says"},
		{name: "the maker, before the file", listed: true, file: at(0.5), want: 0.3, wantTopP: 0.95, wantThinking: "on", wantSays: "0.3, as Some recommends"},
		{name: "the maker, without thinking", listed: true, all: config.Manner{Thinking: "off"}, want: 0.7, wantTopP: 0.8, wantThinking: "off", wantSays: "0.7, as Some recommends"},
		{name: "the maker, where the chat does not think", listed: true, chat: chat.Settings{Thinking: "off"}, want: 0.7, wantTopP: 0.8, wantThinking: "off", wantSays: "0.3, as Some recommends"},
		{name: "what was measured, before the maker", listed: true, measured: at(0.4), file: at(0.5), want: 0.4, wantTopP: 0.95, wantThinking: "on", wantSays: "0.4, as NotSo’s tests found better"},
		{name: "this model, before what was measured", listed: true, measured: at(0.4), model: config.Manner{Temperature: at(0.1)}, want: 0.1, wantTopP: 0.95, wantThinking: "on", wantSays: "0.4, as NotSo’s tests found better"},
		{name: "all models", listed: true, all: config.Manner{Temperature: at(1)}, want: 1, wantTopP: 0.95, wantThinking: "on"},
		{name: "this model", listed: true, all: config.Manner{Temperature: at(1)}, model: config.Manner{Temperature: at(0.1), Thinking: "off"}, want: 0.1, wantTopP: 0.8, wantThinking: "off"},
		{name: "the chat", listed: true, model: config.Manner{Temperature: at(0.1)}, chat: chat.Settings{Temperature: at(0)}, want: 0, wantTopP: 0.95, wantThinking: "on", wantSays: "0.3, as Some recommends"},
	} {
		t.Run(test.name, func(t *testing.T) {
			b.model.set(func() {
				b.model.listed, b.model.loaded.Hash, b.model.loaded.Advised, b.model.loaded.Sampling = nil, "h", nil, engine.DefaultSampling()
				if test.listed {
					listed := entry
					if test.measured != nil {
						listed.Measured = &library.Measured{Sampling: library.Sampling{Temperature: test.measured}}
					}
					b.model.listed = &listed
				}
				if test.file != nil {
					b.model.loaded.Advised, b.model.loaded.Sampling.Temperature = []string{"temperature"}, *test.file
				}
			})
			if err := b.opts.Config.Update(func(c *config.Config) {
				c.Manner, c.Models = test.all, map[string]config.ModelDefaults{"h": {Manner: test.model}}
			}); err != nil {
				t.Fatal(err)
			}
			req := b.ask(chat.Chat{Settings: test.chat}, nil, TalkOptions{})
			if req.Sampling.Temperature != test.want || req.Sampling.TopP != test.wantTopP || req.Thinking != test.wantThinking {
				t.Errorf("asked with %+v, thinking %q", req.Sampling, req.Thinking)
			}
			k, _ := config.FindKey("temperature")
			if shown := b.setting(k, chat.Chat{Settings: test.chat}, false); test.wantSays != "" && shown.Empty != test.wantSays {
				t.Errorf("the page says %q, want %q", shown.Empty, test.wantSays)
			}
			own, all := b.setting(k, chat.Chat{}, true), b.setting(k, chat.Chat{}, false)
			if named := test.model.Temperature != nil; named != strings.HasPrefix(own.Empty, "as set for this model: 0.1") || named != strings.Contains(all.Hint, "it is 0.1, as set on the page of models") {
				t.Errorf("of the model's own the page says %q and %q", own.Empty, all.Hint)
			}
		})
	}
}

// TestTheDefaultsOfAModelSayWhoseTheyAre: the maker's, what was measured, the file's.
func TestTheDefaultsOfAModelSayWhoseTheyAre(t *testing.T) {
	b := newBench(t, scripted.Options{})
	at := func(x float64) *float64 { return &x }
	v := adviceOf(library.Entry{Maker: "Some", Sampling: &library.Sampling{Temperature: at(0.3), TopP: at(0.8)},
		Measured: &library.Measured{Sampling: library.Sampling{Temperature: at(0.1), RepeatPenalty: at(1.07)}}}, true,
		engine.ModelInfo{Sampling: engine.Sampling{MinP: 0.1}, Advised: []string{"min_p", "top_p"}}, "")
	const want = "Some recommends: Top-p 0.8. NotSo’s own tests found better: Temperature 0.1 · Repeat penalty 1.07. The file recommends: Min-p 0.1."
	if got := b.adviceText(v); got != want {
		t.Errorf("the page of models says %q, want %q", got, want)
	}
}

// TestAModelOfTheCatalogueIsKnown by its name, in any quantisation, and when it
// was renamed by where it came from. What was measured with one quantisation does
// not count for another.
func TestAModelOfTheCatalogueIsKnown(t *testing.T) {
	root := t.TempDir()
	folder := filepath.Join(root, "models")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"SmolLM3-Q4_K_M", "Qwen3-4B-Q6_K", "SmolLM2-135M-Instruct.Q4_1", "SmolLM2-135M-Instruct-Q4_K_M", "mine", "taken", "SmolLM3-finetune-Q4_K_M"} {
		if err := scripted.WriteModel(filepath.Join(folder, name+".gguf"), scripted.Plain()); err != nil {
			t.Fatal(err)
		}
	}
	box, err := shelf.Open(shelf.Options{Folder: folder, Records: filepath.Join(root, "models.json"), Library: library.New(library.Options{Folders: []string{folder}})})
	if err != nil {
		t.Fatal(err)
	}
	defer box.Close()
	if err := box.Note(filepath.Join(folder, "mine.gguf"), func(r *shelf.Record) { r.Source = "ggml-org/gemma-3-4b-it-GGUF" }); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"SmolLM3-Q4_K_M": "smollm3-3b", "Qwen3-4B-Q6_K": "qwen3-4b", "SmolLM2-135M-Instruct.Q4_1": "smollm2-135m", "SmolLM2-135M-Instruct-Q4_K_M": "smollm2-135m", "mine": "gemma-3-4b", "taken": "", "SmolLM3-finetune-Q4_K_M": "",
	} {
		if e, known := box.Entry(filepath.Join(folder, name+".gguf")); e.ID != want || known != (want != "") {
			t.Errorf("%s is %q, want %q", name, e.ID, want)
		} else if tried := e.Measured != nil; tried != (name == "SmolLM2-135M-Instruct.Q4_1") {
			t.Errorf("%s was measured: %v", name, tried)
		}
	}

	db, err := store.Memory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	settings, _, err := config.Open(filepath.Join(root, "config.json"))
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, store: db}
	b.aside(settings, false)
	if b.App, err = New(Options{Store: db, Config: settings, Shelf: box, Engine: scripted.New(scripted.Options{}), Library: library.New(library.Options{Folders: []string{folder}})}); err != nil {
		t.Fatal(err)
	}
	defer b.Shutdown()
	b.model.open(filepath.Join(folder, "mine.gguf"))
	b.until("it is loaded", func() bool { _, ready := b.model.ready(); return ready })
	if got := b.ask(chat.Chat{}, nil, TalkOptions{}).Sampling; got.Temperature != 1 || got.TopK != 64 {
		t.Errorf("Gemma is asked with %+v", got)
	}
}
