package markdown

import (
	"net/url"
	"regexp"

	"github.com/microcosm-cc/bluemonday"
)

// newPolicy names everything that may pass. Code, formulas and the boxes around
// tables are put in after it.
func newPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote",
		"ul", "ol", "li", "em", "strong", "del", "code", "sup",
		"table", "thead", "tbody", "tr", "th", "td", "dl", "dt", "dd")
	p.AllowAttrs("start").Matching(exactly(`[0-9]{1,9}`)).OnElements("ol")
	p.AllowAttrs("align").Matching(exactly(`left|center|right`)).OnElements("th", "td")

	p.RequireParseableURLs(true)
	p.AllowURLSchemes("http", "https", "mailto")
	p.AllowRelativeURLs(true) // for footnotes; the pattern lets nothing else pass
	p.AllowAttrs("href").Matching(exactly(`(?:https?://|mailto:)[^\s"<>\\\x60]+|#t[0-9]+-fn(?:ref[0-9]*)?:[0-9]+`)).OnElements("a")
	p.AllowAttrs("rel").Matching(exactly(`noreferrer noopener`)).OnElements("a")
	p.RequireNoReferrerOnLinks(true)

	p.AllowURLSchemeWithCustomPolicy("data", func(u *url.URL) bool { return isSmallImage(u.String()) })
	p.AllowAttrs("src").Matching(exactly(`data:image/\S+`)).OnElements("img")
	p.AllowAttrs("alt").OnElements("img")

	p.AllowAttrs("id").Matching(exactly(`t[0-9]+-fn(?:ref[0-9]*)?:[0-9]+`)).OnElements("sup", "li")
	p.AllowAttrs("class").Matching(exactly(`footnote-ref|footnote-backref`)).OnElements("a")
	p.AllowAttrs("class").Matching(exactly(`footnotes`)).OnElements("div")
	p.AllowAttrs("role").Matching(exactly(`doc-noteref|doc-backlink`)).OnElements("a")
	p.AllowAttrs("role").Matching(exactly(`doc-endnotes`)).OnElements("div")

	p.AllowAttrs("class").Matching(exactly(`task|hl-[a-z]+`)).OnElements("span")
	p.AllowAttrs("data-part").Matching(exactly(`[0-9]+`)).OnElements("pre", "span")
	return p
}

func exactly(pattern string) *regexp.Regexp { return regexp.MustCompile(`^(?:` + pattern + `)$`) }
