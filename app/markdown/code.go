package markdown

import (
	"html"
	"regexp"
	"strings"
	"time"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
)

const (
	// maxHighlight bounds the code that is highlighted, in bytes: more than a
	// reply can hold, so it stops accidents alone.
	maxHighlight = 256 << 10

	// highlightTime bounds the work on one code block. Lexers backtrack, and a
	// model that repeats itself can write what makes them do so.
	highlightTime = time.Second
)

// codeFigure renders a complete code block, or finds it in made, which may be
// nil.
func (r *Renderer) codeFigure(made map[string]string, info, code string) string {
	key := info + "\n" + code // an info string has no line break
	if f, ok := made[key]; ok {
		return f
	}
	f := figure(info, r.policy.Sanitize(highlight(r.lexers[language(info)], code)))
	if made != nil {
		made[key] = f
	}
	return f
}

// figure frames code, which is HTML already.
func figure(info, code string) string {
	return figureHead(info, "") + code + figureEnd
}

// figureEnd closes what figureHead opens.
const figureEnd = `</code></pre></figure>`

// figureHead opens a figure up to its code. More is a class for the later parts
// of a block in parts, which have no caption.
func figureHead(info, more string) string {
	name := language(info)
	label, class := "text", ""
	if name != "" {
		label, class = html.EscapeString(name), ` class="language-`+html.EscapeString(name)+`"`
	}
	pre := `<pre tabindex="0"><code` + class + `>`
	if more != "" {
		return `<figure class="code ` + more + `">` + pre
	}
	return `<figure class="code" data-behaviour="code"><figcaption><span>` + label +
		`</span><button type="button" class="copy">Copy</button></figcaption>` + pre
}

// language is the first word of an info string where it can name a language,
// else empty.
func language(info string) string {
	return strings.ToLower(languageName.FindString(info))
}

var languageName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.+#-]{0,31}`)

// lexersByName lists the lexers under all that people write above their code.
// (lexers.Get tries a thousand file patterns for a name that it does not know.)
func lexersByName() map[string]chroma.Lexer {
	byName := map[string]chroma.Lexer{}
	add := func(name string, l chroma.Lexer) {
		if name = strings.ToLower(name); byName[name] == nil {
			byName[name] = l
		}
	}
	all := lexers.GlobalLexerRegistry.Lexers
	for _, l := range all {
		add(l.Config().Name, l)
	}
	for _, l := range all {
		for _, alias := range l.Config().Aliases {
			add(alias, l)
		}
	}
	for _, l := range all {
		for _, file := range l.Config().Filenames {
			if extension, ok := strings.CutPrefix(file, "*."); ok {
				add(extension, l)
			}
		}
	}
	return byName
}

// highlight returns code as HTML, with spans that say what its parts are. Code
// without a lexer, or that takes it too long, has none.
func highlight(lexer chroma.Lexer, code string) string {
	plain := html.EscapeString(code)
	if lexer == nil || len(code) > maxHighlight {
		return plain
	}
	tokens, err := chroma.Coalesce(lexer).Tokenise(&chroma.TokeniseOptions{State: "root"}, code)
	if err != nil {
		return plain
	}
	var out, seen strings.Builder
	deadline := time.Now().Add(highlightTime)
	for token := tokens(); token != chroma.EOF; token = tokens() {
		if time.Now().After(deadline) {
			return plain
		}
		seen.WriteString(token.Value)
		text := html.EscapeString(token.Value)
		if class := class(token.Type); class != "" {
			text = `<span class="hl-` + class + `">` + text + `</span>`
		}
		out.WriteString(text)
	}
	if strings.TrimSuffix(seen.String(), "\n") != strings.TrimSuffix(code, "\n") {
		return plain // a lexer that changes the code cannot be trusted with it
	}
	return out.String()
}

// class sorts chroma's eighty kinds of token into the few that a reader tells
// apart; the rest stay as they are.
func class(t chroma.TokenType) string {
	switch t {
	case chroma.KeywordType, chroma.NameClass, chroma.NameException, chroma.NameNamespace, chroma.NameBuiltinPseudo:
		return "type"
	case chroma.KeywordConstant, chroma.LiteralDate, chroma.NameConstant:
		return "number"
	case chroma.OperatorWord, chroma.NameTag, chroma.NameKeyword:
		return "keyword"
	case chroma.NameAttribute, chroma.NameDecorator, chroma.NameProperty, chroma.CommentPreproc, chroma.CommentPreprocFile:
		return "attribute"
	case chroma.GenericInserted:
		return "inserted"
	case chroma.GenericDeleted, chroma.GenericError:
		return "deleted"
	case chroma.GenericHeading, chroma.GenericSubheading:
		return "heading"
	case chroma.GenericPrompt, chroma.GenericOutput:
		return "comment"
	}
	switch t.SubCategory() {
	case chroma.LiteralString:
		return "string"
	case chroma.LiteralNumber:
		return "number"
	case chroma.NameFunction, chroma.NameBuiltin:
		return "function"
	case chroma.NameVariable:
		return "variable"
	}
	switch t.Category() {
	case chroma.Keyword:
		return "keyword"
	case chroma.Comment:
		return "comment"
	}
	return ""
}
