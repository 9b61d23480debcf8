package fetch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"strings"

	"notso/disk"
)

const (
	partSuffix = ".part"
	noteSuffix = ".part.json"
	noteLimit  = 1 << 16 // bytes
)

// note is what is remembered of a download beside its part.
type note struct {
	Request
	ETag    string `json:"etag,omitempty"`    // of what is in the part
	Paused  bool   `json:"paused,omitempty"`  // by the user
	Dropped bool   `json:"dropped,omitempty"` // given up by the user; goes when the program ends
}

// notes reads what an earlier run left in the folder. What cannot be read is no
// download of ours and stays where it is.
func notes(root *os.Root) []note {
	dir, err := root.Open(".")
	if err != nil {
		return nil
	}
	defer dir.Close()
	names, _ := dir.Readdirnames(-1)
	var found []note
	for _, name := range names {
		file, is := strings.CutSuffix(name, noteSuffix)
		if !is || !GoodName(file) {
			continue
		}
		if n, err := readNote(root, file); err == nil {
			found = append(found, n)
		}
	}
	return found
}

func readNote(root *os.Root, name string) (note, error) {
	f, err := root.Open(name + noteSuffix)
	if err != nil {
		return note{}, err
	}
	defer f.Close()
	var n note
	if err := json.NewDecoder(io.LimitReader(f, noteLimit)).Decode(&n); err != nil {
		return note{}, err
	}
	if n.Name != name {
		return note{}, errors.New("it speaks of another file")
	}
	return n, nil
}

// writeNote replaces the note, whole or not at all.
func writeNote(root *os.Root, n note) error {
	data, err := json.MarshalIndent(n, "", "\t")
	if err != nil {
		return err
	}
	temporary := n.Name + noteSuffix + ".tmp"
	err = root.WriteFile(temporary, append(data, '\n'), 0o600)
	if err == nil {
		err = root.Rename(temporary, n.Name+noteSuffix)
	}
	if err != nil {
		root.Remove(temporary)
	}
	return err
}

// part is the file that grows. It belongs to one process as long as it is open.
type part struct {
	root *os.Root
	name string
	file *os.File
	size int64
}

// openPart opens or begins the part of a file. Errors: ErrElsewhere.
func openPart(root *os.Root, name string) (*part, error) {
	f, err := root.OpenFile(name+partSuffix, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	p := &part{root: root, name: name, file: f}
	if err := disk.Lock(f); err != nil {
		f.Close()
		if errors.Is(err, disk.ErrLocked) {
			err = ErrElsewhere
		}
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is no plain file", name+partSuffix)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	p.size = info.Size()
	return p, nil
}

func (p *part) close() {
	if p.file != nil {
		p.file.Close()
		p.file = nil
	}
}

func (p *part) write(data []byte) error {
	n, err := p.file.WriteAt(data, p.size)
	p.size += int64(n)
	return err
}

// empty begins anew.
func (p *part) empty() error {
	p.size = 0
	return p.file.Truncate(0)
}

// sum reads the part and returns its SHA-256 in hex. told hears of the bytes
// that are read.
func (p *part) sum(ctx context.Context, told func(int64)) (string, error) {
	hash := sha256.New()
	buf := make([]byte, 1<<20)
	for at := int64(0); ; {
		if ctx.Err() != nil {
			return "", context.Cause(ctx)
		}
		n, err := p.file.ReadAt(buf, at)
		hash.Write(buf[:n])
		at += int64(n)
		told(at)
		if errors.Is(err, io.EOF) {
			return hex.EncodeToString(hash.Sum(nil)), nil
		}
		if err != nil {
			return "", err
		}
	}
}

// finish gives the part its name once it is on the disk. It never takes the
// place of a file that is there. Errors: ErrExists.
func (p *part) finish() error {
	if _, err := p.root.Lstat(p.name); err == nil {
		return ErrExists
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := p.file.Sync(); err != nil {
		return err
	}
	if runtime.GOOS == "windows" {
		p.close() // what is open cannot be renamed there
	}
	if err := p.root.Rename(p.name+partSuffix, p.name); err != nil {
		return err
	}
	p.close()
	if dir, err := p.root.Open("."); err == nil {
		dir.Sync() // not every system can
		dir.Close()
	}
	return p.root.Remove(p.name + noteSuffix)
}

// remove throws a part and its note away, unless another process has it.
func remove(root *os.Root, name string) {
	p, err := openPart(root, name)
	if err != nil {
		return
	}
	if runtime.GOOS == "windows" {
		p.close()
	}
	root.Remove(name + partSuffix)
	root.Remove(name + noteSuffix)
	p.close()
}
