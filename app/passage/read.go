package passage

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

//go:embed texts/*.txt
var texts embed.FS

// Limits of the user's folder: the longest book of the Bible has 1/4 MiB.
const (
	maxFiles = 500
	maxSize  = 1 << 20 // bytes a file
)

// Passages lists the built-in passages and then those in the folder dir, by
// file name; a file there with the name of a built-in one replaces it. A
// folder that does not exist is empty. A file that cannot be used is left out,
// and a warning says why in a sentence.
func Passages(dir string) ([]Passage, []string) {
	passages, warnings := readAll(texts, "texts")
	if dir == "" {
		return passages, warnings
	}
	added, more := readAll(os.DirFS(dir), ".")
	for _, a := range added {
		passages = place(passages, a)
	}
	return passages, append(warnings, more...)
}

// place puts p where a passage of its file name is, else at the end.
func place(passages []Passage, p Passage) []Passage {
	for i := range passages {
		if passages[i].File == p.File {
			passages[i] = p
			return passages
		}
	}
	return append(passages, p)
}

func readAll(from fs.FS, dir string) ([]Passage, []string) {
	var passages []Passage
	var warnings []string
	entries, err := fs.ReadDir(from, dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, []string{fmt.Sprintf("The passages cannot be read: %v.", err)}
	}
	files := 0
	for _, e := range entries {
		if e.IsDir() || !strings.HasSuffix(strings.ToLower(e.Name()), ".txt") {
			continue
		}
		if files++; files > maxFiles {
			return passages, append(warnings, fmt.Sprintf("Only the first %d passages are read.", maxFiles))
		}
		p, err := readFile(from, dir, e.Name())
		if err != nil {
			warnings = append(warnings, fmt.Sprintf("The passage %s is left out: %v.", e.Name(), err))
			continue
		}
		passages = append(passages, p)
	}
	return passages, warnings
}

func readFile(from fs.FS, dir, name string) (Passage, error) {
	path := name
	if dir != "." {
		path = dir + "/" + name
	}
	if info, err := fs.Stat(from, path); err != nil || !info.Mode().IsRegular() {
		return Passage{}, fmt.Errorf("it is not a plain file")
	}
	f, err := from.Open(path)
	if err != nil {
		return Passage{}, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err != nil {
		return Passage{}, err
	}
	if len(data) > maxSize {
		return Passage{}, fmt.Errorf("it is larger than %d KiB", maxSize>>10)
	}
	p, err := parse(string(data))
	p.File = name
	return p, err
}

// parse reads the format that the package's comment describes.
func parse(text string) (Passage, error) {
	text = strings.TrimPrefix(text, "\ufeff") // some editors begin UTF-8 with it
	if !utf8.ValidString(text) {
		return Passage{}, fmt.Errorf("it is not UTF-8 text")
	}
	verse := regexp.MustCompile(`^(\d+(?::\d+)?)\s+(\S.*)$`)
	var p Passage
	head := true
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		switch m := verse.FindStringSubmatch(line); {
		case strings.ContainsFunc(line, func(r rune) bool { return unicode.IsControl(r) && r != '\t' }):
			return Passage{}, fmt.Errorf("line %d holds a control character", i+1)
		case strings.HasPrefix(line, "#"):
		case line == "":
			head = head && p.Reference == ""
		case head && p.Reference == "":
			p.Reference = line
		case head && p.Translation == "":
			p.Translation = line
		case m == nil:
			return Passage{}, fmt.Errorf("line %d does not begin with the number of a verse", i+1)
		default:
			p.Verses = append(p.Verses, Verse{Number: m[1], Text: m[2]})
		}
	}
	if p.Reference == "" || len(p.Verses) == 0 {
		return Passage{}, fmt.Errorf("it needs a reference, a translation, an empty line, and a verse on each line after it")
	}
	return p, nil
}
