package synthetic

import (
	"hash/fnv"
	"io"
	"math/rand/v2"
	"slices"

	"notso/engine/gguf"
)

// ggml's K-quants: 256 weights a block.
const (
	q4K gguf.TensorType = 12
	q6K gguf.TensorType = 14

	blockWeights = 256
	q4KBytes     = 144
	q6KBytes     = 210
)

// addTensors adds the tensors in the types that llama.cpp's
// quantiser gives them for Q4_K_M: Q6_K for the embedding, which is the output
// too, and for values and the feed-forward's way down in the layers that
// moreBits names; norms in F32; the rest Q4_K.
func (s Shape) addTensors(w *gguf.Writer) {
	width := uint64(s.Width)
	s.addMatrix(w, "token_embd.weight", q6K, width, uint64(s.Vocabulary))
	for i := range s.Layers {
		some := q4K
		if moreBits(i, s.Layers) {
			some = q6K
		}
		s.addBlock(w, i, some)
	}
	norm := "output_norm.weight"
	if s.architecture() == "lfm2" {
		norm = "token_embd_norm.weight"
	}
	addNorm(w, norm, width)
}

// moreBits is llama.cpp's use_more_bits: the first and last eighth of the
// layers, and every third between.
func moreBits(layer, layers int) bool {
	return layer < layers/8 || layer >= 7*layers/8 || (layer-layers/8)%3 == 2
}

func addNorm(w *gguf.Writer, name string, n uint64) {
	w.Add(name, gguf.F32, []uint64{n}, gguf.Float32s(slices.Repeat([]float32{1}, int(n))))
}

// addMatrix adds rows of in weights each. The embedding's rows of the special
// tokens are zero, so that their logits are: no reply ends before its limit.
func (s Shape) addMatrix(w *gguf.Writer, name string, t gguf.TensorType, in, rows uint64) {
	blocks := rows * in / blockWeights
	silent := blocks
	if name == "token_embd.weight" {
		silent -= specials * in / blockWeights
	}
	w.Add(name, t, []uint64{in, rows}, func(out io.Writer) error {
		return writeBlocks(out, name, t, blocks, silent)
	})
}

// writeBlocks writes random blocks; those from silent on stand for zeros.
func writeBlocks(out io.Writer, name string, t gguf.TensorType, blocks, silent uint64) error {
	const chunk = 4096 // blocks
	size, scale := q4KBytes, scaleQ4K
	if t == q6K {
		size, scale = q6KBytes, scaleQ6K
	}
	seed := fnv.New64a()
	io.WriteString(seed, name)
	random := rand.NewChaCha8([32]byte(slices.Repeat(seed.Sum(nil), 4)))
	buffer := make([]byte, chunk*size)
	for from := uint64(0); from < blocks; from += chunk {
		n := min(chunk, blocks-from)
		part := buffer[:n*uint64(size)]
		random.Read(part) // never fails
		for i := range n {
			scale(part[i*uint64(size):][:size], from+i >= silent)
		}
		if _, err := out.Write(part); err != nil {
			return err
		}
	}
	return nil
}

// step is the scale of a block as an f16, 1.4e-4. With the scales below it makes
// weights of a standard deviation of 0.02, the usual one of untrained models.
const step = 0x0892

// scaleQ4K sets the scales of a block of ggml's block_q4_K: d, dmin (f16), eight
// scales and eight minima of 6 bits in 12 bytes, 128 bytes of weights. A weight
// is d·32·q − dmin·32, with q from 0 to 15 and dmin = 7.5·d.
func scaleQ4K(block []byte, zero bool) {
	const minimum = 0x1449 // 7.5 times step, as an f16
	put(block[0:], step, zero)
	put(block[2:], minimum, zero)
	const low, high = 32 | 2<<6, 0 // 32 in all sixteen
	copy(block[4:], []byte{low, low, low, low, low, low, low, low, high, high, high, high})
}

// scaleQ6K sets the scales of a block of ggml's block_q6_K: 192 bytes of
// weights, sixteen scales of 8 bits, d (f16). A weight is d·8·(q − 32), with q
// from 0 to 63.
func scaleQ6K(block []byte, zero bool) {
	for i := range 16 {
		block[192+i] = 8
	}
	put(block[208:], step, zero)
}

func put(b []byte, f16 uint16, zero bool) {
	if zero {
		f16 = 0
	}
	b[0], b[1] = byte(f16), byte(f16>>8)
}
