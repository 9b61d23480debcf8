package app

import (
	"flag"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"notso/app/webtest"
)

var (
	picturesDir    = flag.String("pictures", "", "write a picture of each state of the window to this folder, and compare it with the accepted one")
	acceptPictures = flag.Bool("accept", false, "with -pictures: accept them all")
)

const (
	// acceptedDir holds the accepted pictures, each side a quarter of the
	// window's: small enough to keep, and blind to how a machine draws an edge.
	acceptedDir = "../docs/images/states"
	quarter     = 4

	// Pictures are compared by cells of so many pixels a side; tolerated is the
	// mean difference of a cell's channels, of 255, that a caret or another
	// version of a font makes.
	cell      = 8
	tolerated = 12
)

// takePicture writes what the page shows and fails when it no longer looks as
// it was accepted. It does nothing without -pictures.
func takePicture(t *testing.T, p *webtest.Page, name string) {
	t.Helper()
	if *picturesDir == "" {
		return
	}
	if err := os.MkdirAll(*picturesDir, 0o755); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(*picturesDir, name+".png")
	p.Screenshot(path)
	small := shrink(readPicture(t, path))
	acceptedPath := filepath.Join(acceptedDir, name+".png")
	if *acceptPictures {
		writePicture(t, acceptedPath, small)
		return
	}
	if _, err := os.Stat(acceptedPath); err != nil {
		t.Errorf("%s is new: look at it, then accept it with ACCEPT=1", path)
		return
	}
	if d := difference(small, readPicture(t, acceptedPath)); d > tolerated {
		t.Errorf("%s differs from the accepted picture by %.2f: look at both, then mend it or accept it with ACCEPT=1", path, d)
	}
}

// shrink averages squares of quarter by quarter pixels.
func shrink(m image.Image) *image.RGBA {
	size := m.Bounds().Size()
	small := image.NewRGBA(image.Rect(0, 0, size.X/quarter, size.Y/quarter))
	for y := range small.Rect.Dy() {
		for x := range small.Rect.Dx() {
			var r, g, b uint32
			for dy := range quarter {
				for dx := range quarter {
					pr, pg, pb, _ := m.At(m.Bounds().Min.X+x*quarter+dx, m.Bounds().Min.Y+y*quarter+dy).RGBA()
					r, g, b = r+pr>>8, g+pg>>8, b+pb>>8
				}
			}
			const n = quarter * quarter
			small.SetRGBA(x, y, color.RGBA{uint8(r / n), uint8(g / n), uint8(b / n), 255})
		}
	}
	return small
}

// difference is that of the cell that differs most, 255 for pictures that differ
// in size.
func difference(a, b image.Image) (worst float64) {
	if a.Bounds().Size() != b.Bounds().Size() {
		return 255
	}
	size := a.Bounds().Size()
	for y := 0; y < size.Y; y += cell {
		for x := 0; x < size.X; x += cell {
			area := image.Rect(x, y, min(x+cell, size.X), min(y+cell, size.Y))
			worst = max(worst, cellDifference(a, b, area))
		}
	}
	return worst
}

func cellDifference(a, b image.Image, area image.Rectangle) (sum float64) {
	apart := func(x, y uint32) float64 { return float64(max(x, y)-min(x, y)) / 257 }
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			ar, ag, ab, _ := a.At(x, y).RGBA()
			br, bg, bb, _ := b.At(x, y).RGBA()
			sum += apart(ar, br) + apart(ag, bg) + apart(ab, bb)
		}
	}
	return sum / float64(3*area.Dx()*area.Dy())
}

func readPicture(t *testing.T, path string) image.Image {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func writePicture(t *testing.T, path string, m image.Image) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(f, m); err != nil {
		t.Fatal(err)
	}
}
