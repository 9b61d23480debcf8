package scripted

import (
	"fmt"
	"slices"
	"strings"
)

// Texts of the tokens that a chat and its reasoning are marked with.
const (
	turnStart  = "<|im_start|>"
	turnEnd    = "<|im_end|>"
	thinkOpen  = "<think>"
	thinkClose = "</think>"
	callOpen   = "<tool_call>"
	callClose  = "</tool_call>"
)

// newline is the byte 10 in the alphabet of GPT-2.
const newline = "Ċ"

// Token types of GGUF.
const (
	typeNormal      = 1
	typeControl     = 3
	typeUserDefined = 4
)

// vocabulary is the model's: every byte, the empty line, the marks, and the
// pieces of the script.
type vocabulary struct {
	tokens []string
	types  []int32
	ids    map[string]int // by the text that the token stands for
}

// newVocabulary fails for a script that the chain cannot hold or that would not
// be split into the same pieces when it is read back, as a resumed reply is.
func newVocabulary(s Script) (*vocabulary, error) {
	v := &vocabulary{ids: map[string]int{}}
	for b := range 256 {
		v.add(string([]byte{byte(b)}), byteSymbol(byte(b)), typeNormal)
	}
	v.add("\n\n", newline+newline, typeNormal)
	v.add(turnStart, turnStart, typeControl)
	v.add(turnEnd, turnEnd, typeControl)
	for _, mark := range []string{thinkOpen, thinkClose, callOpen, callClose} {
		v.add(mark, mark, typeUserDefined)
	}
	if len(s.Answer) == 0 {
		return nil, fmt.Errorf("scripted model: the script has no answer")
	}
	used := map[string]bool{"": true, "\n": true, "\n\n": true, turnStart: true, turnEnd: true, thinkOpen: true, thinkClose: true}
	for _, piece := range slices.Concat(s.Reasoning, s.Answer) {
		if used[piece] {
			return nil, fmt.Errorf("scripted model: the piece %q is empty, occurs twice or has another meaning", piece)
		}
		used[piece] = true
		if _, known := v.ids[piece]; !known {
			v.add(piece, piece, kind(piece))
		}
	}
	return v, v.check("assistant\n", s.pieces(true))
}

// kind is what models make of tokens with such a name.
func kind(piece string) int32 {
	if strings.HasPrefix(piece, "<|") || strings.HasSuffix(piece, "|>") {
		return typeControl
	}
	return typeUserDefined
}

func (v *vocabulary) add(text, token string, kind int32) {
	v.ids[text] = len(v.tokens)
	v.tokens = append(v.tokens, token)
	v.types = append(v.types, kind)
}

// steps are the pairs of tokens that follow each other.
func (v *vocabulary) steps(s Script) [][2]int {
	var steps [][2]int
	last := "\n"
	for _, piece := range s.pieces(true) {
		steps = append(steps, [2]int{v.ids[last], v.ids[piece]})
		last = piece
	}
	steps = append(steps, [2]int{v.ids[last], v.ids[turnEnd]})
	return append(steps, [2]int{v.ids["\n\n"], v.ids[s.Answer[0]]})
}

// pieces is the whole output, the marks of reasoning included.
func (s Script) pieces(thinking bool) []string {
	if len(s.Reasoning) == 0 || !thinking {
		return s.Answer
	}
	return slices.Concat([]string{thinkOpen}, s.Reasoning, []string{thinkClose}, s.Answer)
}

// check splits every beginning of the output as llama.cpp does.
func (v *vocabulary) check(prompt string, pieces []string) error {
	long := slices.DeleteFunc(slices.Clone(pieces), func(p string) bool { return len(p) == 1 })
	slices.SortStableFunc(long, func(a, b string) int { return len(b) - len(a) })
	for n := range len(pieces) + 1 {
		got := split(prompt+strings.Join(pieces[:n], ""), long)
		if want := slices.Concat(split(prompt, nil), pieces[:n]); !slices.Equal(got, want) {
			return fmt.Errorf("scripted model: the text of the first %d pieces would be read back as other pieces", n)
		}
	}
	return nil
}

// split takes the longest tokens out of text first, then the single bytes.
func split(text string, tokens []string) []string {
	if len(tokens) == 0 {
		var bytes []string
		for i := range len(text) {
			bytes = append(bytes, text[i:i+1])
		}
		return bytes
	}
	before, after, found := strings.Cut(text, tokens[0])
	if !found {
		return split(text, tokens[1:])
	}
	return slices.Concat(split(before, tokens[1:]), tokens[:1], split(after, tokens))
}

// byteSymbol is the character that stands for a byte in GPT-2's alphabet: the
// byte itself where it prints, else one from 256 on.
func byteSymbol(b byte) string {
	prints := func(b byte) bool { return b >= '!' && b <= '~' || b >= 0xa1 && b != 0xad }
	if prints(b) {
		return string(rune(b))
	}
	n := 0
	for i := range b {
		if !prints(i) {
			n++
		}
	}
	return string(rune(256 + n))
}
