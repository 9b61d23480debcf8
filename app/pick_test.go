package app

import (
	"strings"
	"testing"

	"notso/app/library"
	"notso/engine"
	"notso/engine/scripted"
)

func TestTheFileToGetIsTheBestThatRunsWellHere(t *testing.T) {
	entry := library.Entry{ID: "m", Files: []library.Source{
		{Quantisation: "Q4_K_M", SizeBytes: 2e9}, {Quantisation: "Q6_K"}, {Quantisation: "Q8_0", SizeBytes: 4e9},
	}}
	// cpu is a machine without a card: what it reads of its memory in a second.
	cpu := func(ram int64, bandwidth float64) func(library.Entry, library.Source) engine.Fit {
		return func(_ library.Entry, f library.Source) engine.Fit {
			v := engine.Fit{Kind: engine.FitsCPU, RAM: ram, Need: engine.Need{Weights: f.SizeBytes}, TokensPerSecond: bandwidth / float64(f.SizeBytes)}
			if f.SizeBytes > ram {
				v.Kind = engine.FitsNot
			}
			return v
		}
	}
	for _, test := range []struct {
		name    string
		fit     func(library.Entry, library.Source) engine.Fit
		want    string
		wantWhy string
	}{
		{"a card that holds all", func(library.Entry, library.Source) engine.Fit { return engine.Fit{Kind: engine.FitsGPU} }, "Q8_0", "Q8_0 is the most exact that runs well here."},
		{"a quick machine with much memory", cpu(32e9, 80e9), "Q8_0", "Q8_0 is the most exact that runs well here: about 20 tok/s."},
		{"a quick machine with little memory", cpu(5e9, 80e9), "Q4_K_M", "Q4_K_M is the most exact that runs well here: about 40 tok/s."},
		{"much memory, but slow", cpu(32e9, 34e9), "Q4_K_M", "about 17 tok/s"},
		{"slow throughout", cpu(32e9, 8e9), "Q4_K_M", "Q4_K_M is the lightest there is. Slow on the processor"},
		{"too little memory", cpu(1e9, 80e9), "Q4_K_M", "Q4_K_M is the lightest there is. Does not fit"},
		{"nobody can tell", func(library.Entry, library.Source) engine.Fit { return engine.Fit{} }, "Q4_K_M", ""},
		{"nobody is asked", nil, "Q4_K_M", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t, scripted.Options{})
			b.opts.Fit = test.fit
			got, why := b.pick(entry)
			if got.Quantisation != test.want || !strings.Contains(why, test.wantWhy) || (test.wantWhy == "") != (why == "") {
				t.Errorf("got %s (%q), want %s (%q)", got.Quantisation, why, test.want, test.wantWhy)
			}
		})
	}
}
