package llama

import (
	"errors"
	"runtime"
	"slices"
	"testing"
)

const story = "Once upon a time there was a small engine that read every word of a long story only once, and then"

func TestGreedyIsTheLikeliestToken(t *testing.T) {
	m := openModel(t)
	c := openContext(t, m, ContextOptions{Length: 256})
	tokens := m.Vocab().TokenizePrompt(story)
	last := evaluate(t, c, 0, 0, tokens)
	logits, err := c.Logits(last)
	if err != nil {
		t.Fatal(err)
	}
	if len(logits) != m.Vocab().Size() {
		t.Fatalf("%d logits for %d tokens", len(logits), m.Vocab().Size())
	}
	want := Token(slices.Index(logits, slices.Max(logits)))
	if got := write(t, m, c, 0, len(tokens), last, 1)[0]; got != want {
		t.Errorf("sampled %d, the likeliest is %d", got, want)
	}
}

func TestASequenceReadsOnAsACopyACutAndAState(t *testing.T) {
	m := openModel(t)
	for _, kv := range []KVType{KVFloat16, KVQuant8} {
		c := openContext(t, m, ContextOptions{Length: 512, KVType: kv})
		tokens := m.Vocab().TokenizePrompt(story)
		head, tail := tokens[:len(tokens)-1], tokens[len(tokens)-1:]
		evaluate(t, c, 0, 0, head)
		want := write(t, m, c, 0, len(tokens), evaluate(t, c, 0, len(head), tail), 8)

		if !c.CutSequence(0, len(head)) {
			t.Fatalf("%s: the sequence cannot be cut", kv)
		}
		if n := c.SequenceLength(0); n != len(head) {
			t.Errorf("%s: %d positions after the cut, want %d", kv, n, len(head))
		}
		c.CopySequence(0, 1, len(head))
		state, err := c.SequenceState(0)
		if err != nil {
			t.Fatal(err)
		}
		other := openContext(t, m, ContextOptions{Length: 512, KVType: kv})
		if err := other.RestoreSequence(3, state); err != nil {
			t.Fatal(err)
		}
		for name, got := range map[string][]Token{
			"cut":   write(t, m, c, 0, len(tokens), evaluate(t, c, 0, len(head), tail), 8),
			"copy":  write(t, m, c, 1, len(tokens), evaluate(t, c, 1, len(head), tail), 8),
			"state": write(t, m, other, 3, len(tokens), evaluate(t, other, 3, len(head), tail), 8),
		} {
			if !slices.Equal(got, want) {
				t.Errorf("%s: the %s goes on with %v, the sequence with %v", kv, name, got, want)
			}
		}
		if err := other.RestoreSequence(2, state[:len(state)/2]); err == nil {
			t.Errorf("%s: half a state was restored", kv)
		}
		if n := other.SequenceLength(2); n != 0 {
			t.Errorf("%s: half a state left %d positions", kv, n)
		}
	}
}

func TestASequenceRestoredInPartsIsTheSameToTheBit(t *testing.T) {
	m := openModel(t)
	const scratch, part = 2, 7
	for _, kv := range []KVType{KVFloat16, KVQuant8} {
		c := openContext(t, m, ContextOptions{Length: 512, KVType: kv})
		tokens := m.Vocab().TokenizePrompt(story)
		head, tail := tokens[:len(tokens)-1], tokens[len(tokens)-1:]
		evaluate(t, c, 0, 0, head)
		var states [][]byte
		for first := 0; first < len(head); first += part {
			c.CopyPositions(0, scratch, first, min(first+part, len(head)))
			state, err := c.SequenceState(scratch)
			if err != nil {
				t.Fatal(err)
			}
			states = append(states, state)
			c.RemoveSequence(scratch)
		}
		want := logitsAfter(t, c, 0, len(head), tail)

		other := openContext(t, m, ContextOptions{Length: 512, KVType: kv})
		for i, state := range states {
			if err := other.RestoreSequence(scratch, state); err != nil {
				t.Fatal(err)
			}
			other.CopyPositions(scratch, 3, i*part, other.SequenceLength(scratch))
			other.RemoveSequence(scratch)
		}
		if n := other.SequenceLength(3); n != len(head) {
			t.Fatalf("%s: %d positions were restored, want %d", kv, n, len(head))
		}
		other.CopySequence(3, 1, len(head))
		for name, got := range map[string][]float32{
			"restored": logitsAfter(t, other, 3, len(head), tail),
			"forked":   logitsAfter(t, other, 1, len(head), tail),
		} {
			if !slices.Equal(got, want) {
				t.Errorf("%s: %s, the sequence has other logits than live", kv, name)
			}
		}
	}
}

