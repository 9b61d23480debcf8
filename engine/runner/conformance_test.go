package runner

import (
	"context"
	"path/filepath"
	"testing"

	"notso/engine"
	"notso/engine/enginetest"
)

// oneThread is a Runner for a machine that runs other tests as well, see load.
type oneThread struct{ *Runner }

func (r oneThread) Load(ctx context.Context, path string, opts engine.LoadOptions, progress func(float64)) (engine.ModelInfo, error) {
	opts.Threads = 1
	return r.Runner.Load(ctx, path, opts, progress)
}

func TestTheEngineConforms(t *testing.T) {
	open := func(t *testing.T) engine.Engine { return oneThread{newRunner(t)} }
	t.Run("with a scripted model", func(t *testing.T) {
		enginetest.Conformance(t, open, enginetest.Model(t), enginetest.Capabilities{Caches: true, Exact: true, Grammar: true})
	})
	t.Run("with snapshots", func(t *testing.T) {
		dir := t.TempDir() // one for all: what another left must do no harm
		keeping := func(t *testing.T) engine.Engine {
			r := newRunner(t)
			r.opts.Snapshots = Snapshots{Dir: dir, Budget: gib}
			return oneThread{r}
		}
		enginetest.Conformance(t, keeping, enginetest.Model(t), enginetest.Capabilities{Caches: true, Exact: true, Grammar: true})
	})
	t.Run("with the starter model", func(t *testing.T) {
		enginetest.Conformance(t, open, filepath.Join(root(t), starterModel), enginetest.Capabilities{Caches: true, Grammar: true})
	})
}
