package app

import (
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	// gistTail is how much of the newest reasoning is looked at for its gist, in
	// bytes: a few sentences.
	gistTail = 800

	// gistRunes is what fits the fold's line at the usual width.
	gistRunes = 72
)

// thinkingSummary is the fold's line while the model reasons: what it is at now.
func (a *App) thinkingSummary(reasoning string) string {
	if now := gist(reasoning); now != "" {
		return a.say("turn.thinking_of", now)
	}
	return a.say("turn.thinking")
}

// thoughtSummary is the fold's line afterwards. Tokens is 0 where unknown.
func (a *App) thoughtSummary(took time.Duration, tokens int) string {
	text := a.thoughtFor(took)
	if tokens > 0 {
		text += " · " + a.language().Count("turn.tokens", tokens)
	}
	return text
}

// gist is the last heading or whole sentence of text, shortened, and empty while
// there is none.
func gist(text string) string {
	text = text[max(0, len(text)-gistTail):]
	found := ""
	for line := range strings.Lines(text) {
		whole := strings.HasSuffix(line, "\n")
		line = strings.TrimSpace(strings.ToValidUTF8(line, ""))
		heading := strings.HasPrefix(line, "#") || strings.HasPrefix(line, "**") && strings.HasSuffix(line, "**")
		line = strings.TrimSpace(strings.NewReplacer("**", "", "`", "").Replace(listMark.ReplaceAllString(line, "")))
		if heading && whole && line != "" {
			found = line
			continue
		}
		if s := lastSentence(line); s != "" {
			found = s
		}
	}
	return brief(found, gistRunes)
}

// lastSentence is the last whole sentence of a line, empty when it has none.
func lastSentence(line string) string {
	var found string
	begin := 0
	for i, c := range line {
		end := i + utf8.RuneLen(c)
		wide := strings.ContainsRune("。！？", c)
		if !wide && !(strings.ContainsRune(".!?", c) && (end == len(line) || line[end] == ' ')) {
			continue
		}
		if s := strings.TrimSpace(line[begin:end]); utf8.RuneCountInString(s) > 3 {
			found = s
		}
		begin = end
	}
	return found
}

var listMark = regexp.MustCompile(`^(?:#{1,6}|[-*+>]|\d{1,3}[.)])\s+`)

// brief cuts text between words, to so many runes at most.
func brief(text string, most int) string {
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	short := string(runes[:most-1])
	if cut := strings.LastIndexByte(short, ' '); cut > len(short)/2 {
		short = short[:cut]
	}
	return strings.TrimRight(short, " ,;:–—-") + "…"
}
