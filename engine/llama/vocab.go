package llama

import (
	"slices"
	"strings"
	"sync"

	yzma "github.com/hybridgroup/yzma/pkg/llama"
)

// pieceBytes is enough for all but the longest pieces.
const pieceBytes = 64

// Vocab turns text into tokens and back.
type Vocab struct {
	handle yzma.Vocab
	size   int
	bos    Token
	eos    Token
	addBOS bool
	spaced bool // a SentencePiece vocabulary puts a space before a text

	structure func() []Token // tokens that stand for structure and do not end a reply
}

func newVocab(handle yzma.Vocab) *Vocab {
	v := &Vocab{
		handle: handle,
		size:   int(yzma.VocabNTokens(handle)),
		bos:    yzma.VocabBOS(handle),
		eos:    yzma.VocabEOS(handle),
		addBOS: yzma.VocabGetAddBOS(handle),
		spaced: yzma.GetVocabType(handle) == yzma.VocabTypeSPM,
	}
	v.structure = sync.OnceValue(func() (tokens []Token) {
		for token := range Token(v.size) {
			if v.IsControl(token) && !v.IsEnd(token) {
				tokens = append(tokens, token)
			}
		}
		return tokens
	})
	return v
}

// Size is the number of tokens.
func (v *Vocab) Size() int { return v.size }

// BOS and EOS are the texts that chat templates know as bos_token and
// eos_token; empty where the vocabulary has none.
func (v *Vocab) BOS() string { return v.Text(v.bos) }
func (v *Vocab) EOS() string { return v.Text(v.eos) }

// TokenizePrompt returns the tokens of a rendered prompt. Special tokens are
// read out of the text; the token that begins every text is added only where
// the vocabulary asks for it and the template has not written it.
func (v *Vocab) TokenizePrompt(text string) []Token {
	tokens := v.tokenize(text, true)
	if v.addBOS && v.bos != yzma.TokenNull && (len(tokens) == 0 || tokens[0] != v.bos) {
		tokens = append([]Token{v.bos}, tokens...)
	}
	return tokens
}

// TokenizeMore returns the tokens of a text that goes on after others, with
// special tokens read out of it.
func (v *Vocab) TokenizeMore(text string) []Token {
	if !v.spaced {
		return v.tokenize(text, true)
	}
	const lead = "\n" // takes the space that would stand before text
	led, skip := v.tokenize(lead+text, true), v.tokenize(lead, true)
	if len(led) < len(skip) || !slices.Equal(led[:len(skip)], skip) {
		return v.tokenize(text, true)
	}
	return led[len(skip):]
}

// Tokenize returns the tokens of plain text: special tokens in it are letters.
func (v *Vocab) Tokenize(text string) []Token {
	return v.tokenize(text, false)
}

// tokenize replaces what C cannot take: a zero byte would end the text, and
// broken UTF-8 makes some tokenizers throw.
func (v *Vocab) tokenize(text string, special bool) []Token {
	if text == "" {
		return nil
	}
	text = strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", "\uFFFD"), "\uFFFD")
	return yzma.Tokenize(v.handle, text, false, special)
}

// AppendPiece appends token's bytes to dst. Control tokens have none unless
// control is set; then it is their name, such as "<|im_end|>". A piece may end
// within a rune.
func (v *Vocab) AppendPiece(dst []byte, token Token, control bool) []byte {
	n := len(dst)
	dst = append(dst, make([]byte, pieceBytes)...)
	size := yzma.TokenToPiece(v.handle, token, dst[n:], 0, control)
	if size < 0 { // too short: the size it needs, negated
		dst = append(dst, make([]byte, int(-size)-pieceBytes)...)
		size = yzma.TokenToPiece(v.handle, token, dst[n:], 0, control)
	}
	return dst[:n+int(max(size, 0))]
}

// Text is token as the vocabulary writes it; empty for no token.
func (v *Vocab) Text(token Token) string { return yzma.VocabGetText(v.handle, token) }

// IsEnd tells whether token ends a reply.
func (v *Vocab) IsEnd(token Token) bool { return yzma.VocabIsEOG(v.handle, token) }

// IsControl tells whether token stands for structure and not for text.
func (v *Vocab) IsControl(token Token) bool { return yzma.VocabIsControl(v.handle, token) }
