package enginetest

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"notso/engine/gguf"
)

// Split writes the model at path once more, into a folder of the test, as the
// given number of files, and returns the path of the first. The metadata are in
// the first part, as llama.cpp's own tool has it; the tensors are dealt out.
func Split(t *testing.T, path string, parts int) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := gguf.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	fields, end := headerFields(b)
	keysEnd := end
	for _, field := range fields {
		if strings.HasPrefix(field.name, "length of name of tensor") {
			keysEnd = field.at
			break
		}
	}
	const start = 24 // of the keys
	stem := filepath.Join(t.TempDir(), "split")
	for i := range parts {
		own := f.Tensors[len(f.Tensors)*i/parts : len(f.Tensors)*(i+1)/parts]
		keys, meta := uint64(3), []byte(nil)
		if i == 0 {
			keys += binary.LittleEndian.Uint64(b[16:])
			meta = slices.Clone(b[start:keysEnd])
		}
		number := func(key string, kind uint32, n uint64, width int) {
			meta = binary.LittleEndian.AppendUint64(meta, uint64(len(key)))
			meta = append(meta, key...)
			meta = binary.LittleEndian.AppendUint32(meta, kind)
			meta = append(meta, binary.LittleEndian.AppendUint64(nil, n)[:width]...)
		}
		number("split.no", 2, uint64(i), 2)
		number("split.count", 2, uint64(parts), 2)
		number("split.tensors.count", 5, uint64(len(f.Tensors)), 4)
		out := []byte("GGUF\x03\x00\x00\x00")
		out = binary.LittleEndian.AppendUint64(out, uint64(len(own)))
		out = append(binary.LittleEndian.AppendUint64(out, keys), meta...)
		var data []byte
		for _, tensor := range own {
			out = append(binary.LittleEndian.AppendUint64(out, uint64(len(tensor.Name))), tensor.Name...)
			out = binary.LittleEndian.AppendUint32(out, uint32(len(tensor.Dims)))
			for _, d := range tensor.Dims {
				out = binary.LittleEndian.AppendUint64(out, d)
			}
			out = binary.LittleEndian.AppendUint32(out, uint32(tensor.Type))
			out = binary.LittleEndian.AppendUint64(out, uint64(len(data)))
			at := f.DataOffset + int64(tensor.Offset)
			data = aligned(append(data, b[at:at+int64(tensor.Size)]...))
		}
		if err := os.WriteFile(fmt.Sprintf("%s-%05d-of-%05d.gguf", stem, i+1, parts), append(aligned(out), data...), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return fmt.Sprintf("%s-%05d-of-%05d.gguf", stem, 1, parts)
}

func aligned(b []byte) []byte { return append(b, make([]byte, -len(b)&31)...) }
