package enginetest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// Damage returns a damaged copy of the GGUF file src and says what is wrong with
// it. Half of the seeds change one field of the header (a count, a type, a
// length, a dimension, an offset, a value, a token), the others flip bits or cut
// the file. The same seed does the same to the same file.
//
// src must be intact. A damaged file is not always useless: a flipped bit in the
// weights or in a name changes nothing that a loader could notice.
func Damage(seed int64, src []byte) (damaged []byte, what string) {
	random := rand.New(rand.NewPCG(uint64(seed), 0x6767_7566))
	fields, end := headerFields(src)
	for {
		damaged = bytes.Clone(src)
		switch random.IntN(8) {
		case 0, 1, 2, 3:
			what = changeField(random, damaged, fields, anyKind(random))
		case 4, 5:
			what = flipBits(random, damaged, end)
		default:
			damaged, what = cut(random, damaged, fields, end)
		}
		if !bytes.Equal(damaged, src) {
			return damaged, what
		}
	}
}

// kind is what a field means, and so what is likely to go wrong with it.
type kind int

const (
	number    kind = iota // an integer whose value is free
	parameter             // the same, of the model's shape and its tokenizer
	item                  // one of many in an array
	count                 // how many things follow
	valueType             // of a metadata value
	tensorType
	float
	text
	token // a text of a list that may not hold it twice
	kinds
)

// field is a part of the header.
type field struct {
	name  string
	kind  kind
	at, n int // its bytes
}

// anyKind goes by kind first: otherwise the tokens would drown everything else.
func anyKind(random *rand.Rand) kind { return kind(random.IntN(int(kinds))) }

// changeField changes one field of kind k.
func changeField(random *rand.Rand, b []byte, fields []field, k kind) string {
	of := slices.DeleteFunc(slices.Clone(fields), func(f field) bool { return f.kind != k || f.n == 0 })
	if len(of) == 0 {
		return ""
	}
	f := of[random.IntN(len(of))]
	raw := b[f.at : f.at+f.n]
	old := bytes.Clone(raw)
	switch k {
	case number, parameter, count, item:
		putUint(raw, wrongNumber(random, getUint(raw)))
	case valueType:
		putUint(raw, uint64(random.IntN(16)))
	case tensorType:
		putUint(raw, uint64(random.IntN(45)))
	case float:
		wrong := []float64{0, -1, 1e-30, 1e30, math.NaN(), math.Inf(1), math.Inf(-1)}
		putFloat(raw, wrong[random.IntN(len(wrong))])
	case text:
		raw[random.IntN(f.n)] = byte(random.IntN(256))
	case token:
		twin := of[random.IntN(len(of))]
		if twin.n == f.n && random.IntN(2) == 0 {
			copy(raw, b[twin.at:twin.at+twin.n])
		} else {
			raw[random.IntN(f.n)] ^= 1 << random.IntN(8)
		}
	}
	return fmt.Sprintf("%s: % x became % x", f.name, clip(old), clip(raw))
}

// wrongNumber is a value near the old one, or one that is famous for trouble.
func wrongNumber(random *rand.Rand, old uint64) uint64 {
	switch wrong := []uint64{0, 1, old + 1, old - 1, old * 2, old / 2, 3, 1<<31 - 1, 1 << 31, 1<<32 - 1, math.MaxUint64}; random.IntN(3) {
	case 0:
		return old ^ 1<<random.IntN(64)
	default:
		return wrong[random.IntN(len(wrong))]
	}
}

// flipBits flips a few bits, mostly in the header, which is short beside the weights.
func flipBits(random *rand.Rand, b []byte, header int) string {
	end := len(b)
	if random.IntN(4) > 0 {
		end = header
	}
	n := 1 + random.IntN(16)
	for range n {
		b[random.IntN(end)] ^= 1 << random.IntN(8)
	}
	return fmt.Sprintf("%d bits flipped in the first %d bytes", n, end)
}

// cut ends the file somewhere, in one of two cases before or within a field.
func cut(random *rand.Rand, b []byte, fields []field, header int) ([]byte, string) {
	at := random.IntN(len(b))
	switch random.IntN(4) {
	case 0:
		at = random.IntN(header)
	case 1:
		f := fields[random.IntN(len(fields))]
		at = f.at + random.IntN(f.n+1)
	}
	return b[:at], fmt.Sprintf("cut to %d of %d bytes", at, len(b))
}

func clip(b []byte) []byte { return b[:min(len(b), 16)] }

func getUint(raw []byte) uint64 {
	var wide [8]byte
	copy(wide[:], raw)
	return binary.LittleEndian.Uint64(wide[:])
}

func putUint(raw []byte, n uint64) {
	var wide [8]byte
	binary.LittleEndian.PutUint64(wide[:], n)
	copy(raw, wide[:])
}

func putFloat(raw []byte, x float64) {
	if len(raw) == 4 {
		putUint(raw, uint64(math.Float32bits(float32(x))))
		return
	}
	putUint(raw, math.Float64bits(x))
}

// DamageField is Damage that always changes one field of the header, every second
// time one of the numbers that say how a model is built: those a loader computes
// with.
func DamageField(seed int64, src []byte) (damaged []byte, what string) {
	random := rand.New(rand.NewPCG(uint64(seed), 0x6669_656c))
	fields, _ := headerFields(src)
	for {
		damaged = bytes.Clone(src)
		k := parameter
		if random.IntN(2) == 0 {
			k = anyKind(random)
		}
		if what = changeField(random, damaged, fields, k); !bytes.Equal(damaged, src) {
			return damaged, what
		}
	}
}
