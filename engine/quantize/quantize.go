// Package quantize stores the weights of a model in fewer bits, or in more, with
// llama.cpp's own quantiser.
//
//	result, err := quantize.Run(ctx, quantize.Options{
//		Command: []string{program, "quantize"}, // a process that calls Serve
//		From: "model-f16.gguf", To: "model-Q4_K_M.gguf", Type: "Q4_K_M",
//	}, progress)
//
// llama.cpp can neither be stopped while it does that nor be trusted not to end
// the process, so the work is a child's: its death is an error with a sentence,
// and cancelling ends it. The file is written under another name, checked, and
// gets its own at the end, so that there is a whole one or none.
//
// Run may be called concurrently for different files.
package quantize

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"notso/disk"
	"notso/engine"
	"notso/engine/gguf"
)

// Type is a way to store weights.
type Type struct {
	Name string  // such as "Q4_K_M"
	Bits float64 // of a weight, on average, as measured with 3B models
	code int     // llama.cpp's llama_ftype
}

// Types lists the ways there are, smallest first. Those that need statistics of
// what the weights are used for (an importance matrix) are left out.
func Types() []Type {
	return []Type{
		{"Q2_K", 3.3, 10}, {"Q3_K_S", 3.7, 11}, {"Q3_K_M", 4.1, 12}, {"Q3_K_L", 4.4, 13},
		{"IQ4_XS", 4.5, 30}, {"IQ4_NL", 4.7, 25}, {"Q4_0", 4.7, 2}, {"Q4_K_S", 4.8, 14}, {"Q4_K_M", 5.0, 15}, {"Q4_1", 5.1, 3},
		{"Q5_0", 5.6, 8}, {"Q5_K_S", 5.6, 16}, {"Q5_K_M", 5.8, 17}, {"Q5_1", 6.1, 9}, {"Q6_K", 6.6, 18},
		{"Q8_0", 8.5, 7}, {"F16", 16, 1}, {"BF16", 16, 32}, {"F32", 32, 0},
	}
}

// find returns the type of that name, in any case.
func find(name string) (Type, error) {
	var names []string
	for _, t := range Types() {
		if strings.EqualFold(t.Name, name) {
			return t, nil
		}
		names = append(names, t.Name)
	}
	return Type{}, &TypeError{Name: name, Names: names}
}

// TypeError says that there is no such type.
type TypeError struct {
	Name  string
	Names []string
}

func (e *TypeError) Error() string {
	return fmt.Sprintf("weights cannot be stored as %q; there are %s", e.Name, strings.Join(e.Names, ", "))
}

// RoomError says that the disk lacks room. Both are bytes.
type RoomError struct {
	Dir        string
	Need, Free int64
}

func (e *RoomError) Error() string {
	return fmt.Sprintf("the file needs about %.1f GB, and %s has %.1f GB free", float64(e.Need)/1e9, e.Dir, float64(e.Free)/1e9)
}

// Error says why llama.cpp could not do it. Reason is a clause for people.
type Error struct {
	Reason string
}

func (e *Error) Error() string { return "the weights could not be converted: " + e.Reason }

// Options say what to make of which file.
type Options struct {
	Command []string // the program that calls Serve, and its arguments before those of Serve
	From    string
	To      string // "" is From with the type in its name
	Type    string // name of one of Types

	// Try has the new file write a reply, before it gets its name. Nil: only its
	// header is checked.
	Try func(ctx context.Context, path string) error
}

// Result is what was made.
type Result struct {
	Path      string `json:"path"`
	Type      string `json:"type"`
	SizeBytes int64  `json:"size_bytes"`
	FromBytes int64  `json:"from_bytes"`

	// Again: the weights were quantised before, so that the result is worse than
	// one that is made of the original.
	Again bool `json:"again"`
}

