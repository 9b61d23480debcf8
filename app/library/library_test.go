package library

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestList(t *testing.T) {
	tests := []struct {
		name  string
		files map[string]int // size by path below the root
		want  []Model        // Path below the root
	}{
		{name: "no folder is an empty one"},
		{
			name:  "models by name, folder by folder",
			files: map[string]int{"own/b.gguf": 2, "own/a.GGUF": 1, "beside/c.gguf": 3, "own/notes.txt": 4},
			want: []Model{
				{Name: "a", Path: "own/a.GGUF", SizeBytes: 1, Parts: 1},
				{Name: "b", Path: "own/b.gguf", SizeBytes: 2, Parts: 1},
				{Name: "c", Path: "beside/c.gguf", SizeBytes: 3, Parts: 1},
			},
		},
		{
			name:  "a split model is shown once, with the size of all parts",
			files: map[string]int{"own/m-00001-of-00003.gguf": 1, "own/m-00002-of-00003.gguf": 2, "own/m-00003-of-00003.gguf": 4},
			want:  []Model{{Name: "m", Path: "own/m-00001-of-00003.gguf", SizeBytes: 7, Parts: 3}},
		},
		{
			name:  "a split model without a part says which",
			files: map[string]int{"own/m-00001-of-00003.gguf": 1, "own/m-00003-of-00003.gguf": 4},
			want:  []Model{{Name: "m", Path: "own/m-00001-of-00003.gguf", SizeBytes: 5, Parts: 3, Problem: "part 2 of 3 is missing"}},
		},
		{
			name:  "a name that only looks split is a whole file",
			files: map[string]int{"own/m-00004-of-00003.gguf": 1},
			want:  []Model{{Name: "m-00004-of-00003", Path: "own/m-00004-of-00003.gguf", SizeBytes: 1, Parts: 1}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			root := tree(t, tt.files)
			got, err := New(Options{Folders: folders(root)}).List()
			if err != nil {
				t.Fatal(err)
			}
			for i := range tt.want {
				tt.want[i].Path = filepath.Join(root, tt.want[i].Path)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("models are %+v, want %+v", got, tt.want)
			}
		})
	}

	t.Run("the header adds what it tells, and what is wrong", func(t *testing.T) {
		root := tree(t, map[string]int{"own/good.gguf": 1, "own/bad.gguf": 1})
		got, err := New(Options{Folders: folders(root), Describe: describe}).List()
		if err != nil || len(got) != 2 {
			t.Fatalf("List gave %+v, %v", got, err)
		}
		if got[0].Problem != "is damaged" || got[1].Quantisation != "Q4_K_M" || got[1].Problem != "" {
			t.Errorf("models are %+v", got)
		}
	})
	t.Run("a file that NOTSO_MODEL names comes first, and once", func(t *testing.T) {
		root := tree(t, map[string]int{"own/a.gguf": 1, "own/b.gguf": 1})
		got, err := New(Options{Folders: folders(root), Chosen: filepath.Join(root, "own", "b.gguf")}).List()
		if err != nil || len(got) != 2 || got[0].Name != "b" {
			t.Errorf("List gave %+v, %v; want b and a", got, err)
		}
	})
	t.Run("a link to a model is no second one", func(t *testing.T) {
		root := tree(t, map[string]int{"own/a.gguf": 1})
		if err := os.MkdirAll(filepath.Join(root, "beside"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(filepath.Join(root, "own", "a.gguf"), filepath.Join(root, "beside", "z.gguf")); err != nil {
			t.Skip("this system makes no links: ", err)
		}
		got, err := New(Options{Folders: folders(root)}).List()
		if err != nil || len(got) != 1 {
			t.Errorf("List gave %+v, %v; want a alone", got, err)
		}
	})
}

func TestPick(t *testing.T) {
	files := map[string]int{"own/bad.gguf": 1, "own/small.gguf": 1, "beside/SmolLM3-Q4.gguf": 1}
	tests := []struct {
		name      string
		files     map[string]int
		chosen    string // below the root when it begins with "own"
		preferred string
		want      string
		wantError string
	}{
		{name: "a SmolLM3 goes first", files: files, want: "beside/SmolLM3-Q4.gguf"},
		{name: "a damaged file is passed over", files: map[string]int{"own/bad.gguf": 1, "own/small.gguf": 1}, want: "own/small.gguf"},
		{name: "the preferred one goes before", files: files, preferred: "small", want: "own/small.gguf"},
		{name: "a preferred one that is gone is passed over", files: files, preferred: "/gone.gguf", want: "beside/SmolLM3-Q4.gguf"},
		{name: "NOTSO_MODEL goes before all", files: files, preferred: "smollm3", chosen: "own/small.gguf", want: "own/small.gguf"},
		{name: "NOTSO_MODEL may be a name", files: files, chosen: "small", want: "own/small.gguf"},
		{name: "NOTSO_MODEL must be there", files: files, chosen: "smal1", wantError: `NOTSO_MODEL: there is no model "smal1"; did you mean small?`},
		{name: "with none it says how to get one", wantError: "no model file was found: fetch one with notso models pull"},
		{name: "with none fit it says how to get one", files: map[string]int{"own/bad.gguf": 1}, wantError: "no model file was found"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			root := tree(t, tt.files)
			if strings.HasPrefix(tt.chosen, "own") {
				tt.chosen = filepath.Join(root, tt.chosen)
			}
			got, err := New(Options{Chosen: tt.chosen, Folders: folders(root), Describe: describe}).Pick(tt.preferred)
			check(t, root, got, err, tt.want, tt.wantError)
		})
	}
	t.Run("having none is an error to branch on", func(t *testing.T) {
		if _, err := New(Options{}).Pick(""); !errors.Is(err, ErrNone) {
			t.Errorf("Pick gave %v, want ErrNone", err)
		}
	})
}

func TestResolve(t *testing.T) {
	files := map[string]int{
		"own/SmolLM3-3B-Q4_K_M.gguf": 1, "own/SmolLM2-135M.gguf": 1, "own/SmolLM2-135M-Q8.gguf": 1,
		"own/big-00001-of-00002.gguf": 1, "own/big-00002-of-00002.gguf": 1, "elsewhere/x.gguf": 1,
	}
	tests := []struct {
		name      string
		asked     string // ROOT stands for the root
		want      string
		wantError string
	}{
		{name: "a path", asked: "ROOT/elsewhere/x.gguf", want: "elsewhere/x.gguf"},
		{name: "a path from the home folder", asked: "~/elsewhere/x.gguf", want: "elsewhere/x.gguf"},
		{name: "a name", asked: "SmolLM3-3B-Q4_K_M", want: "own/SmolLM3-3B-Q4_K_M.gguf"},
		{name: "a file name in small letters", asked: "smollm3-3b-q4_k_m.gguf", want: "own/SmolLM3-3B-Q4_K_M.gguf"},
		{name: "a part that one has", asked: "smollm3", want: "own/SmolLM3-3B-Q4_K_M.gguf"},
		{name: "a name that begins another", asked: "SmolLM2-135M", want: "own/SmolLM2-135M.gguf"},
		{name: "a split model", asked: "big", want: "own/big-00001-of-00002.gguf"},
		{name: "a later part of a split model", asked: "ROOT/own/big-00002-of-00002.gguf", want: "own/big-00001-of-00002.gguf"},
		{name: "a part that two have", asked: "smollm2", wantError: `there is no model "smollm2"; did you mean SmolLM2-135M-Q8 or SmolLM2-135M?`},
		{name: "a typo", asked: "SmolML2-135M", wantError: "did you mean SmolLM2-135M"},
		{name: "a path that is wrong", asked: "/nowhere/SmolLM2-135M.gguf", wantError: "did you mean SmolLM2-135M"},
		{name: "something else", asked: "llama", wantError: `there is no model "llama"; there is`},
		{name: "a folder", asked: "ROOT/own", wantError: "there is no model"},
		{name: "nothing", asked: "", wantError: `there is no model ""`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			root := tree(t, files)
			t.Setenv("HOME", root)
			got, err := New(Options{Folders: folders(root)}).Resolve(strings.ReplaceAll(tt.asked, "ROOT", root))
			check(t, root, got, err, tt.want, tt.wantError)
		})
	}
}

