package main

import (
	"encoding/json"
	"os"
	"path/filepath"
)

// The window's size where none is remembered, and the least it can have, in
// pixels.
const (
	startWidth, startHeight = 1080, 760
	leastWidth, leastHeight = 360, 480
)

// How large the page's contents can be, in percent.
const leastZoom, mostZoom = 50, 300

// geometry is where the window was when it closed.
type geometry struct {
	X         int  `json:"x"`
	Y         int  `json:"y"`
	Width     int  `json:"width"`
	Height    int  `json:"height"`
	Maximised bool `json:"maximised"`
	Zoom      int  `json:"zoom,omitempty"` // percent; 0 is 100
}

// loadGeometry reads path. ok is false, and the size that of a first start,
// where there is nothing there to rely on.
func loadGeometry(path string) (g geometry, ok bool) {
	first := geometry{Width: startWidth, Height: startHeight}
	data, err := os.ReadFile(path)
	if err != nil || json.Unmarshal(data, &g) != nil {
		return first, false
	}
	const most = 1 << 15 // what X11 can address
	if g.Width < leastWidth || g.Width > most || g.Height < leastHeight || g.Height > most {
		return first, false
	}
	if g.Zoom < leastZoom || g.Zoom > mostZoom {
		g.Zoom = 0
	}
	return g, true
}

// save replaces what is at path.
func (g geometry) save(path string) error {
	data, err := json.Marshal(g)
	if err != nil {
		return err
	}
	temporary, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name()) // where it is still there
	_, err = temporary.Write(data)
	if closing := temporary.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return err
	}
	return os.Rename(temporary.Name(), path)
}
