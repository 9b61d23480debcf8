package main

import (
	"testing"
	"time"

	"notso/app/library"
	"notso/engine"
	"notso/engine/fit"
)

// What the catalogue says of a model is a card's memory, too: all of it there,
// some of its layers, or none.
func TestAModelOfTheCatalogueIsJudgedByTheCard(t *testing.T) {
	const gb = 1_000_000_000
	entry, file, err := library.BuiltIn().Find("smollm3-3b")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name       string
		machine    fit.Machine
		want       engine.FitKind
		wantLayers int
	}{
		{"no card", fit.Machine{RAM: 16 * gb}, engine.FitsCPU, 0},
		{"a card for all of it", fit.Machine{RAM: 16 * gb, GPUs: []int64{4 * gb}}, engine.FitsGPU, 37},
		{"a card for two thirds of it", fit.Machine{RAM: 16 * gb, GPUs: []int64{2_390_000_000}}, engine.FitsPartly, 24},
		{"two small cards", fit.Machine{RAM: 16 * gb, GPUs: []int64{1_560_000_000, 1_560_000_000}}, engine.FitsPartly, 24},
		{"a card that is full", fit.Machine{RAM: 16 * gb, GPUs: []int64{gb / 2}}, engine.FitsCPU, 0},
		{"neither card nor memory", fit.Machine{RAM: gb, GPUs: []int64{gb}}, engine.FitsNot, 3},
		{"little memory, but the card has the rest", fit.Machine{RAM: gb, GPUs: []int64{3 * gb}}, engine.FitsPartly, 33},
	} {
		test.machine.BytesPerSecond = 38e9
		v := offerFit(entry, file, test.machine)
		if v.Kind != test.want || v.GPULayers != test.wantLayers || v.Layers != 37 || (v.TokensPerSecond > 0) != (test.want != engine.FitsGPU) {
			t.Errorf("%s: %+v", test.name, v)
		}
	}
}

func TestAVerdictForgetsWhatTheCardHadFreeBefore(t *testing.T) {
	now, free := time.Unix(1000, 0), 1
	said := recent(10*time.Second, func() time.Time { return now }, func() int { return free })
	for _, test := range []struct {
		after time.Duration
		free  int
		want  int
	}{{0, 1, 1}, {9 * time.Second, 2, 1}, {2 * time.Second, 3, 3}, {time.Second, 4, 3}} {
		now, free = now.Add(test.after), test.free
		if got := said(); got != test.want {
			t.Errorf("%s later: %d, want %d", test.after, got, test.want)
		}
	}
}
