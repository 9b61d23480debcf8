package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"notso/app"
	"notso/engine"
	"notso/engine/enginetest"
	"notso/engine/gguf"
	"notso/engine/llama"
	"notso/engine/scripted"
	"notso/engine/synthetic"
	"notso/engine/worker"
)

const (
	// damagedFiles are tried in a usual run; NOTSO_DAMAGE says how many instead.
	damagedFiles = 160
	damageCount  = "NOTSO_DAMAGE"

	// hangTime is from when on the app, or a bare worker, counts as hanging, however
	// busy the machine is.
	hangTime = time.Minute

	// saidBare begins the lines in which a bare worker answers.
	saidBare = "bare: "

	// bareRole makes the test binary load files with llama.cpp and no check.
	bareRole = "bare"
)

// Every damaged file is refused with a sentence, or works; and then the same
// app loads a sound one. At least three in four of the files have one wrong
// field, and they are of all architectures that the catalogue has. Each is also
// given to a bare llama.cpp: of the files that end it, at least 95 % are stopped
// before they reach the worker.
func TestDamagedModelFilesNeverEndTheApp(t *testing.T) {
	files := damagedFiles
	if n, err := strconv.Atoi(os.Getenv(damageCount)); err == nil {
		files = n
	}
	dir := t.TempDir()
	sound, sources := soundModels(t, dir)
	client, naked := startWorker(t), &bare{t: t}
	defer naked.end()
	var refused, harmless, died, killers, stopped, fields int
	for i := range files {
		source := sources[i%len(sources)]
		damage := enginetest.DamageField
		if i/len(sources)%2 == 1 {
			damage = enginetest.Damage
		}
		damaged, what := damage(int64(i), source)
		if !strings.Contains(what, "bits flipped") && !strings.HasPrefix(what, "cut") {
			fields++
		}
		path := filepath.Join(dir, "damaged.gguf")
		if err := os.WriteFile(path, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		_, checked := gguf.Check(path)
		err := checked
		if err == nil {
			err = try(client, path)
		}
		var file *engine.ModelFileError
		var template *engine.TemplateError
		var unsupported *engine.UnsupportedError
		switch sentence := app.Sentence(err); {
		case errors.Is(err, context.DeadlineExceeded):
			t.Errorf("file %d, %s: no answer within %v", i, what, hangTime)
		case err == nil:
			harmless++
		case errors.Is(err, engine.ErrWorkerDied):
			died++
			t.Logf("file %d of %s, %s: %s", i, name(source), what, sentence)
			client.Close()
			client = startWorker(t)
		case !errors.As(err, &file) && !errors.As(err, &template) && !errors.As(err, &unsupported):
			t.Errorf("file %d, %s: %v is not a reason for people", i, what, err)
		case strings.ContainsAny(sentence, "\n\x1b\x00") || len(sentence) > 1000:
			t.Errorf("file %d, %s: %q is not one sentence", i, what, sentence)
		default:
			refused++
		}
		if naked.dies(path) {
			killers++
			if checked != nil {
				stopped++
			} else {
				t.Logf("file %d of %s ends a bare worker and passes the check: %s", i, name(source), what)
			}
		}
	}
	t.Logf("of %d damaged files, %d with one wrong field, %d were refused, %d worked, %d ended the worker; of %d that end a bare one, %d were stopped before it",
		files, fields, refused, harmless, died, killers, stopped)
	if refused < files/3 || fields < files/2 {
		t.Errorf("only %d were refused, and only %d had one wrong field", refused, fields)
	}
	if killers-stopped > max(1, killers/20) { // a few files prove little
		t.Errorf("%d of %d files that end a bare worker were stopped before it", stopped, killers)
	}
	if err := try(client, sound); err != nil {
		t.Errorf("afterwards a sound file gives %v", err)
	}
}

// soundModels writes a model of each architecture and returns one that works and
// the bytes of all.
func soundModels(t *testing.T, dir string) (sound string, sources [][]byte) {
	t.Helper()
	sound = filepath.Join(dir, "sound.gguf")
	if err := scripted.WriteModel(sound, scripted.Reasoning()); err != nil {
		t.Fatal(err)
	}
	paths := []string{sound}
	for _, architecture := range synthetic.Architectures() {
		path := filepath.Join(dir, architecture+".gguf")
		if err := synthetic.Write(path, synthetic.Tiny(architecture)); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	naked := &bare{t: t}
	defer naked.end()
	for _, path := range paths {
		if naked.dies(path) || naked.said != "ok" {
			t.Fatalf("%s is not sound: %s", filepath.Base(path), naked.said)
		}
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, source)
	}
	return sound, sources
}

// name is the architecture of a file.
func name(source []byte) string {
	for _, architecture := range synthetic.Architectures() {
		if strings.Contains(string(source[:200]), architecture) {
			return architecture
		}
	}
	return "?"
}

// bare is a process that opens model files without looking at them first.
type bare struct {
	t    *testing.T
	cmd  *exec.Cmd
	in   *os.File
	out  *bufio.Reader
	said string // of the last file
}

// dies tells whether the file at path ends the process, or keeps it for too long.
// A file before it may have spoilt the memory, so a death counts only if a fresh
// process dies too.
func (b *bare) dies(path string) bool {
	b.t.Helper()
	fresh := b.cmd == nil
	return b.diesOf(path) && (fresh || b.diesOf(path))
}

func (b *bare) diesOf(path string) bool {
	b.t.Helper()
	if b.cmd == nil {
		b.start()
	}
	process := b.cmd.Process
	timer := time.AfterFunc(hangTime, func() { process.Kill() })
	defer timer.Stop()
	fmt.Fprintln(b.in, path)
	for {
		line, err := b.out.ReadString('\n')
		if err != nil {
			b.end()
			return true
		}
		if said, ok := strings.CutPrefix(line, saidBare); ok { // and not what a library prints
			b.said = strings.TrimSpace(said)
			return false
		}
	}
}

func (b *bare) start() {
	b.t.Helper()
	b.cmd = exec.Command(os.Args[0])
	b.cmd.Env = append(os.Environ(), roleVariable+"="+bareRole, noBacktrace, "NOTSO_ENGINE_LIB="+engineLibraries(b.t))
	in, theirIn, err := os.Pipe()
	if err != nil {
		b.t.Fatal(err)
	}
	theirOut, out, err := os.Pipe()
	if err != nil {
		b.t.Fatal(err)
	}
	b.cmd.Stdin, b.cmd.Stdout = in, out
	if err := b.cmd.Start(); err != nil {
		b.t.Fatal(err)
	}
	in.Close()
	out.Close()
	b.in, b.out = theirIn, bufio.NewReader(theirOut)
}

func (b *bare) end() {
	if b.cmd != nil {
		b.in.Close()
		b.cmd.Process.Kill()
		b.cmd.Wait()
		b.cmd = nil
	}
}

// runBare loads the file that each line names, and writes a few tokens.
func runBare() int {
	library, err := openLibrary()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		said := "ok"
		if err := loadBare(library, lines.Text()); err != nil {
			said = strings.ReplaceAll(err.Error(), "\n", " ")
		}
		fmt.Println(saidBare + said)
	}
	return 0
}

