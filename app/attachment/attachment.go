// Package attachment reads files whose text goes into a prompt: text, Markdown,
// code, tables and PDF.
//
// Read takes a file and returns its text as UTF-8, or refuses with a
// *words.Problem: what holds no text, what is too large, an image. PDF files are
// read in a process of their own, since a damaged one can make its reader fail,
// run for ever or fill the memory (see Process and Serve). Prompt frames texts
// for the model, so that they are data and cannot pass for anything else.
//
// Its functions keep no state and may be called concurrently.
package attachment

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"notso/app/chat"
	"notso/app/words"
)

const (
	// MaxBytes is the largest file that is read. PDF files are mostly pictures.
	MaxBytes = 32 << 20

	// MaxText is the most text that one file may hold, in bytes: some 500,000
	// tokens, four times the longest context.
	MaxText = 2 << 20

	// maxName is how much of a file's name is kept, in runes.
	maxName = 120
)

// PDFReader returns the text of a PDF file.
type PDFReader func(ctx context.Context, file []byte) (string, error)

// Read reads the file at path. Errors: *words.Problem, those of the file system.
func Read(ctx context.Context, path string, pdf PDFReader) (chat.Attachment, error) {
	name := filepath.Base(path)
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return chat.Attachment{}, words.Fail("attach.gone", name)
	case err != nil:
		return chat.Attachment{}, err
	case !info.Mode().IsRegular():
		return chat.Attachment{}, words.Fail("attach.no_file", name)
	case info.Size() > MaxBytes:
		return chat.Attachment{}, words.Fail("attach.too_large", name, MaxBytes>>20)
	}
	f, err := os.Open(path)
	if err != nil {
		return chat.Attachment{}, err
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, MaxBytes))
	if err != nil {
		return chat.Attachment{}, err
	}
	return Of(ctx, name, content, pdf)
}

// Of is Read for a file that is in memory.
func Of(ctx context.Context, name string, content []byte, pdf PDFReader) (chat.Attachment, error) {
	a := chat.Attachment{Name: plainName(name), Bytes: int64(len(content))}
	a.Kind = kind(name, content)
	var err error
	switch {
	case a.Kind == "image":
		return a, words.Fail("attach.image", a.Name)
	case a.Kind != "pdf":
		if a.Text, err = decode(content); err != nil {
			return a, words.Fail("attach.binary", a.Name)
		}
	case pdf == nil:
		return a, words.Fail("attach.no_pdf", a.Name)
	default:
		if a.Text, err = pdf(ctx, content); err != nil {
			return a, words.Fail("attach.pdf", a.Name)
		}
	}
	a.Text = strings.TrimRight(strings.ReplaceAll(a.Text, "\r\n", "\n"), " \n\t\f")
	switch {
	case a.Kind == "pdf" && strings.TrimSpace(a.Text) == "":
		return a, words.Fail("attach.pdf_empty", a.Name)
	case strings.TrimSpace(a.Text) == "":
		return a, words.Fail("attach.empty", a.Name)
	case len(a.Text) > MaxText:
		return a, words.Fail("attach.too_long", a.Name)
	}
	return a, nil
}

// plainName keeps what a person can read of a file's name.
func plainName(name string) string {
	name = strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) {
			return -1
		}
		return c
	}, strings.ToValidUTF8(name, ""))
	if r := []rune(name); len(r) > maxName {
		end := filepath.Ext(name)
		if len(end) > 20 {
			end = ""
		}
		name = string(r[:maxName-len([]rune(end))-1]) + "…" + end
	}
	if strings.TrimSpace(name) == "" {
		return "file"
	}
	return name
}

// kind says what a file is, by its beginning, then by its name: pdf, image,
// markdown, csv, code or text.
func kind(name string, content []byte) string {
	for _, magic := range []string{"\x89PNG", "\xff\xd8\xff", "GIF8", "BM6", "II*\x00", "MM\x00*", "\x00\x00\x01\x00"} {
		if bytes.HasPrefix(content, []byte(magic)) {
			return "image"
		}
	}
	if len(content) > 12 && (string(content[8:12]) == "WEBP" || string(content[4:12]) == "ftypavif" || string(content[4:12]) == "ftypheic") {
		return "image"
	}
	// The mark may stand anywhere in the first kilobyte.
	if bytes.Contains(content[:min(len(content), 1024)], []byte("%PDF-")) {
		return "pdf"
	}
	switch end := strings.ToLower(filepath.Ext(name)); end {
	case ".md", ".markdown":
		return "markdown"
	case ".csv", ".tsv":
		return "csv"
	case "", ".txt", ".text", ".log":
		return "text"
	default:
		return "code"
	}
}
