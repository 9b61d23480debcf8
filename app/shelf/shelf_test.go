package shelf

import (
	"context"
	"errors"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"notso/app/cli/clitest"
	"notso/app/fetch"
	"notso/app/library"
	"notso/engine"
)

// open is a shelf on a folder with these files below the root: the models are
// in "models", and a file with the word bad in its name is damaged.
func open(t *testing.T, files map[string]string) (s *Shelf, root string) {
	t.Helper()
	root = t.TempDir()
	t.Setenv("HOME", filepath.Join(root, "home"))
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	hub := httptest.NewServer(clitest.Hub(filepath.Join(root, "hub"), false))
	t.Cleanup(hub.Close)
	models := filepath.Join(root, "models")
	s, err := Open(Options{
		Folder: models, Records: filepath.Join(root, "models.json"), Mirror: hub.URL,
		Library: library.New(library.Options{Folders: []string{models, filepath.Join(root, "beside")}, Describe: describe}),
		Now:     func() time.Time { return time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, root
}

func describe(path string) (library.Info, error) {
	if strings.Contains(path, "bad") {
		return library.Info{}, errors.New(path + ": is damaged")
	}
	return library.Info{Quantisation: "Q4_K_M"}, nil
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func gone(path string) bool { _, err := os.Lstat(path); return errors.Is(err, os.ErrNotExist) }

func TestWhatIsRemovedComesBackUntilTheEnd(t *testing.T) {
	s, root := open(t, map[string]string{"models/a.gguf": "A", "models/b-00001-of-00002.gguf": "B1", "models/b-00002-of-00002.gguf": "B2", "beside/c.gguf": "C"})
	models := filepath.Join(root, "models")
	for _, path := range []string{"a.gguf", "b-00001-of-00002.gguf"} {
		if err := s.Remove(filepath.Join(models, path)); err != nil {
			t.Fatal(err)
		}
	}
	if items, err := s.Items(); err != nil || len(items) != 1 || items[0].Own {
		t.Errorf("on the shelf are %+v, %v; want c alone, which is not in the folder", items, err)
	}
	if err := s.Remove(filepath.Join(root, "beside", "c.gguf")); !errors.Is(err, ErrNotOwn) || gone(filepath.Join(root, "beside", "c.gguf")) {
		t.Errorf("a file beside the program: %v", err)
	}
	for _, name := range []string{"b", "a.gguf"} {
		if _, err := s.Restore(name); err != nil {
			t.Errorf("%s does not come back: %v", name, err)
		}
	}
	if read(t, filepath.Join(models, "a.gguf")) != "A" || read(t, filepath.Join(models, "b-00002-of-00002.gguf")) != "B2" {
		t.Error("what came back is not what was removed")
	}
	if _, err := s.Restore("a"); !errors.Is(err, ErrGone) {
		t.Errorf("what is not in the trash comes back: %v", err)
	}
	s.Remove(filepath.Join(models, "a.gguf"))
	os.WriteFile(filepath.Join(models, "a.gguf"), []byte("another"), 0o600)
	if _, err := s.Restore("a"); !errors.Is(err, ErrTaken) || read(t, filepath.Join(models, "a.gguf")) != "another" {
		t.Errorf("a model that came meanwhile is overwritten: %v", err)
	}
	s.Close()
	if !gone(filepath.Join(models, ".trash")) {
		t.Error("after the end the trash is still there")
	}
}

func TestTheFilesOfOthersAreLinkedAndNeverTouched(t *testing.T) {
	s, root := open(t, map[string]string{
		"home/.lmstudio/models/x/y/Great Model (v1).gguf": "GGUF", "home/.lmstudio/models/x/y/mmproj-f16.gguf": "no",
		"home/.cache/llama.cpp/s-00001-of-00002.gguf": "S1", "home/.cache/llama.cpp/s-00002-of-00002.gguf": "S2",
		"home/.cache/llama.cpp/bad.gguf": "bad",
	})
	found := s.Elsewhere()
	if len(found) != 3 || found[1].Name != "Great-Model-v1-" || found[1].Program != "LM Studio" || found[2].Parts != 2 {
		t.Fatalf("found are %+v", found)
	}
	m, err := s.Import(found[1].Path, "")
	if err != nil || m.Name != "Great-Model-v1-" {
		t.Fatalf("it is imported as %+v, %v", m, err)
	}
	if _, err := s.Import(found[1].Path, "again"); !errors.Is(err, ErrThere) {
		t.Errorf("it is imported twice: %v", err)
	}
	if m, err := s.Import(found[2].Path, "split"); err != nil || m.Parts != 2 || m.Problem != "" {
		t.Errorf("a split model is imported as %+v, %v", m, err)
	}
	var file *engine.ModelFileError
	if _, err := s.Import(found[0].Path, ""); !errors.As(err, &file) || !gone(filepath.Join(root, "models", "bad.gguf")) {
		t.Errorf("a damaged file: %v", err)
	}
	if left := s.Elsewhere(); len(left) != 1 {
		t.Errorf("what is on the shelf is still offered: %+v", left)
	}
	if renamed, err := s.Rename(m.Path, "mine"); err != nil || filepath.Base(renamed) != "mine.gguf" {
		t.Errorf("it is renamed to %s, %v", renamed, err)
	}
	if err := s.Remove(filepath.Join(root, "models", "mine.gguf")); err != nil {
		t.Error(err)
	}
	s.Close()
	if read(t, found[1].Path) != "GGUF" {
		t.Error("the other program's file was touched")
	}
	os.Remove(found[2].Path)
	items, _ := s.opts.Library.List()
	if len(items) != 1 || items[0].Problem == "" {
		t.Errorf("a link whose file is gone does not say so: %+v", items)
	}
}

func TestRename(t *testing.T) {
	s, root := open(t, map[string]string{"models/a.gguf": "A", "models/b.gguf": "B", "models/s-00001-of-00002.gguf": "1", "models/s-00002-of-00002.gguf": "2"})
	in := func(name string) string { return filepath.Join(root, "models", name) }
	s.Used(in("a.gguf"), 12)
	for _, tt := range []struct {
		file, to, want string
		err            error
	}{
		{"a.gguf", "b", "", ErrTaken}, {"a.gguf", "../x", "", ErrName}, {"a.gguf", "", "", ErrName}, {"a.gguf", ".hidden", "", ErrName},
		{"a.gguf", "Mine.gguf", "Mine.gguf", nil}, {"s-00001-of-00002.gguf", "t", "t-00001-of-00002.gguf", nil},
	} {
		got, err := s.Rename(in(tt.file), tt.to)
		if !errors.Is(err, tt.err) || (err == nil && got != in(tt.want)) {
			t.Errorf("%s to %q: %q, %v", tt.file, tt.to, got, err)
		}
	}
	if item, err := s.Find("mine"); err != nil || item.TokensPerSecond != 12 {
		t.Errorf("what was known of it is lost: %+v, %v", item, err)
	}
	if gone(in("t-00002-of-00002.gguf")) {
		t.Error("the second part kept the old name")
	}
}

func TestGetFromTheCatalogueAndFromRepositories(t *testing.T) {
	s, root := open(t, map[string]string{"hub/a/M-GGUF/M-Q4_K_M.gguf": "four", "hub/a/M-GGUF/M-Q8_0.gguf": "eight",
		"hub/a/S-GGUF/S-00001-of-00002.gguf": "one", "hub/a/S-GGUF/S-00002-of-00002.gguf": "two"})
	ctx := context.Background()
	offer, err := s.Offer(ctx, "smollm3-3b")
	if err != nil || offer.Bytes() != 1915305312 || !strings.HasSuffix(offer.Requests[0].URL, "/ggml-org/SmolLM3-3B-GGUF/resolve/main/SmolLM3-Q4_K_M.gguf") {
		t.Errorf("SmolLM3 is offered as %+v, %v", offer, err)
	}
	var choice *ChoiceError
	if _, err := s.Offer(ctx, "a/M-GGUF:Q2_K"); !errors.As(err, &choice) || strings.Join(choice.Names, " ") != "Q4_K_M Q8_0" {
		t.Errorf("a choice that there is not: %v", err)
	}
	for text, file := range map[string]string{"a/M-GGUF": "M-Q4_K_M.gguf", "hf:a/M-GGUF/M-Q8_0.gguf": "M-Q8_0.gguf", "a/S-GGUF": "S-00002-of-00002.gguf"} {
		offer, err := s.Offer(ctx, text)
		if err == nil {
			err = s.Get(offer)
		}
		for _, r := range offer.Requests {
			if err == nil {
				_, err = s.Downloads().Wait(ctx, r.Name)
			}
		}
		if err != nil || gone(filepath.Join(root, "models", file)) {
			t.Errorf("%s: %v", text, err)
		}
		if err := s.Get(offer); !errors.Is(err, fetch.ErrExists) {
			t.Errorf("%s is fetched again: %v", text, err)
		}
	}
	for _, name := range []string{"M-Q8_0", "S"} {
		item, _ := s.Find(name)
		if v, err := s.Verify(ctx, item.Path, nil); err != nil || !v.Intact {
			t.Errorf("%s is verified as %+v, %v", name, v, err)
		}
	}
	item, _ := s.Find("M-Q8_0")
	os.WriteFile(item.Path, []byte("eighT"), 0o600)
	if v, err := s.Verify(ctx, item.Path, nil); err != nil || v.Intact || v.Want == "" {
		t.Errorf("one that was changed is verified as %+v, %v", v, err)
	}
	if item.Source != "a/M-GGUF" || !item.Own || item.Linked {
		t.Errorf("it is known as %+v", item)
	}
}

func TestRecordsOutliveTheRunAndDamage(t *testing.T) {
	s, root := open(t, map[string]string{"models/a.gguf": "A"})
	path := filepath.Join(root, "models", "a.gguf")
	for _, speed := range []float64{10, 0, 20} {
		if err := s.Used(path, speed); err != nil {
			t.Fatal(err)
		}
	}
	if item, _ := s.Find("a"); item.TokensPerSecond != 12.5 || item.LastUsed.Year() != 2026 {
		t.Errorf("it is known as %+v", item.Record)
	}
	os.WriteFile(s.opts.Records, []byte("{"), 0o600)
	if items, err := s.Items(); err != nil || len(items) != 1 || items[0].TokensPerSecond != 0 {
		t.Errorf("with damaged records there is %+v, %v", items, err)
	}
	if err := s.Used(path, 5); err != nil {
		t.Error(err)
	}
}

func TestAnotherMirrorCountsAtOnce(t *testing.T) {
	s, root := open(t, map[string]string{"other/some/New-GGUF/New-Q4_K_M.gguf": "GGUF new"})
	if _, err := s.Offer(t.Context(), "some/New-GGUF:Q4_K_M"); err == nil {
		t.Fatal("the first server has the model")
	}
	other := httptest.NewServer(clitest.Hub(filepath.Join(root, "other"), false))
	t.Cleanup(other.Close)
	if err := s.SetMirror(other.URL); err != nil {
		t.Fatal(err)
	}
	if offer, err := s.Offer(t.Context(), "some/New-GGUF:Q4_K_M"); err != nil || !strings.HasPrefix(offer.Requests[0].URL, other.URL) {
		t.Errorf("the offer is %+v, %v", offer, err)
	}
	if err := s.SetMirror("no address"); err == nil {
		t.Error("an address that makes no sense is taken")
	}
}
