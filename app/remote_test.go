package app

import (
	"strings"
	"testing"
	"time"

	"notso/app/words"
	"notso/engine"
	"notso/engine/scripted"
)

func TestWordsThatLeaveTheComputerAreSaidToLeave(t *testing.T) {
	b := newBench(t, scripted.Options{})
	b.opts.Remote, b.opts.RemoteModel = "gpu-box.lan:8000", ""
	b.Startup()
	b.talk(t, "Hello")
	page, err := b.page(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(page.Banner, "gpu-box.lan:8000") || !strings.Contains(page.Banner, "does not stay on this computer") {
		t.Errorf("the banner is %q", page.Banner)
	}
	if !strings.Contains(page.Status.Text, "gpu-box.lan:8000") {
		t.Errorf("the pill says %q", page.Status.Text)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	pills := 0
	for _, e := range b.events {
		if s, ok := e.data.(statusView); ok && e.name == "status" {
			pills++
			if !strings.Contains(s.Text, "gpu-box.lan:8000") {
				t.Errorf("a pill in between says %q", s.Text)
			}
		}
	}
	if pills == 0 {
		t.Error("no status was shown")
	}
}

// talk says a line and waits for the reply.
func (b *bench) talk(t *testing.T, text string) {
	t.Helper()
	if _, err := b.Talk(t.Context(), 0, text, TalkOptions{}, nil); err != nil {
		t.Fatal(err)
	}
}

func TestEveryFaultOfAServerHasASentence(t *testing.T) {
	kinds := []engine.RemoteKind{engine.RemoteUnreachable, engine.RemoteUnauthorised, engine.RemoteNoModel, engine.RemoteBusy,
		engine.RemoteFailed, engine.RemoteRefused, engine.RemoteGarbled, engine.RemoteCut}
	seen := map[string]bool{}
	for _, language := range []string{"en", "fr"} {
		for _, kind := range kinds {
			for _, wait := range []time.Duration{0, 7 * time.Second} {
				text := sentence(words.In(language, ""), &engine.RemoteError{Kind: kind, Server: "gpu-box", Reason: "it is so", RetryAfter: wait})
				if !strings.Contains(text, "gpu-box") || !strings.HasSuffix(text, ".") && !strings.HasSuffix(text, "”.") && !strings.HasSuffix(text, "».") {
					t.Errorf("%s in %s: %q", kind, language, text)
				}
				seen[text] = true
			}
		}
	}
	if want := 2 * (len(kinds) + 1); len(seen) != want {
		t.Errorf("%d sentences, want %d", len(seen), want)
	}
}

func TestAFitIsSaidInWords(t *testing.T) {
	b := newBench(t, scripted.Options{})
	need := engine.Need{Weights: 2e9, KV: 5e8}
	for _, test := range []struct {
		fit  engine.Fit
		want string
	}{
		{engine.Fit{Kind: engine.FitsGPU}, "Fits on the graphics card"},
		{engine.Fit{Kind: engine.FitsPartly, GPULayers: 24, Layers: 37, TokensPerSecond: 20}, "Fits with 24 of 37 layers on the graphics card: about 20 tok/s on this machine"},
		{engine.Fit{Kind: engine.FitsCPU, TokensPerSecond: 18.7}, "Fits into memory, computed on the processor: about 19 tok/s on this machine"},
		{engine.Fit{Kind: engine.FitsCPU, TokensPerSecond: 2.04}, "Slow on the processor: about 2.0 tok/s on this machine"},
		{engine.Fit{Kind: engine.FitsCPU}, "Fits into memory, computed on the processor"},
		{engine.Fit{Kind: engine.FitsNot, Need: need, RAM: 1e9}, "Does not fit: it needs 2.50 GB, and 1.00 GB are free"},
	} {
		if got := b.fitText(test.fit); got != test.want {
			t.Errorf("%+v: %q, want %q", test.fit, got, test.want)
		}
	}
}

func TestWhereAModelComputesIsSaid(t *testing.T) {
	b := newBench(t, scripted.Options{})
	on := func(layers int, why engine.Placement) engine.ModelInfo {
		return engine.ModelInfo{Devices: []string{"CUDA0", "CPU"}, GPULayers: layers, Layers: 37, Placement: why}
	}
	for _, test := range []struct {
		info engine.ModelInfo
		want string
	}{
		{engine.ModelInfo{Devices: []string{"CPU (zen4)"}, Layers: 37}, "on CPU (zen4)"},
		{on(37, engine.PlacedWell), "on CUDA0, CPU, all layers on the graphics card"},
		{on(24, engine.PlacedMemory), "on CUDA0, CPU, 24 of 37 layers on the graphics card, as many as its memory holds"},
		{on(8, engine.PlacedAsked), "on CUDA0, CPU, 8 of 37 layers on the graphics card, as the settings say"},
		{on(16, engine.PlacedRefused), "on CUDA0, CPU, 16 of 37 layers on the graphics card, which refused more"},
		{on(0, engine.PlacedLost), "on CUDA0, CPU, without the graphics card, which failed before"},
	} {
		if got := b.placed(test.info); got != test.want {
			t.Errorf("%+v: %q, want %q", test.info, got, test.want)
		}
	}
}
