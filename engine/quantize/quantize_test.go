package quantize

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"notso/engine"
	"notso/engine/gguf"
	"notso/engine/llama"
	"notso/engine/scripted"
)

// roleVariable makes the test binary the child, which does as the role says.
const roleVariable = "NOTSO_QUANTIZE_TEST_ROLE"

func TestMain(m *testing.M) {
	switch os.Getenv(roleVariable) {
	case "":
		os.Exit(m.Run())
	case "child":
		library, err := llama.Open(os.Getenv("NOTSO_TEST_LIBRARIES"))
		if err == nil {
			err = Serve(os.Args[1:], library, os.Stdin, os.Stdout)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	case "crash":
		fmt.Println(`{"done":1,"total":9}`)
		panic("ggml_abort")
	case "early":
		fmt.Println(`{"done":1,"total":9}`)
	case "forever":
		fmt.Println(`{"done":1,"total":9}`)
		select {}
	case "refuse":
		fmt.Println("a line of a library\n" + `{"done":1,"total":9}` + "\n" + `{"error":"the type is unknown"}`)
	case "babble":
		fmt.Println(strings.Repeat("x", 1<<20))
	case "damage":
		os.WriteFile(os.Args[2], []byte("GGUF and then nothing"), 0o600)
		fmt.Println(`{"done":9,"total":9}`)
	}
	os.Exit(0)
}

// as makes the next children play a role.
func as(t *testing.T, role string) []string {
	t.Helper()
	dir, err := filepath.Abs("../../build/engine")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(roleVariable, role)
	t.Setenv("NOTSO_TEST_LIBRARIES", dir)
	return []string{os.Args[0]}
}

func model(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "scripted-F32.gguf")
	if err := scripted.WriteModel(path, scripted.Plain()); err != nil {
		t.Fatal(err)
	}
	return path
}

// files lists what is in the folder of path.
func files(t *testing.T, path string) string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}

func TestWeightsAreStoredAnew(t *testing.T) {
	from := model(t)
	before := 0
	tried := ""
	result, err := Run(t.Context(), Options{Command: as(t, "child"), From: from, Type: "q8_0", Try: func(_ context.Context, path string) error {
		tried = path
		return nil
	}}, func(done, total int) {
		if done < before || done > total {
			t.Errorf("progress went from %d to %d of %d", before, done, total)
		}
		before = done
	})
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Replace(from, "F32", "Q8_0", 1)
	if result.Path != want || result.Type != "Q8_0" || result.Again || result.SizeBytes >= result.FromBytes/2 {
		t.Errorf("got %+v", result)
	}
	if before == 0 || tried == "" || tried == want {
		t.Errorf("progress ended at %d, tried was %q", before, tried)
	}
	f, err := gguf.Check(want)
	if err != nil {
		t.Fatal(err)
	}
	if s := f.Summary(); s.Quantisation != "Q8_0" {
		t.Errorf("the file says %q", s.Quantisation)
	}
	if got := files(t, from); got != "scripted-F32.gguf scripted-Q8_0.gguf" {
		t.Errorf("in the folder are %s", got)
	}
	if _, err := Run(t.Context(), Options{Command: as(t, "child"), From: from, Type: "Q8_0"}, nil); !errors.Is(err, fs.ErrExist) {
		t.Errorf("once more: %v", err)
	}
	again, err := Run(t.Context(), Options{Command: as(t, "child"), From: want, Type: "F16"}, nil)
	if err != nil || !again.Again {
		t.Errorf("of weights that are quantised: %+v, %v", again, err)
	}
}

func TestNothingIsLeftBehind(t *testing.T) {
	refused := errors.New("it writes nothing")
	for _, test := range []struct {
		role, want string
		try        error
	}{
		{"crash", "ended unexpectedly (exit status 2: panic: ggml_abort", nil},
		{"early", "ended before the last tensor", nil},
		{"refuse", "the type is unknown", nil},
		{"babble", "ended before the last tensor", nil},
		{"damage", "the result is damaged: ", nil},
		{"child", refused.Error(), refused},
	} {
		from := model(t)
		_, err := Run(t.Context(), Options{Command: as(t, test.role), From: from, Type: "Q8_0", Try: func(context.Context, string) error { return test.try }}, nil)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.role, err, test.want)
		}
		if got := files(t, from); got != "scripted-F32.gguf" {
			t.Errorf("%s: in the folder are %s", test.role, got)
		}
	}
}

func TestItStopsWhenCancelled(t *testing.T) {
	from := model(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	_, err := Run(ctx, Options{Command: as(t, "forever"), From: from, Type: "Q8_0"}, func(int, int) { cancel() })
	if !errors.Is(err, context.Canceled) || files(t, from) != "scripted-F32.gguf" {
		t.Errorf("got %v; in the folder are %s", err, files(t, from))
	}
}

func TestWhatCannotBeDoneIsSaidBefore(t *testing.T) {
	from := model(t)
	var kind *TypeError
	if _, err := Run(t.Context(), Options{From: from, Type: "Q9"}, nil); !errors.As(err, &kind) || !strings.Contains(err.Error(), "Q4_K_M") {
		t.Errorf("an unknown type: %v", err)
	}
	var file *engine.ModelFileError
	if _, err := Run(t.Context(), Options{From: "quantize.go", Type: "Q8_0"}, nil); !errors.As(err, &file) {
		t.Errorf("no model: %v", err)
	}
	var room *RoomError
	if err := checkRoom(t.TempDir(), 1<<60); !errors.As(err, &room) || room.Free <= 0 {
		t.Errorf("a file of an exabyte: %v", err)
	}
}

func TestNames(t *testing.T) {
	for from, want := range map[string]string{
		"/m/SmolLM3-F16.gguf":             "/m/SmolLM3-Q4_K_M.gguf",
		"SmolLM2-135M-Instruct.Q4_1.gguf": "SmolLM2-135M-Instruct.Q4_K_M.gguf",
		"model.gguf":                      "model-Q4_K_M.gguf",
		"q8_0.gguf":                       "q8_0-Q4_K_M.gguf",
		"a_bf16.gguf":                     "a_Q4_K_M.gguf",
	} {
		if got := Name(from, "Q4_K_M"); got != want {
			t.Errorf("%s becomes %s, want %s", from, got, want)
		}
	}
}
