package markdown

import (
	"html"
	"regexp"
	"strings"
	"time"

	"github.com/alecthomas/chroma/v2"
)

const (
	// maxHighlight bounds the code that is highlighted, in bytes: more than a
	// reply can hold, so it stops accidents alone.
	maxHighlight = 256 << 10

	// highlightTime bounds the work on one code block. Lexers backtrack, and a
	// model that repeats itself can write what makes them do so.
	highlightTime = time.Second
)

// codeFigure renders a complete code block, or finds it among those of p.
func (r *Renderer) codeFigure(p pass, info, code string) string {
	key := info + "\n" + code // an info string has no line break
	if f, ok := p.code[key]; ok {
		return f
	}
	f := p.labels.figure(info, r.policy.Sanitize(highlight(r.lexers[language(info)], code)), language(info) == "mermaid")
	if p.code != nil {
		p.code[key] = f
	}
	return f
}

// figure frames code, which is HTML already. Of a diagram it is the source, which
// the page may draw: it is complete, then.
func (l Labels) figure(info, code string, diagram bool) string {
	return l.figureHead(info, diagram) + lined(code) + figureEnd
}

// lined puts a mark at the beginning of every line, for the page to number them.
// In sanitised or escaped HTML no tag holds a line break.
func lined(code string) string {
	if code == "" {
		return ""
	}
	whole := strings.TrimSuffix(code, "\n")
	return lineMark + strings.ReplaceAll(whole, "\n", "\n"+lineMark) + code[len(whole):]
}

const lineMark = "<i></i>"

// figureEnd closes what figureHead opens.
const (
	figureEnd = codeEnd + `</pre></figure>`
	codeEnd   = `</code>`
)

// figureHead opens a figure up to its code.
func (l Labels) figureHead(info string, diagram bool) string {
	name := language(info)
	label, class := l.Text, ""
	if name != "" {
		label, class = html.EscapeString(name), ` class="language-`+html.EscapeString(name)+`"`
	}
	pre := `<pre tabindex="0"><code` + class + `>`
	head := `<figure class="code" dir="ltr" data-behaviour="code"><figcaption><span>` + label + `</span>`
	if diagram {
		head = `<figure class="code" dir="ltr" data-behaviour="code diagram" data-diagram><figcaption><span>` + label + `</span>` +
			`<button type="button" class="draw" aria-pressed="true" hidden>` + html.EscapeString(l.Diagram) + `</button>`
	}
	return head +
		`<button type="button" class="wrap" aria-pressed="false">` + html.EscapeString(l.Wrap) + `</button>` +
		`<button type="button" class="lines" aria-pressed="false">` + html.EscapeString(l.Lines) + `</button>` +
		`<button type="button" class="copy">` + html.EscapeString(l.Copy) + `</button></figcaption>` + pre
}

// language is the first word of an info string where it can name a language,
// else empty.
func language(info string) string {
	return strings.ToLower(languageName.FindString(info))
}

var languageName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.+#-]{0,31}`)

// highlight returns code, which ends its last line, as HTML with spans that say
// what its parts are. Code without a lexer, or that its lexer cannot cope with,
// has none.
func highlight(lexer chroma.Lexer, code string) string {
	if lexer != nil && len(code) <= maxHighlight {
		if marked, ok := lex(lexer, code); ok {
			return marked
		}
	}
	return html.EscapeString(code)
}

// lex runs a lexer, which may panic, go on about nothing, or lose text: then it
// is not ok.
func lex(lexer chroma.Lexer, code string) (marked string, ok bool) {
	defer func() {
		if recover() != nil {
			marked, ok = "", false
		}
	}()
	next, err := lexer.Tokenise(&chroma.TokeniseOptions{State: "root"}, code)
	if err != nil {
		return "", false
	}
	var out, run, seen strings.Builder // run: text of one class, not yet in out
	last := ""
	flush := func() {
		text := html.EscapeString(run.String())
		if last != "" && strings.TrimSpace(text) != "" {
			text = `<span class="hl-` + last + `">` + text + `</span>`
		}
		out.WriteString(text)
		run.Reset()
	}
	deadline := time.Now().Add(highlightTime)
	for token := next(); token != chroma.EOF; token = next() {
		if time.Now().After(deadline) {
			return "", false
		}
		if class := class(token.Type); class != last {
			flush()
			last = class
		}
		run.WriteString(token.Value)
		seen.WriteString(token.Value)
	}
	flush()
	return out.String(), seen.String() == code
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