func loadBare(library *llama.Library, path string) error {
	m, err := library.LoadModel(context.Background(), path, llama.ModelOptions{}, nil)
	if err != nil {
		return err
	}
	defer m.Close()
	c, err := m.NewContext(llama.ContextOptions{Length: 512, Sequences: 1, BatchTokens: 16, Threads: 1})
	if err != nil {
		return err
	}
	defer c.Close()
	b := library.NewBatch(16)
	defer b.Close()
	tokens := m.Vocab().Tokenize("Hello")
	sampler, err := m.NewSampler(engine.Sampling{}, 1, "")
	if err != nil {
		return err
	}
	defer sampler.Close()
	for at := 0; at < 4; {
		b.Clear()
		last := 0
		for i, token := range tokens[:min(len(tokens), 8)] {
			if last, err = b.Add(token, at, 0, i == min(len(tokens), 8)-1); err != nil {
				return err
			}
			at++
		}
		if len(tokens) == 0 {
			return errors.New("no tokens")
		}
		if err := c.Decode(b); err != nil {
			return err
		}
		tokens = []llama.Token{sampler.Sample(c, last)}
	}
	return nil
}

// try loads the file and lets it write a few tokens. It gives up after hangTime,
// with the context's error.
func try(client *worker.Client, path string) error {
	ctx, cancel := context.WithTimeout(context.Background(), hangTime)
	defer cancel()
	if _, err := client.Load(ctx, path, engine.LoadOptions{ContextLength: 512}, nil); err != nil {
		return err
	}
	req := engine.Request{Messages: []engine.Message{{Role: engine.RoleUser, Content: "Hello"}}, Limits: engine.Limits{MaxTokens: 4}}
	for _, err := range client.Reply(ctx, req) {
		if err != nil {
			return err
		}
	}
	return ctx.Err() // to stop a reply is no error of its own
}

func startWorker(t *testing.T) *worker.Client {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	client := worker.New(worker.Options{
		Command: []string{program},
		Env:     []string{roleVariable + "=" + workerRole, "NOTSO_ENGINE_LIB=" + engineLibraries(t)},
	})
	t.Cleanup(func() { client.Close() })
	return client
}

// engineLibraries is the folder of the staged libraries.
func engineLibraries(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("build", "engine"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); err != nil {
		t.Fatalf("the engine libraries are missing: run make engine (%v)", err)
	}
	return dir
}
