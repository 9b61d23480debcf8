package inspect

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"notso/engine"
)

const (
	// sentenceWords is from how many words on a text is one that a person wrote
	// for a model to read. Labels and tags have fewer.
	sentenceWords = 6

	// longBlank is how many blanks in a row push what follows out of sight.
	longBlank = 60

	// most is how many finds of a kind are listed.
	most = 12

	// shown is how many runes of a find are listed.
	shown = 200
)

// Template explains a chat template by its source, "" for none.
func Template(source string) engine.ChatTemplate {
	if source == "" {
		return engine.ChatTemplate{Warnings: []engine.TemplateWarning{{Kind: engine.TemplateMissing}}}
	}
	sum := sha256.Sum256([]byte(source))
	t := engine.ChatTemplate{
		Source: source, Hash: hex.EncodeToString(sum[:]), Family: family(source),
		Thinks: strings.Contains(source, "enable_thinking") || strings.Contains(source, "<think>") || strings.Contains(source, "[THINK]"),
		Tools:  toolWord.MatchString(source),
	}
	warn := func(kind engine.TemplateIssue, found []string) {
		if len(found) > 0 {
			t.Warnings = append(t.Warnings, engine.TemplateWarning{Kind: kind, Found: found[:min(len(found), most)]})
		}
	}
	if t.Family == "" {
		t.Warnings = append(t.Warnings, engine.TemplateWarning{Kind: engine.TemplateUnknown})
	}
	warn(engine.TemplateOwnText, ownTexts(source))
	warn(engine.TemplateListens, listens(source))
	warn(engine.TemplateInvisible, invisible(source))
	if blank.MatchString(source) {
		t.Warnings = append(t.Warnings, engine.TemplateWarning{Kind: engine.TemplateBlank})
	}
	return t
}

// families are known by the marks that they put around turns.
var families = []struct{ mark, name string }{
	{"<|start_header_id|>", "Llama 3"},
	{"<|header_start|>", "Llama 4"},
	{"<start_of_turn>", "Gemma"},
	{"<|turn>", "Gemma 4"},
	{"<|start_of_role|>", "Granite"},
	{"<|START_OF_TURN_TOKEN|>", "Command"},
	{"<|start|>", "Harmony"},
	{"<｜User｜>", "DeepSeek"},
	{"<|im_start|>", "ChatML"},
	{"<|im_user|>", "Kimi"},
	{"[gMASK]", "GLM"},
	{"[INST]", "Mistral"},
	{"<|end|>", "Phi"},
	{"<|assistant|>", "Zephyr"},
	{"### Response", "Alpaca"},
}

func family(source string) string {
	for _, f := range families {
		if strings.Contains(source, f.mark) {
			return f.name
		}
	}
	return ""
}

var (
	toolWord = regexp.MustCompile(`\b(?:xml_|python_)?tools\b`)
	blank    = regexp.MustCompile(fmt.Sprintf(`(?:\\n|\\t|\s){%d,}`, longBlank))

	// comment, tag and quoted are the parts of a template.
	comment = regexp.MustCompile(`(?s)\{#.*?#\}`)
	tag     = regexp.MustCompile(`(?s)\{\{.*?\}\}|\{%.*?%\}`)
	quoted  = regexp.MustCompile(`(?s)'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"`)

	// sought is a text that is looked for: 'word' in …, == 'word', startswith('word').
	sought = regexp.MustCompile(`(?s)(?:'([^'\\]{2,})'|"([^"\\]{2,})")\s+(?:not\s+)?in\s+[a-z_]*(?:content|message|text|prompt)` +
		`|(?:content|message|text|prompt)[a-z_]*\s*(?:\.\s*(?:startswith|endswith|find|count|replace|split)\s*\(|==|!=)\s*(?:'([^'\\]{2,})'|"([^"\\]{2,})")`)
)

// ownTexts are the sentences that the template itself holds, between its tags
// and in texts within them, whatever decides whether the model reads them.
// Messages to people (raise_exception) are left out.
func ownTexts(source string) []string {
	source = comment.ReplaceAllString(source, "")
	var found []string
	add := func(text string) {
		text = strings.NewReplacer(`\n`, "\n", `\t`, " ", `\"`, `"`, `\'`, `'`).Replace(text)
		for _, paragraph := range strings.Split(text, "\n") {
			if line := shorten(paragraph); sentence(line) && !slices.Contains(found, line) {
				found = append(found, line)
			}
		}
	}
	add(tag.ReplaceAllString(source, "\n"))
	for _, part := range tag.FindAllString(source, -1) {
		if strings.Contains(part, "raise_exception") {
			continue
		}
		for _, m := range quoted.FindAllStringSubmatch(part, -1) {
			add(m[1] + m[2])
		}
	}
	return found
}

// sentence tells a text for a reader from marks and labels.
func sentence(text string) bool {
	words := 0
	for _, word := range strings.Fields(text) {
		letters := 0
		for _, r := range word {
			if unicode.IsLetter(r) {
				letters++
			}
		}
		if letters*2 > len([]rune(word)) {
			words++
		}
	}
	wide := 0 // scripts that put no blanks between words
	for _, r := range text {
		if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai) {
			wide++
		}
	}
	return words >= sentenceWords || wide >= 2*sentenceWords
}

// listens are the texts that the template looks for in what is said.
func listens(source string) []string {
	var found []string
	for _, m := range sought.FindAllStringSubmatch(comment.ReplaceAllString(source, ""), -1) {
		if text := shorten(strings.Join(m[1:], "")); text != "" && !slices.Contains(found, text) {
			found = append(found, text)
		}
	}
	return found
}

// escaped is a character by its number, as a template may write it.
var escaped = regexp.MustCompile(`\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})|\\x([0-9a-fA-F]{2})`)

// invisible are the characters, written or by their numbers, that have no shape:
// they hide text from people and not from models.
func invisible(source string) []string {
	var found []string
	add := func(r rune) {
		if name := fmt.Sprintf("U+%04X", r); hidden(r) && !slices.Contains(found, name) {
			found = append(found, name)
		}
	}
	for _, r := range source {
		add(r)
	}
	for _, m := range escaped.FindAllStringSubmatch(source, -1) {
		var r rune
		fmt.Sscanf(strings.Join(m[1:], ""), "%x", &r)
		add(r)
	}
	return found
}

func hidden(r rune) bool {
	switch {
	case r == '\n', r == '\t', r == '\r':
		return false
	case unicode.Is(unicode.Cf, r), unicode.Is(unicode.Cc, r), unicode.Is(unicode.Co, r):
		return true // format characters and tags, controls, private use
	case r >= 0xFE00 && r <= 0xFE0F, r >= 0xE0100 && r <= 0xE01EF:
		return true // variation selectors
	case r == 0x115F, r == 0x1160, r == 0x3164, r == 0xFFA0, r == 0x2800:
		return true // fillers, an empty pattern of dots
	}
	return false
}

// shorten makes a text fit for one line.
func shorten(text string) string {
	text = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))), " ")
	if runes := []rune(text); len(runes) > shown {
		return string(runes[:shown]) + "…"
	}
	return text
}
