package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"notso/app"
	"notso/engine"
	"notso/engine/enginetest"
	"notso/engine/scripted"
	"notso/engine/worker"
)

const damagedFiles = 200

// Every damaged file is refused with a sentence, or works; and then the same
// app loads a sound one.
func TestDamagedModelFilesNeverEndTheApp(t *testing.T) {
	dir := t.TempDir()
	sound := filepath.Join(dir, "sound.gguf")
	if err := scripted.WriteModel(sound, scripted.Reasoning()); err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile(sound)
	if err != nil {
		t.Fatal(err)
	}
	client := startWorker(t)
	var refused, harmless, died int
	for seed := range damagedFiles {
		damaged, what := enginetest.Damage(int64(seed), source)
		path := filepath.Join(dir, "damaged.gguf")
		if err := os.WriteFile(path, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		err := try(client, path)
		var file *engine.ModelFileError
		var template *engine.TemplateError
		switch {
		case err == nil:
			harmless++
		case errors.As(err, &file) || errors.As(err, &template):
			refused++
		case errors.Is(err, engine.ErrWorkerDied):
			died++
			t.Logf("file %d, %s: %s", seed, what, app.Sentence(err))
			client.Close()
			client = startWorker(t)
		default:
			t.Errorf("file %d, %s: %v is not a reason for people", seed, what, err)
		}
	}
	t.Logf("of %d damaged files %d were refused, %d worked, %d ended the worker", damagedFiles, refused, harmless, died)
	if refused < damagedFiles/2 {
		t.Errorf("only %d were refused", refused)
	}
	if err := try(client, sound); err != nil {
		t.Errorf("afterwards a sound file gives %v", err)
	}
}

// try loads the file and lets it write a few tokens.
func try(client *worker.Client, path string) error {
	if _, err := client.Load(context.Background(), path, engine.LoadOptions{ContextLength: 512}, nil); err != nil {
		return err
	}
	req := engine.Request{Messages: []engine.Message{{Role: engine.RoleUser, Content: "Hello"}}, Limits: engine.Limits{MaxTokens: 4}}
	for _, err := range client.Reply(context.Background(), req) {
		if err != nil {
			return err
		}
	}
	return nil
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
