package bench

import (
	"math/rand/v2"
	"strings"
)

// vocabulary is what prose is made of: words that nearly every tokenizer knows.
const vocabulary = `about above after again along always among answer around because before began being below
between book both bring build call carry change children city close cold come country cover cross dark down early
earth east enough even every example family father feet field find fire first follow food form found four friend
from garden gave give good grass great green ground group grow half hand happen hard have head hear heart help here
high hold home horse hour house idea island just keep kind king know land large last late learn leave left letter
life light line list little live long look love machine make many mark mean measure might mile mind moon more
morning most mother mountain move much music name near never next night north note number ocean often once only
open order other over page paper part pass people place plain plan plant play point question quick quiet rain reach
read real remember rest right river road rock room round same science second seem sentence serve several shape ship
short should show side simple since slow small song soon sound south stand star start state stay still stone stop
story street strong such summer surface table take talk tell than them there these thing think those thought three
through time together town travel tree true turn under until upon usual very voice wait walk want warm watch water
week well west what wheel where which while white whole wind winter with without wonder wood word work world would
write year young`

// prose is n words of text. Another seed gives another text, from its first word
// on.
func prose(seed uint64, n int) string {
	words := strings.Fields(vocabulary)
	random := rand.New(rand.NewPCG(seed, 0))
	var text strings.Builder
	for i := range n {
		if i > 0 {
			text.WriteByte(' ')
		}
		text.WriteString(words[random.IntN(len(words))])
	}
	return text.String()
}
