package enginetest

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"notso/engine/gguf"
)

func TestDamage(t *testing.T) {
	src, err := os.ReadFile(Model(t))
	if err != nil {
		t.Fatal(err)
	}
	intact := bytes.Clone(src)
	path := filepath.Join(t.TempDir(), "damaged.gguf")
	kinds := map[string]int{}
	for seed := range int64(400) {
		damaged, what := Damage(seed, src)
		if bytes.Equal(damaged, src) || what == "" {
			t.Fatalf("seed %d did nothing: %q", seed, what)
		}
		if again, _ := Damage(seed, src); !bytes.Equal(again, damaged) {
			t.Fatalf("seed %d does not do the same twice", seed)
		}
		if err := os.WriteFile(path, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := gguf.Check(path)
		switch {
		case strings.HasPrefix(what, "cut"):
			kinds["cut"]++
			if err == nil {
				t.Errorf("seed %d: the file passes, though it was %s", seed, what)
			}
		case strings.Contains(what, "bits flipped"):
			kinds["flipped"]++
		default:
			kinds["changed"]++
		}
	}
	if !bytes.Equal(src, intact) {
		t.Error("the source was changed")
	}
	for _, kind := range []string{"cut", "flipped", "changed"} {
		if kinds[kind] < 50 {
			t.Errorf("only %d of 400 were %s", kinds[kind], kind)
		}
	}
}
