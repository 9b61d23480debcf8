package snapshot

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"time"

	"notso/engine/llama"
)

// A file is a header and the state. Numbers are little-endian.
//
//	 0  magic
//	 8  uint32    version
//	12  uint32    n, number of tokens
//	16  uint64    length of the state in bytes
//	24  uint32    CRC-32C of the state
//	28  [16]byte  the parent's key
//	44  [16]byte  the block's key
//	60  [16]byte  the engine build, hashed
//	76  [n]int32  tokens
//	    uint32    CRC-32C of all above
//
// The checksums are against accidents: whoever may write here owns the chats.
// CRC-32C finds every damage of up to 32 bits in a row and all but one in 4
// billion of others, at 15 GB/s. SHA-256 has 1 GB/s, and would take longer than
// llama.cpp does for the state.
const (
	magic      = "NOTSOKV\n"
	version    = 2 // since the engine build is in it
	fixedBytes = 76
	sumBytes   = 4

	// maxTokens is far beyond any context; a count above it is damage.
	maxTokens = 1 << 24
)

// errDamaged: a file is not what its name says, or not whole.
var errDamaged = errors.New("damaged snapshot")

// Block is a file of a Store.
type Block struct {
	parent, key Key
	build       Key // of the engine that made the state
	tokens      []llama.Token
	state       int64  // bytes
	sum         uint32 // of the state
	used        time.Time
}

// Len is how many tokens the block stands for.
func (b *Block) Len() int { return len(b.tokens) }

// size is that of the file, in bytes.
func (b *Block) size() int64 { return headerBytes(len(b.tokens)) + b.state }

func (b *Block) fileName() string { return b.key.String() + extension }

func headerBytes(tokens int) int64 { return fixedBytes + 4*int64(tokens) + sumBytes }

func checksum(data []byte) uint32 { return crc32.Checksum(data, crc32.MakeTable(crc32.Castagnoli)) }

// header is the file's beginning, up to the state.
func (b *Block) header() []byte {
	data := make([]byte, 0, headerBytes(len(b.tokens)))
	data = append(data, magic...)
	data = binary.LittleEndian.AppendUint32(data, version)
	data = binary.LittleEndian.AppendUint32(data, uint32(len(b.tokens)))
	data = binary.LittleEndian.AppendUint64(data, uint64(b.state))
	data = binary.LittleEndian.AppendUint32(data, b.sum)
	data = append(data, b.parent[:]...)
	data = append(data, b.key[:]...)
	data = append(data, b.build[:]...)
	data = appendTokens(data, b.tokens)
	return binary.LittleEndian.AppendUint32(data, checksum(data))
}

// readHeader reads a block's header from the beginning of its file of size
// bytes. It allocates no more than the file is long.
// Errors: errDamaged, and those of r.
func readHeader(r io.Reader, size int64) (*Block, error) {
	fixed := make([]byte, fixedBytes)
	if _, err := io.ReadFull(r, fixed); err != nil {
		return nil, shortIsDamage(err)
	}
	count := binary.LittleEndian.Uint32(fixed[12:])
	b := &Block{
		state:  int64(binary.LittleEndian.Uint64(fixed[16:])),
		sum:    binary.LittleEndian.Uint32(fixed[24:]),
		parent: Key(fixed[28:44]),
		key:    Key(fixed[44:60]),
		build:  Key(fixed[60:76]),
	}
	if string(fixed[:8]) != magic || binary.LittleEndian.Uint32(fixed[8:]) != version ||
		count == 0 || count > maxTokens || b.state <= 0 || b.state != size-headerBytes(int(count)) {
		return nil, errDamaged
	}
	rest := make([]byte, headerBytes(int(count))-fixedBytes)
	if _, err := io.ReadFull(r, rest); err != nil {
		return nil, shortIsDamage(err)
	}
	tokens, sum := rest[:len(rest)-sumBytes], binary.LittleEndian.Uint32(rest[len(rest)-sumBytes:])
	if checksum(append(fixed, tokens...)) != sum {
		return nil, errDamaged
	}
	b.tokens = make([]llama.Token, count)
	for i := range b.tokens {
		b.tokens[i] = llama.Token(binary.LittleEndian.Uint32(tokens[4*i:]))
	}
	if b.parent.next(b.tokens) != b.key {
		return nil, errDamaged
	}
	return b, nil
}

// readState reads what follows on the header.
// Errors: errDamaged, and those of r.
func (b *Block) readState(r io.Reader) ([]byte, error) {
	state := make([]byte, b.state)
	if _, err := io.ReadFull(r, state); err != nil {
		return nil, shortIsDamage(err)
	}
	if checksum(state) != b.sum {
		return nil, errDamaged
	}
	return state, nil
}

func shortIsDamage(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errDamaged
	}
	return err
}
