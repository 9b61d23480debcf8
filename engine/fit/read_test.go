package fit

import (
	"testing"

	"notso/engine"
)

func TestWeightsAreReadOnlyWhereMemoryStaysFree(t *testing.T) {
	need := engine.Need{Weights: 2e9, KV: 1e9, Compute: 1e8, Process: 1e8, Repacked: 1e9}
	for _, test := range []struct {
		name      string
		available int64
	}{
		{"an unknown amount", 0},
		{"less than the model takes", 3e9},
		{"just as much", need.Total()},
		{"no reserve", need.Total() + 1e9},
	} {
		if Reads(need, test.available) {
			t.Errorf("with %s the weights cannot be given back", test.name)
		}
	}
	if read := Read(need); read.Peak() >= need.Peak() || read.Total() < need.Total() {
		t.Errorf("%+v take %d bytes when they are read, %d when they are mapped", need, read.Peak(), need.Peak())
	}
}
