package llama

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestLibrariesAreLoadedOnlyAsTheManifestListsThem(t *testing.T) {
	listed := func(names ...string) string {
		var lines strings.Builder
		for _, name := range names {
			fmt.Fprintf(&lines, "%x  %s\n", sha256.Sum256([]byte(name)), name)
		}
		return lines.String()
	}
	tests := []struct {
		name     string
		manifest string
		change   func(dir string) error
		want     string // part of the reason; "" is no error
	}{
		{name: "all as listed", manifest: listed("liba.so", "libb.v1.so")},
		{name: "a file that is no library may be unlisted", manifest: listed("liba.so", "libb.v1.so"),
			change: func(dir string) error { return os.WriteFile(filepath.Join(dir, "LICENSE"), nil, 0o644) }},
		{name: "no manifest", want: "there is no MANIFEST.sha256"},
		{name: "an unlisted library", manifest: listed("libb.v1.so"), want: "liba.so is not in"},
		{name: "a listed library is missing", manifest: listed("liba.so", "libb.v1.so", "libc.so"), want: "libc.so: no such file"},
		{name: "a changed library", manifest: listed("liba.so", "libb.v1.so"),
			change: func(dir string) error { return os.WriteFile(filepath.Join(dir, "liba.so"), []byte("x"), 0o644) },
			want:   "liba.so was changed"},
		{name: "a link out of the folder", manifest: listed("liba.so", "libb.v1.so"),
			change: func(dir string) error { return os.Symlink("/lib/libz.so", filepath.Join(dir, "libz.so")) },
			want:   "the link libz.so leads to no listed file"},
		{name: "a name with a path", manifest: listed("../liba.so"), want: "cannot be read"},
		{name: "a line cut short", manifest: listed("liba.so")[:40], want: "cannot be read"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			for _, name := range []string{"liba.so", "libb.v1.so"} {
				must(t, os.WriteFile(filepath.Join(dir, name), []byte(name), 0o644))
			}
			must(t, os.Symlink("libb.v1.so", filepath.Join(dir, "libb.so")))
			if test.manifest != "" {
				must(t, os.WriteFile(filepath.Join(dir, ManifestName), []byte(test.manifest), 0o644))
			}
			if test.change != nil {
				must(t, test.change(dir))
			}
			err := checkManifest(dir)
			var refused *ManifestError
			switch {
			case test.want == "" && err != nil:
				t.Errorf("refused: %v", err)
			case test.want != "" && (!errors.As(err, &refused) || !strings.Contains(refused.Reason, test.want)):
				t.Errorf("got %v, want a reason with %q", err, test.want)
			}
		})
	}
}

func TestOpenRefusesASecondFolder(t *testing.T) {
	l := openLibrary(t)
	if again := openLibrary(t); again != l {
		t.Error("opening the same folder again gave another library")
	}
	if _, err := OpenUnchecked(t.TempDir()); err == nil {
		t.Error("another folder was opened beside the first")
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