// logitsAfter evaluates tokens at the end of a sequence that has n.
func logitsAfter(t *testing.T, c *Context, s Sequence, n int, tokens []Token) []float32 {
	t.Helper()
	logits, err := c.Logits(evaluate(t, c, s, n, tokens))
	if err != nil {
		t.Fatal(err)
	}
	return slices.Clone(logits)
}

func TestAnAbortedDecodeLeavesTheSequenceUsable(t *testing.T) {
	m := openModel(t)
	c := openContext(t, m, ContextOptions{Length: 256})
	tokens := m.Vocab().TokenizePrompt(story)
	want := write(t, m, c, 0, len(tokens), evaluate(t, c, 0, 0, tokens), 4)

	c.Abort(true)
	if _, err := tryEvaluate(c, 1, 0, tokens); !errors.Is(err, ErrAborted) {
		t.Fatalf("got %v, want ErrAborted", err)
	}
	c.Abort(false)
	c.RemoveSequence(1)
	if got := write(t, m, c, 1, len(tokens), evaluate(t, c, 1, 0, tokens), 4); !slices.Equal(got, want) {
		t.Errorf("after an abort the model writes %v, before %v", got, want)
	}
}

func TestDecodeErrors(t *testing.T) {
	m := openModel(t)
	c := openContext(t, m, ContextOptions{Length: 256, BatchTokens: 256})
	tokens := slices.Repeat(m.Vocab().TokenizePrompt(story), 20)
	evaluate(t, c, 0, 0, tokens[:200])
	if _, err := tryEvaluate(c, 1, 0, tokens[:100]); !errors.Is(err, ErrNoSlot) {
		t.Errorf("100 tokens beside 200 of 256: got %v, want ErrNoSlot", err)
	}
	if _, err := tryEvaluate(c, 0, 210, tokens[:1]); err == nil {
		t.Error("a gap in the positions was accepted")
	}
	if _, err := tryEvaluate(c, 0, 200, tokens[:1]); err != nil {
		t.Errorf("after refused batches: %v", err)
	}
	if _, err := c.Logits(5); err == nil {
		t.Error("a token without logits returned some")
	}
	b := m.Library().NewBatch(1)
	defer b.Close()
	b.Add(tokens[0], 0, 0, false)
	if _, err := b.Add(tokens[0], 1, 0, false); err == nil {
		t.Error("a batch of one took two tokens")
	}
	if _, err := m.NewContext(ContextOptions{Length: 256, Sequences: 1, BatchTokens: 32, Threads: 1, KVType: "q3"}); err == nil {
		t.Error("a KV cache of an unknown type was made")
	}
}

func TestYarnStretchesPositions(t *testing.T) {
	m := openModel(t)
	tokens := m.Vocab().TokenizePrompt(story)
	logits := func(yarn int) []float32 {
		c := openContext(t, m, ContextOptions{Length: 256, Yarn: yarn, Trained: m.TrainedContext()})
		l, err := c.Logits(evaluate(t, c, 0, 0, tokens))
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	plain, stretched := logits(0), logits(2)
	if slices.Equal(plain, stretched) {
		t.Error("stretched twice the model computes the same")
	}
	likeliest := func(l []float32) int { return slices.Index(l, slices.Max(l)) }
	if a, b := likeliest(plain), likeliest(stretched); a != b {
		t.Errorf("after %q the likeliest token is %d, stretched %d", story, a, b)
	}
}

func TestThreadsStayAndComputeTheSame(t *testing.T) {
	m := openModel(t)
	c := openContext(t, m, ContextOptions{Length: 256, Threads: 2})
	tokens := m.Vocab().TokenizePrompt(story)
	read := func(most int) []Token {
		c.RemoveSequence(0)
		return write(t, m, c, 0, len(tokens), evaluate(t, c, 0, 0, tokens), most)
	}
	want := read(8) // by threads of llama.cpp's own
	made := uintptr(0)
	for _, n := range []int{2, 1, 2, 3, 2} {
		c.SetThreads(n)
		most := len(want)
		if n > runtime.NumCPU() {
			most = 1 // they wait for each other, and for a core
		}
		if got := read(most); !slices.Equal(got, want[:most]) {
			t.Errorf("%d threads write %v, want %v", n, got, want)
		}
		if made == 0 {
			made = c.pool.handle
		}
		if c.pool.handle == 0 || c.pool.handle != made || c.pool.used != (n == 2) {
			t.Errorf("with %d threads the pool is %+v, made as %#x", n, c.pool, made)
		}
	}
}