// Run makes the file. progress, which may be nil, is told how many of all
// tensors are done.
// Errors: *TypeError, *RoomError, *engine.ModelFileError, *Error, fs.ErrExist,
// ctx.Err(), and those of Try.
func Run(ctx context.Context, opts Options, progress func(done, total int)) (Result, error) {
	t, err := find(opts.Type)
	if err != nil {
		return Result{}, err
	}
	from, err := gguf.Check(opts.From)
	if err != nil {
		return Result{}, err
	}
	if opts.To == "" {
		opts.To = Name(opts.From, t.Name)
	}
	if _, err := os.Lstat(opts.To); err == nil {
		return Result{}, fmt.Errorf("%s is there already: %w", opts.To, fs.ErrExist)
	}
	dir := filepath.Dir(opts.To)
	if err := checkRoom(dir, SizeBytes(from, t)); err != nil {
		return Result{}, err
	}
	part, err := os.CreateTemp(dir, ".quantize-*.part")
	if err != nil {
		return Result{}, err
	}
	part.Close()
	defer os.Remove(part.Name()) // finds nothing once the file is renamed
	if err := child(ctx, opts.Command, []string{opts.From, part.Name(), fmt.Sprint(t.code)}, progress); err != nil {
		return Result{}, err
	}
	size, err := verify(ctx, from, part.Name(), opts.Try)
	if err != nil {
		return Result{}, err
	}
	if err := settle(part.Name(), opts.To); err != nil {
		return Result{}, err
	}
	return Result{Path: opts.To, Type: t.Name, SizeBytes: size, FromBytes: from.Size, Again: quantised(from)}, nil
}

// verify checks the new file as any other, and beside the one it is made of.
func verify(ctx context.Context, from *gguf.File, path string, try func(context.Context, string) error) (size int64, err error) {
	made, err := gguf.Check(path)
	if file := (*engine.ModelFileError)(nil); errors.As(err, &file) {
		return 0, &Error{Reason: "the result is damaged: " + file.Reason}
	}
	if err != nil {
		return 0, err
	}
	if a, b := from.Summary().Parameters, made.Summary().Parameters; a != b || len(from.Tensors) != len(made.Tensors) {
		return 0, &Error{Reason: fmt.Sprintf("the result has %d weights instead of %d", b, a)}
	}
	if try != nil {
		if err := try(ctx, path); err != nil {
			return 0, fmt.Errorf("try the result: %w", err)
		}
	}
	return made.Size, nil
}

// settle gives the file its name once it is on the disk, and replaces nothing.
func settle(part, path string) error {
	f, err := os.Open(part)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close(), os.Chmod(part, 0o644)); err != nil {
		return err
	}
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("%s is there already: %w", path, fs.ErrExist)
	}
	return os.Rename(part, path)
}

// Name is what a file is called whose weights are stored as kind: the name of
// from with its own kind replaced, or with kind at the end.
func Name(from, kind string) string {
	stem := strings.TrimSuffix(from, filepath.Ext(from))
	dir, base := filepath.Split(stem)
	for _, t := range Types() {
		for _, separator := range []string{"-", ".", "_"} {
			if at := len(base) - len(separator+t.Name); at > 0 && strings.EqualFold(base[at:], separator+t.Name) {
				return dir + base[:at] + separator + kind + ".gguf"
			}
		}
	}
	return stem + "-" + kind + ".gguf"
}

// SizeBytes is about what the file will have.
func SizeBytes(from *gguf.File, t Type) int64 {
	size := from.DataOffset
	for _, tensor := range from.Tensors {
		bits := t.Bits
		if tensor.Elements() == tensor.Dims[0] {
			bits = 32 // vectors stay as they are
		}
		size += int64(float64(tensor.Elements()) * bits / 8)
	}
	return size
}

// quantised tells whether the weights are no longer the original's.
func quantised(f *gguf.File) bool {
	for _, t := range f.Tensors {
		switch t.Type.String() {
		case "F32", "F16", "BF16":
		default:
			return true
		}
	}
	return false
}

// spareRoom stays free on the disk, in bytes.
const spareRoom = 256 << 20

// checkRoom wants room for a file of size bytes, a twentieth more, as the size
// is an estimate, and something to spare.
// Errors: *RoomError.
func checkRoom(dir string, size int64) error {
	free, err := disk.Free(dir)
	if err != nil {
		return fmt.Errorf("look for room in %s: %w", dir, err)
	}
	if need := size + size/20 + spareRoom; need > free {
		return &RoomError{Dir: dir, Need: need, Free: free}
	}
	return nil
}
