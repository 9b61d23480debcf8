package enginetest

import (
	"os"
	"strings"
	"testing"

	"notso/engine/gguf"
)

func TestAModelInPartsIsTheSameModel(t *testing.T) {
	path := Model(t)
	whole, err := gguf.Check(path)
	if err != nil {
		t.Fatal(err)
	}
	first := Split(t, path, 3)
	f, err := gguf.Check(first)
	if err != nil {
		t.Fatal(err)
	}
	if f.Summary().Parameters != whole.Summary().Parameters || len(f.Tensors) != len(whole.Tensors) || f.Size < whole.Size {
		t.Errorf("%d tensors and %d bytes, the whole has %d and %d", len(f.Tensors), f.Size, len(whole.Tensors), whole.Size)
	}
	print, err := gguf.Fingerprint(first)
	if err != nil {
		t.Fatal(err)
	}
	last := strings.Replace(first, "-00001-", "-00003-", 1)
	data, err := os.ReadFile(last)
	if err != nil {
		t.Fatal(err)
	}
	spoil := func(what string, change func() error, want string) {
		t.Helper()
		if err := change(); err != nil {
			t.Fatal(err)
		}
		if _, err := gguf.Check(first); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", what, err, want)
		}
	}
	spoil("a part that is cut", func() error { return os.WriteFile(last, data[:len(data)-64], 0o600) }, "its part 3 of 3 cannot be used: tensor")
	second, err := os.ReadFile(strings.Replace(first, "-00001-", "-00002-", 1))
	if err != nil {
		t.Fatal(err)
	}
	spoil("a part twice", func() error { return os.WriteFile(last, second, 0o600) }, "it says that it is part 2 of 3")
	spoil("a part that is gone", func() error { return os.Remove(last) }, "its part 3 of 3 cannot be used: there is no such file")
	middle := strings.Replace(first, "-00001-", "-00002-", 1)
	if err := os.WriteFile(last, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(middle, append(second, 0), 0o600); err != nil {
		t.Fatal(err)
	}
	if other, err := gguf.Fingerprint(first); err != nil || other == print {
		t.Errorf("another second part has the same fingerprint, %v", err)
	}
}
