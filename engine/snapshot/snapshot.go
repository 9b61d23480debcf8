// Package snapshot keeps evaluated prompts on disk, so that no text is evaluated
// twice: not after a restart, not in another chat or branch that begins alike.
//
// What a sequence holds is cut into blocks of BlockTokens tokens, each a file of
// its own: the state that llama.cpp returned for these positions, and the tokens
// that they stand for. A block is named by a hash over its parent's name and its
// tokens, so a name stands for everything from the first token on. The first
// block's parent, the root, is the hash of all that a state depends on besides:
// model, engine build, settings of the context. So a prompt's blocks are found by
// walking its own chain of names, with no list per chat, and nothing that was
// evaluated under other conditions is ever met on the way. A long chat costs
// disk for its new tokens only, and chats that begin alike share files. The last
// block of a chain is mostly shorter; a longer one in its place replaces it.
//
// The state of a recurrent model cannot be cut. A Store that is Whole keeps it in
// one file for all tokens from the first, good for prompts that begin with all of
// them.
//
// Files appear under their name complete and synced, or not at all. What is not
// whole, by its size, its names and its checksums, is deleted and never returned.
// So is what no engine here can read any more: blocks of another build, or of
// another version of these files. Those of other models and settings stay, since
// they may be loaded again.
// The folder keeps to a budget and leaves disk for others: the block that was
// used longest ago goes first, but none before those that follow on it.
//
// A Store may be used by several goroutines at once. Two of them, in one process
// or two, may share a folder, though each only sees what it wrote or found when
// it was opened.
package snapshot

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"

	"notso/engine/llama"
)

// BlockTokens is how many tokens a full block stands for: about as much work as
// a kill may cost, since unfinished blocks are not written while a reply runs.
// SmolLM3's takes 9 MB, which is read from a sequence in well under a decode step.
const BlockTokens = 128

// Key names a block together with all before it, or a root.
type Key [16]byte

func (k Key) String() string { return hex.EncodeToString(k[:]) }

// root names what holds for all blocks of a chain.
func root(settings string) Key { return keyOf("notso snapshot root\n" + settings) }

func keyOf(text string) Key {
	sum := sha256.Sum256([]byte(text))
	return Key(sum[:len(Key{})])
}

// next names the block of tokens that follows on k.
func (k Key) next(tokens []llama.Token) Key {
	data := make([]byte, 0, len(k)+4*len(tokens))
	sum := sha256.Sum256(appendTokens(append(data, k[:]...), tokens))
	return Key(sum[:len(Key{})])
}

// chain names the last of the full blocks that tokens make up.
func (k Key) chain(tokens []llama.Token) Key {
	for ; len(tokens) >= BlockTokens; tokens = tokens[BlockTokens:] {
		k = k.next(tokens[:BlockTokens])
	}
	return k
}

func appendTokens(data []byte, tokens []llama.Token) []byte {
	for _, token := range tokens {
		data = binary.LittleEndian.AppendUint32(data, uint32(token))
	}
	return data
}
