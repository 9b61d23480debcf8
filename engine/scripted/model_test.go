package scripted

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"notso/engine/gguf"
)

func TestWriteModel(t *testing.T) {
	for _, tt := range []struct {
		name   string
		script Script
	}{
		{"plain", Plain()},
		{"reasoning", Reasoning()},
		{"tool call", ToolCall()},
	} {
		t.Run(tt.name+" makes a model that passes the check, the same each time", func(t *testing.T) {
			first, second := filepath.Join(t.TempDir(), "a.gguf"), filepath.Join(t.TempDir(), "b.gguf")
			for _, path := range []string{first, second} {
				if err := WriteModel(path, tt.script); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := gguf.Check(first); err != nil {
				t.Error(err)
			}
			a, err := os.ReadFile(first)
			if err != nil {
				t.Fatal(err)
			}
			b, err := os.ReadFile(second)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(a, b) {
				t.Error("two files of one script differ")
			}
			if len(a) > 3<<20 {
				t.Errorf("the file has %d bytes, want less than 3 MB", len(a))
			}
		})
	}
}

func TestWriteModelRefuses(t *testing.T) {
	for _, tt := range []struct {
		name   string
		script Script
	}{
		{"a script without an answer", Script{Reasoning: []string{" a"}}},
		{"a piece that occurs twice", Script{Answer: []string{" a", " b", " a"}}},
		{"a piece that starts every reply", Script{Answer: []string{" a", "\n"}}},
		{"an empty piece", Script{Answer: []string{""}}},
		{"pieces that a longer one swallows when they are read back", Script{Answer: []string{"ab", "cd", "bcd"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "m.gguf")
			if err := WriteModel(path, tt.script); err == nil {
				t.Error("no error")
			}
			if _, err := os.Stat(path); err == nil {
				t.Error("a file was left behind")
			}
		})
	}
}
