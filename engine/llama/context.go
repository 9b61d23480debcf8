package llama

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"sync/atomic"
	"unsafe"

	yzma "github.com/hybridgroup/yzma/pkg/llama"
)

var (
	// ErrNoSlot: the KV cache has no room for the batch. Nothing was evaluated.
	ErrNoSlot = errors.New("no room in the KV cache")

	// ErrAborted: Abort ended the batch. None of it counts; remove from each of
	// its sequences what it may have left behind.
	ErrAborted = errors.New("decode aborted")
)

// KVType is the number format of the KV cache.
type KVType string

const (
	KVFloat16 KVType = "f16"
	KVQuant8  KVType = "q8_0" // 53 % of the memory, needs flash attention
)

// ContextOptions sets the size of a context. The defaults of the library stand
// for everything else, except that the KV cache is one buffer for all sequences
// (so that any of them may fill it, and copies share cells), that sliding
// windows are kept whole (so that a sequence can be cut anywhere) and that
// llama.cpp measures no times of its own.
type ContextOptions struct {
	Length      int // tokens in the KV cache, all sequences together
	Sequences   int // most sequences
	BatchTokens int // most tokens in one Decode, evaluated at once
	Threads     int
	KVType      KVType // "" is KVFloat16

	// Yarn stretches the positions, for a context so many times as long as the
	// Trained one, in tokens. 0: as the model's file has it.
	Yarn    int
	Trained int
}

// Context evaluates batches with one model and owns their KV cache. One
// goroutine uses it at a time; only Abort may be called by others.
type Context struct {
	library *Library
	handle  yzma.Context
	memory  yzma.Memory
	vocab   int
	pool    pool

	// stop is what llama.cpp's abort callback reads, see Abort: a C string of
	// length 1 while the decode shall stop, else of length 0.
	stop *atomic.Uint32
	pin  runtime.Pinner
}

// NewContext allocates the KV cache and the buffers for a batch.
func (m *Model) NewContext(opts ContextOptions) (*Context, error) {
	c := &Context{library: m.library, vocab: m.vocab.size, stop: new(atomic.Uint32), pool: pool{size: opts.Threads}}
	params := yzma.ContextDefaultParams()
	params.NCtx = uint32(opts.Length)
	params.NBatch = uint32(opts.BatchTokens)
	params.NUbatch = uint32(opts.BatchTokens)
	params.NSeqMax = uint32(opts.Sequences)
	params.NOutputsMax = uint32(opts.Sequences)
	params.NThreads = int32(opts.Threads)
	params.NThreadsBatch = int32(opts.Threads)
	params.KVUnified = 1
	params.SwaFull = 1
	params.NoPerf = 1
	if opts.Yarn > 0 {
		params.RopeScalingType = yzma.RopeScalingTypeYARN
		params.RopeFreqScale = 1 / float32(opts.Yarn)
		params.YarnOrigCtx = uint32(opts.Trained)
	}
	switch opts.KVType {
	case KVFloat16, "":
		params.TypeK, params.TypeV = yzma.GGMLTypeF16, yzma.GGMLTypeF16
	case KVQuant8:
		params.TypeK, params.TypeV = yzma.GGMLTypeQ8_0, yzma.GGMLTypeQ8_0
	default:
		return nil, fmt.Errorf("a KV cache of type %q is unknown", opts.KVType)
	}
	c.pin.Pin(c.stop)
	params.AbortCallback = m.library.strlen
	params.AbortCallbackData = uintptr(unsafe.Pointer(c.stop))

	m.library.log.forget()
	handle, err := yzma.InitFromModel(m.handle, params)
	if err != nil {
		c.pin.Unpin()
		return nil, fmt.Errorf("make a context of %d tokens: %s", opts.Length, m.library.log.reason())
	}
	c.handle = handle
	if c.memory, err = yzma.GetMemory(handle); err != nil {
		c.Close()
		return nil, fmt.Errorf("make a context of %d tokens: %w", opts.Length, err)
	}
	return c, nil
}

// Close frees the KV cache.
func (c *Context) Close() error {
	if c.handle == 0 {
		return nil
	}
	err := yzma.Free(c.handle)
	c.handle = 0
	c.closePool()
	c.pin.Unpin()
	return err
}

// Length is the number of tokens that the KV cache holds, all sequences together.
func (c *Context) Length() int { return int(yzma.NCtx(c.handle)) }

// Decode evaluates the batch. The positions that it adds to a sequence must
// follow on what the sequence has.
// Errors: ErrNoSlot, ErrAborted; after any other the batch's sequences are in
// doubt and must be removed.
func (c *Context) Decode(b *Batch) error {
	c.library.log.forget()
	code, err := yzma.Decode(c.handle, b.c)
	switch {
	case err != nil:
		return fmt.Errorf("decode %d tokens: %w", b.Len(), err)
	case code == 0:
		return nil
	case code == 1:
		return ErrNoSlot
	case code == 2:
		return ErrAborted
	default:
		return fmt.Errorf("decode %d tokens: code %d: %s", b.Len(), code, c.library.log.reason())
	}
}

// Abort sets whether decodes stop: one that runs on the CPU does so before its
// next operation, later ones at once. On a GPU they run to their end. Any
// goroutine may call it.
//
// llama.cpp asks its abort callback before each of the thousand operations of a
// token, where a callback into Go would cost more than 2 % of a small model's
// time. C's strlen serves instead: given the address of stop, its result is
// true (1) or false (0) by stop's first byte.
func (c *Context) Abort(stop bool) {
	if stop {
		c.stop.Store(stopText)
	} else {
		c.stop.Store(0)
	}
}

// stopText is a C string of length 1 in either byte order.
const stopText = math.MaxUint8<<24 | math.MaxUint8

// Logits returns the log-odds after the token at index of the last batch,
// [vocab]float32. They stand until the next Decode.
func (c *Context) Logits(index int) ([]float32, error) {
	logits, err := yzma.GetLogitsIth(c.handle, int32(index), c.vocab)
	if err != nil {
		return nil, err
	}
	if logits == nil {
		return nil, fmt.Errorf("token %d of the batch has no logits", index)
	}
	return logits, nil
}
