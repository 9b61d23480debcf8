package runner

import "notso/engine/llama"

const (
	// longestMatch is where the length of a match counts no further.
	longestMatch = 16 // tokens

	// oddsMemory is how many guesses odds remembers: older ones fade.
	oddsMemory = 32

	// priorWeight is how many guesses the odds are believed to have seen before.
	priorWeight = 2
)

// lookup guesses how a text goes on: as it did where its last tokens stood in it
// before. Every new token tells whether the guess was right, so how good guesses
// are is known whether or not anything is made of them.
//
// A new token costs two entries in a map, however long the text is.
type lookup struct {
	text    []llama.Token
	prompt  int                      // guesses at the tokens before are not counted
	pairs   map[[2]llama.Token]int32 // the token after the last place of two
	triples map[[3]llama.Token]int32 // the same of three

	source int // the place of the next guess in text
	length int // how many tokens before it are the last ones of text; 0: there is no guess
	odds   odds
}

func newLookup(prompt int) *lookup {
	return &lookup{prompt: prompt, pairs: map[[2]llama.Token]int32{}, triples: map[[3]llama.Token]int32{}}
}

// follow reads on in a text, of which it knows a beginning.
func (l *lookup) follow(text []llama.Token) {
	from := len(l.text)
	l.text = text
	for i := from; i < len(text); i++ {
		l.read(i)
	}
}

// guess is how the text may go on for n tokens; nothing when it is like nothing
// before. Where the guess reaches the end of the text, it goes on by itself.
func (l *lookup) guess(n int) []llama.Token {
	if l.length == 0 {
		return nil
	}
	guess := make([]llama.Token, n)
	for i := range guess {
		if from := l.source + i; from < len(l.text) {
			guess[i] = l.text[from]
		} else {
			guess[i] = guess[from-len(l.text)]
		}
	}
	return guess
}

// chances tells for each of n guesses how likely it is right if those before it
// are.
func (l *lookup) chances(n int) []float64 {
	if l.length == 0 {
		return nil
	}
	chances := make([]float64, n)
	for i := range chances {
		chances[i] = l.odds.chance(l.length + i)
	}
	return chances
}

// read takes the token at i.
func (l *lookup) read(i int) {
	right := l.length > 0 && l.text[l.source] == l.text[i]
	if l.length > 0 && i >= l.prompt {
		l.odds.note(l.length, right)
	}
	if right {
		l.source++
		l.length = min(l.length+1, longestMatch)
	} else {
		l.find(i)
	}
	l.index(i)
}

// find looks for where the tokens up to the one at i stood before.
func (l *lookup) find(i int) {
	l.length = 0
	var at int32
	found := false
	if i >= 2 {
		at, found = l.triples[[3]llama.Token(l.text[i-2:i+1])]
	}
	if !found && i >= 1 {
		at, found = l.pairs[[2]llama.Token(l.text[i-1:i+1])]
	}
	if !found {
		return
	}
	l.source = int(at)
	for l.length < min(l.source, longestMatch) && l.text[l.source-1-l.length] == l.text[i-l.length] {
		l.length++
	}
}

// index notes the place after the token at i.
func (l *lookup) index(i int) {
	if i >= 1 {
		l.pairs[[2]llama.Token(l.text[i-1:i+1])] = int32(i + 1)
	}
	if i >= 2 {
		l.triples[[3]llama.Token(l.text[i-2:i+1])] = int32(i + 1)
	}
}

// odds counts how often guesses were right, by how many tokens had matched.
type odds [5]struct{ right, all float64 }

// prior is what is believed before anything is counted.
func prior() [5]float64 { return [5]float64{0.2, 0.35, 0.5, 0.7, 0.85} }

// class tells apart matches of 2, 3, up to 7, up to 15 and more tokens.
func class(length int) int {
	switch {
	case length <= 2:
		return 0
	case length == 3:
		return 1
	case length < 8:
		return 2
	case length < longestMatch:
		return 3
	}
	return 4
}

func (o *odds) note(length int, right bool) {
	c := &o[class(length)]
	if c.all >= oddsMemory {
		c.right, c.all = c.right/2, c.all/2
	}
	c.all++
	if right {
		c.right++
	}
}

// chance is how likely a guess after so many matching tokens is right.
func (o *odds) chance(length int) float64 {
	i := class(length)
	return (o[i].right + priorWeight*prior()[i]) / (o[i].all + priorWeight)
}
