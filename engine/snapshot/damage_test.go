package snapshot

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"notso/engine/llama"
)

// A damaged file never gives a state, be it read when the folder is opened or
// damaged while it is open, and is gone afterwards.
func TestDamagedFilesAreNotUsed(t *testing.T) {
	dir, tokens := t.TempDir(), prompt(1, 100)
	put(t, open(t, dir), tokens)
	paths, _ := filepath.Glob(filepath.Join(dir, "*.kv"))
	if len(paths) != 1 {
		t.Fatalf("there are %v", paths)
	}
	path := paths[0]
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	cases := damages(whole, tokens)
	if len(cases) < 500 {
		t.Fatalf("only %d damages", len(cases))
	}
	write := func(data []byte) {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	used := func(s *Store) bool {
		for _, part := range s.Find(tokens, 0) {
			if _, err := s.Read(part.Block); err == nil {
				return true
			}
		}
		return false
	}
	for name, data := range cases {
		write(data)
		if used(open(t, dir)) {
			t.Errorf("%s: it was used", name)
		}
		if n := count(t, dir, "*"); n != 0 {
			t.Errorf("%s: it was not deleted", name)
		}
		write(whole)
		s := open(t, dir)
		write(data)
		if used(s) {
			t.Errorf("%s while the store was open: it was used", name)
		}
		if n := count(t, dir, "*"); n != 0 {
			t.Errorf("%s while the store was open: it was not deleted", name)
		}
	}
	write(whole)
	if !used(open(t, dir)) {
		t.Error("the file without damage was not used")
	}
}

// damages are files that were cut, flipped, replaced in part, or written with a
// wrong field and right checksums.
func damages(whole []byte, tokens []llama.Token) map[string][]byte {
	random := rand.New(rand.NewPCG(3, 4))
	cases := make(map[string][]byte)
	header := int(headerBytes(len(tokens)))
	for _, n := range []int{0, 1, 8, 59, fixedBytes, header - 1, header, header + 1, len(whole) - 1} {
		cases[fmt.Sprintf("cut to %d bytes", n)] = whole[:n]
	}
	for range 200 {
		n := random.IntN(len(whole))
		cases[fmt.Sprintf("cut to %d bytes", n)] = whole[:n]
	}
	flip := func(at, bit int) {
		data := bytes.Clone(whole)
		data[at] ^= 1 << bit
		cases[fmt.Sprintf("bit %d of byte %d flipped", bit, at)] = data
	}
	for at := range fixedBytes {
		flip(at, random.IntN(8))
	}
	for range 200 {
		flip(random.IntN(len(whole)), random.IntN(8))
	}
	for i := range 60 {
		data := bytes.Clone(whole)
		from := random.IntN(len(data) - 64)
		for j := range 64 {
			data[from+j] = byte(random.Uint32())
		}
		cases[fmt.Sprintf("noise %d at %d", i, from)] = data
	}
	cases["a longer file"] = append(bytes.Clone(whole), 0)
	cases["zeroes"] = make([]byte, len(whole))
	cases["half zeroes"] = append(bytes.Clone(whole[:len(whole)/2]), make([]byte, len(whole)-len(whole)/2)...)
	for name, change := range map[string]func(header []byte){
		"another magic":                  func(h []byte) { h[0] = 'X' },
		"a newer version":                func(h []byte) { binary.LittleEndian.PutUint32(h[8:], version+1) },
		"one token less":                 func(h []byte) { binary.LittleEndian.PutUint32(h[12:], uint32(len(tokens)-1)) },
		"no tokens":                      func(h []byte) { binary.LittleEndian.PutUint32(h[12:], 0) },
		"4 billion tokens":               func(h []byte) { binary.LittleEndian.PutUint32(h[12:], 1<<32-1) },
		"16 million tokens":              func(h []byte) { binary.LittleEndian.PutUint32(h[12:], maxTokens) },
		"a shorter state":                func(h []byte) { binary.LittleEndian.PutUint64(h[16:], 16) },
		"a longer state":                 func(h []byte) { binary.LittleEndian.PutUint64(h[16:], 1<<40) },
		"a negative state":               func(h []byte) { binary.LittleEndian.PutUint64(h[16:], 1<<63) },
		"no state":                       func(h []byte) { binary.LittleEndian.PutUint64(h[16:], 0) },
		"the checksum of another state":  func(h []byte) { h[24]++ },
		"another parent":                 func(h []byte) { h[28]++ },
		"another key":                    func(h []byte) { h[44]++ },
		"another token":                  func(h []byte) { h[fixedBytes+4*50]++ },
		"another parent, key made right": func(h []byte) { h[28]++; rename(h, tokens) },
	} {
		data := bytes.Clone(whole)
		change(data[:header])
		binary.LittleEndian.PutUint32(data[header-sumBytes:], checksum(data[:header-sumBytes]))
		cases[name] = data
	}
	return cases
}

// rename gives a header the key that its parent and tokens make.
func rename(header []byte, tokens []llama.Token) {
	key := Key(header[28:44]).next(tokens)
	copy(header[44:], key[:])
}