func TestFolders(t *testing.T) {
	tests := []struct {
		name    string
		program string
		want    []string
	}{
		{"a program that does not know where it is", "", []string{"/own"}},
		{"an installed program", "/opt/notso/notso", []string{"/own", "/opt/notso/models"}},
		{"a program in its source tree", "/src/notso/build/bin/notso", []string{"/own", "/src/notso/build/bin/models", "/src/notso/models"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Folders("/own", tt.program); !slices.Equal(got, tt.want) {
				t.Errorf("folders are %q, want %q", got, tt.want)
			}
		})
	}
}

// describe calls every file named bad damaged.
func describe(path string) (Info, error) {
	if strings.HasPrefix(filepath.Base(path), "bad") {
		return Info{}, errors.New(path + ": is damaged")
	}
	return Info{Quantisation: "Q4_K_M"}, nil
}

func check(t *testing.T, root, got string, err error, want, wantError string) {
	t.Helper()
	if wantError != "" {
		if err == nil || !strings.Contains(err.Error(), wantError) {
			t.Errorf("gave %q, %v; want an error that says %q", got, err, wantError)
		}
		return
	}
	if err != nil || got != filepath.Join(root, want) {
		t.Errorf("gave %q, %v; want %s", got, err, want)
	}
}

func folders(root string) []string {
	return []string{filepath.Join(root, "own"), filepath.Join(root, "beside")}
}

func tree(t *testing.T, files map[string]int) string {
	t.Helper()
	root := t.TempDir()
	for name, size := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, make([]byte, size), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}
