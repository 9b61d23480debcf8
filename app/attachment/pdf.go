package attachment

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"runtime/metrics"
	"strings"
	"time"

	"github.com/ledongthuc/pdf"
)

const (
	// PDFTime bounds the work on one file. A book of 1,000 pages takes 5 s.
	PDFTime = 20 * time.Second

	// pdfMemory bounds the memory of the process, in bytes: thirty times the
	// largest file.
	pdfMemory = 1 << 30

	// pdfPages is the most pages that are read.
	pdfPages = 5000
)

// Process returns a reader that starts command for every file, and ends it after
// limit. The command is to call Serve.
func Process(limit time.Duration, command ...string) PDFReader {
	return func(ctx context.Context, file []byte) (string, error) {
		ctx, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		cmd := exec.CommandContext(ctx, command[0], command[1:]...)
		cmd.Stdin = bytes.NewReader(file)
		cmd.Env = []string{"GOMAXPROCS=1"}
		cmd.WaitDelay = time.Second
		out, err := cmd.StdoutPipe()
		if err != nil {
			return "", err
		}
		apart(cmd)
		if err := cmd.Start(); err != nil {
			return "", fmt.Errorf("read a PDF file: %w", err)
		}
		text, err := io.ReadAll(io.LimitReader(out, MaxText+1))
		if err != nil || len(text) > MaxText {
			cancel() // it may write for ever
		}
		if werr := cmd.Wait(); werr != nil && len(text) <= MaxText {
			return "", fmt.Errorf("read a PDF file: %w", werr)
		}
		return string(text), err
	}
}

// Serve reads one PDF file from in and writes its text to out. It is for a
// process that does nothing else: it ends the process when it takes too much
// memory.
func Serve(in io.Reader, out io.Writer) (err error) {
	limit(pdfMemory, PDFTime)
	go guardMemory()
	defer func() {
		if v := recover(); v != nil { // the reader panics at what it does not expect
			err = fmt.Errorf("a damaged PDF file: %v", v)
		}
	}()
	file, err := io.ReadAll(io.LimitReader(in, MaxBytes))
	if err != nil {
		return err
	}
	if at := bytes.Index(file[:min(len(file), 1024)], []byte("%PDF-")); at > 0 {
		file = file[at:]
	}
	r, err := pdf.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return err
	}
	if r.NumPage() > pdfPages {
		return errors.New("too many pages")
	}
	written := 0
	for i := 1; i <= r.NumPage() && written <= MaxText; i++ {
		text := pageText(r.Page(i))
		n, err := io.WriteString(out, text)
		if err != nil {
			return err
		}
		written += n
	}
	return nil
}

// pageText is the text of a page, line by line, empty where it cannot be read. A
// line ends where the next glyph stands higher or lower; a space is a gap.
func pageText(page pdf.Page) (text string) {
	defer func() {
		if recover() != nil {
			text = ""
		}
	}()
	if page.V.IsNull() {
		return ""
	}
	var out strings.Builder
	var last pdf.Text
	for _, glyph := range page.Content().Text {
		size := max(glyph.FontSize, 1)
		switch gap := glyph.X - last.X - last.W; {
		case out.Len() == 0:
		case math.Abs(glyph.Y-last.Y) > size*2:
			out.WriteString("\n\n")
		case math.Abs(glyph.Y-last.Y) > size/2:
			out.WriteByte('\n')
		case (gap > size/5 || gap < -size) && last.S != " " && glyph.S != " ":
			out.WriteByte(' ')
		}
		out.WriteString(glyph.S)
		last = glyph
	}
	return strings.TrimSpace(out.String()) + "\n\n"
}

// guardMemory ends the process when its heap has grown over pdfMemory.
func guardMemory() {
	heap := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	for ; ; time.Sleep(20 * time.Millisecond) {
		if metrics.Read(heap); heap[0].Value.Uint64() > pdfMemory {
			os.Exit(1)
		}
	}
}
