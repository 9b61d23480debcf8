package llama

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestLoadReportsProgressInOrder(t *testing.T) {
	l := openLibrary(t)
	var seen []float64
	m, err := l.LoadModel(t.Context(), filepath.Join(root(t), "models", starterModel), ModelOptions{}, func(f float64) {
		seen = append(seen, f)
	})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if len(seen) < 2 || !slices.IsSorted(seen) || seen[len(seen)-1] != 1 {
		t.Errorf("progress was %v, want rising fractions that end with 1", seen)
	}
}

func TestLoadEndsWhenItIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	calls := 0
	_, err := openLibrary(t).LoadModel(ctx, filepath.Join(root(t), "models", starterModel), ModelOptions{}, func(float64) {
		calls++
		cancel()
	})
	if !errors.Is(err, context.Canceled) || calls > 2 {
		t.Errorf("got %v after %d reports of progress, want context.Canceled at once", err, calls)
	}
}

func TestLoadSaysWhyAFileIsNoModel(t *testing.T) {
	_, err := openLibrary(t).LoadModel(t.Context(), filepath.Join(root(t), "go.mod"), ModelOptions{}, nil)
	if err == nil || !strings.Contains(err.Error(), "invalid magic") {
		t.Errorf("got %v, want llama.cpp's own reason", err)
	}
}

func TestTokenize(t *testing.T) {
	v := openModel(t).Vocab()
	const turn = "<|im_start|>user\nHéllo 你好<|im_end|>\n"
	for name, tokens := range map[string][]Token{
		"prompt": v.TokenizePrompt(turn),
		"more":   v.TokenizeMore(turn),
		"plain":  v.Tokenize(turn),
	} {
		var text []byte
		for _, token := range tokens {
			text = v.AppendPiece(text, token, true)
		}
		if string(text) != turn {
			t.Errorf("%s: tokens of %q read %q", name, turn, text)
		}
	}
	if prompt, plain := v.TokenizePrompt(turn), v.Tokenize(turn); !v.IsControl(prompt[0]) || v.IsControl(plain[0]) {
		t.Errorf("the turn begins with %d as prompt and %d as plain text, want a control token in the prompt only", prompt[0], plain[0])
	}
	if got := v.TokenizePrompt(""); len(got) != 0 {
		t.Errorf("no text has tokens %v", got)
	}
}

func TestTheBeginningOfTextIsWrittenOnce(t *testing.T) {
	v := *openModel(t).Vocab()
	v.addBOS = true // as llama's own vocabularies ask for; the starter's do not
	const turn = "user\nHi"
	with, without := v.TokenizePrompt(v.BOS()+turn), v.TokenizePrompt(turn)
	if !slices.Equal(with, without) || with[0] != v.bos || with[1] == v.bos {
		t.Errorf("with the token written %v, without %v: want one at the start of both", with, without)
	}
	if more := v.TokenizeMore(turn); more[0] == v.bos {
		t.Errorf("a text that goes on begins with %v", more)
	}
}

func TestATextThatGoesOnHasNoSpaceBeforeIt(t *testing.T) {
	v := *openModel(t).Vocab()
	want := v.TokenizeMore("going on")
	v.spaced = true // as of a SentencePiece vocabulary
	if got := v.TokenizeMore("going on"); !slices.Equal(got, want) {
		t.Errorf("tokens %v, want %v", got, want)
	}
}

func TestTokenizeTakesAnyBytes(t *testing.T) {
	v := openModel(t).Vocab()
	for _, text := range []string{"a\x00b", "\xff\xfe", "\xe4\xbd", strings.Repeat("a", 1<<20), strings.Repeat(" ", 1<<18)} {
		if tokens := v.TokenizePrompt(text); len(tokens) == 0 {
			t.Errorf("%.20q has no tokens", text)
		}
	}
}

func TestPieces(t *testing.T) {
	v := openModel(t).Vocab()
	end := v.TokenizePrompt("<|im_end|>")[0]
	if !v.IsEnd(end) {
		t.Error("<|im_end|> does not end a reply")
	}
	if got := v.AppendPiece(nil, end, false); len(got) != 0 {
		t.Errorf("as text, <|im_end|> is %q, want nothing", got)
	}
	if got := v.AppendPiece([]byte("x"), end, true); string(got) != "x<|im_end|>" {
		t.Errorf("by name, <|im_end|> is %q", got)
	}
	longest := 0
	for token := range Token(v.Size()) {
		longest = max(longest, len(v.AppendPiece(nil, token, true)))
	}
	if longest <= pieceBytes {
		t.Errorf("the longest piece has %d bytes: the retry for pieces over %d bytes was not tested", longest, pieceBytes)
	}
	for _, token := range []Token{-1, Token(v.Size())} {
		if got := v.AppendPiece(nil, token, true); len(got) != 0 {
			t.Errorf("token %d, which there is not, has the piece %q", token, got)
		}
	}
}
