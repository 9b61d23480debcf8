package remote

import (
	"fmt"
	"testing"

	"notso/engine"
	"notso/engine/enginetest"
	"notso/engine/scripted"
)

func TestTheEngineConforms(t *testing.T) {
	script := scripted.Script{Answer: []string{"1"}}
	for n := 2; n <= 300; n++ {
		script.Answer = append(script.Answer, fmt.Sprintf(" %d", n))
	}
	for _, test := range []struct {
		owner string
		caps  enginetest.Capabilities
	}{
		{"vllm", enginetest.Capabilities{Exact: true, NoTokens: true}},
		{"llamacpp", enginetest.Capabilities{Exact: true, NoTokens: true}},
		{"sglang", enginetest.Capabilities{Exact: true, NoTokens: true, Estimates: true}},
	} {
		t.Run("with a server of "+test.owner, func(t *testing.T) {
			model := enginetest.Model(t) // a server may name its models as it likes
			s := newServer(t, test.owner, script)
			s.model = model
			enginetest.Conformance(t, func(t *testing.T) engine.Engine { return open(t, s, Options{}) }, model, test.caps)
		})
	}
}

func open(t *testing.T, s *server, opts Options) *Engine {
	t.Helper()
	opts.URL = s.URL
	e, err := New(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}
