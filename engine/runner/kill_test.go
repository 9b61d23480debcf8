package runner

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"notso/engine"
	"notso/engine/snapshot"
)

// victimDir and victimText tell the process that is to be killed where it keeps
// snapshots, and what it is asked.
const (
	victimDir  = "NOTSO_TEST_SNAPSHOTS"
	victimText = "NOTSO_TEST_TEXT"
)

func TestAWorkerKilledAtItsPromptLosesLittle(t *testing.T) {
	dir, text := t.TempDir(), longText(900)
	for _, n := range []int{200, 450, 800} { // each goes on after the one before
		done := kill(t, dir, text, n)
		r := loadKeeping(t, dir, starterPath(t), victimOptions())
		m, err := r.Measure(t.Context(), victimRequest(text))
		if err != nil || m.CachedTokens < done-lostAtMost || m.PromptTokens < n {
			t.Errorf("killed after %d tokens of its prompt: %+v, %v", done, m, err)
		}
		if left, _ := filepath.Glob(filepath.Join(dir, "*.tmp")); len(left) != 0 {
			t.Errorf("a restart left %v", left)
		}
		r.Close()
	}
	r := loadKeeping(t, dir, starterPath(t), victimOptions())
	m, err := r.Measure(t.Context(), victimRequest(text))
	if err != nil {
		t.Fatal(err)
	}
	req := victimRequest(text)
	req.Limits.MaxTokens = 1
	if u := reply1(t, r, req).done.Usage; u.CachedTokens != m.CachedTokens {
		t.Errorf("of %d tokens on disk %d could be used", m.CachedTokens, u.CachedTokens)
	}
}

func TestAWorkerKilledAtItsReplyLosesLittle(t *testing.T) {
	dir := t.TempDir()
	done := kill(t, dir, "Write a long story about a river.", 420)
	if kept := len(files(t, dir)) * snapshot.BlockTokens; kept < done-lostAtMost {
		t.Errorf("killed after %d tokens, at most %d are on disk", done, kept)
	}
}

// kill starts a worker and kills it when it holds n tokens. It returns how many
// the worker had told of by then.
func kill(t *testing.T, dir, text string, n int) (done int) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestVictim$")
	cmd.Env = append(os.Environ(), victimDir+"="+dir, victimText+"="+text)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for done < n && lines.Scan() {
		if done, err = strconv.Atoi(lines.Text()); err != nil {
			break
		}
	}
	cmd.Process.Kill()
	cmd.Wait()
	if done < n {
		t.Fatalf("the worker ended after %d tokens of %d (%v)", done, n, err)
	}
	return done
}

// TestVictim is the process that kill starts: it tells how many tokens it holds.
// In the test run itself it has nothing to do.
func TestVictim(t *testing.T) {
	dir, asked := os.LookupEnv(victimDir)
	if !asked {
		return
	}
	r := loadKeeping(t, dir, starterPath(t), victimOptions())
	for e, err := range r.Reply(t.Context(), victimRequest(os.Getenv(victimText))) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Kind == engine.EventProgress || e.Kind == engine.EventText {
			s := r.model.scheduler
			s.mu.Lock()
			fmt.Println(s.cache.held())
			s.mu.Unlock()
		}
	}
}

func victimOptions() engine.LoadOptions { return engine.LoadOptions{ContextLength: 4096, Threads: 1} }

func victimRequest(text string) engine.Request { return greedy(0, text) }
