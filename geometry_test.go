package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestGeometry(t *testing.T) {
	first := geometry{Width: startWidth, Height: startHeight}
	tests := []struct {
		name   string
		file   string
		want   geometry
		wantOK bool
	}{
		{name: "what was saved comes back", file: `{"x":-20,"y":40,"width":900,"height":700,"maximised":true}`,
			want: geometry{X: -20, Y: 40, Width: 900, Height: 700, Maximised: true}, wantOK: true},
		{name: "a zoom that shows nothing is forgotten", file: `{"width":900,"height":700,"zoom":100000}`, want: geometry{Width: 900, Height: 700}, wantOK: true},
		{name: "a window too small to use is forgotten", file: `{"x":0,"y":0,"width":10,"height":700}`, want: first},
		{name: "a window too large to exist is forgotten", file: `{"x":0,"y":0,"width":900,"height":70000000}`, want: first},
		{name: "an empty file is forgotten", file: ``, want: first},
		{name: "a file of something else is forgotten", file: `[1, 2]`, want: first},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "window.json")
			if err := os.WriteFile(path, []byte(tt.file), 0o600); err != nil {
				t.Fatal(err)
			}
			if got, ok := loadGeometry(path); got != tt.want || ok != tt.wantOK {
				t.Errorf("loaded %+v, %v, want %+v, %v", got, ok, tt.want, tt.wantOK)
			}
		})
	}
	t.Run("save replaces the file and leaves no other", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "window.json")
		want := geometry{X: 1, Y: 2, Width: 640, Height: 480}
		for _, g := range []geometry{first, want} {
			if err := g.save(path); err != nil {
				t.Fatal(err)
			}
		}
		if got, _ := loadGeometry(path); got != want {
			t.Errorf("loaded %+v, want %+v", got, want)
		}
		if files, _ := os.ReadDir(filepath.Dir(path)); len(files) != 1 {
			t.Errorf("the folder holds %v, want the one file", files)
		}
	})
}
