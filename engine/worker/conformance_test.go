package worker

import (
	"fmt"
	"testing"
	"time"

	"notso/engine"
	"notso/engine/enginetest"
	"notso/engine/scripted"
)

// tokenTime is what a token takes in the worker, so that a reply is still being
// written when the suite stops it.
const tokenTime = time.Millisecond / 2

// countingScript is what the suite wants a model to say.
func countingScript() scripted.Script {
	var script scripted.Script
	for n := range 300 {
		script.Answer = append(script.Answer, fmt.Sprintf("%d ", n))
	}
	return script
}

func TestClientConforms(t *testing.T) {
	open := func(t *testing.T) engine.Engine { return newClientOf(t, "scripted", Options{}) }
	enginetest.Conformance(t, open, enginetest.Model(t), enginetest.Capabilities{Exact: true})
}
