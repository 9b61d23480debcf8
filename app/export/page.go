package export

import (
	"bytes"
	_ "embed"
	"html/template"
	"io"

	"notso/app/chat"
	"notso/app/markdown"
	"notso/app/words"
)

//go:embed page.html
var pageHTML string

//go:embed page.css
var pageCSS string

type page struct {
	Language, Reasoning string
	Title               string
	Date                string
	CSS                 template.CSS
	Turns               []pageTurn
}

type pageFile struct{ Name, Text string }

type pageTurn struct {
	User      bool
	Speaker   string
	When      string
	Text      []template.HTML
	Reasoning []template.HTML
	Files     []pageFile
	Note      string
}

// writeHTML writes one page with all that it needs in it. Its policy lets it
// fetch and run nothing, whatever a browser makes of the text.
func writeHTML(w io.Writer, in words.Words, c chat.Chat, turns []chat.Turn) error {
	t, err := template.New("page").Parse(pageHTML)
	if err != nil {
		return err
	}
	css, err := styles()
	if err != nil {
		return err
	}
	p := page{Language: in.Code(), Reasoning: in.Say("export.reasoning"), Title: heading(in, c), Date: c.Created.Format(clock), CSS: css}
	r := markdown.NewIn(func() markdown.Labels { return Labels(in) })
	for _, t := range chat.Branch(turns, c.Head) {
		view := pageTurn{User: t.Role == chat.User, Speaker: speaker(in, t, turns), When: t.Created.Format(clock), Note: note(in, t)}
		if view.User {
			view.Text = r.Plain(t.Text)
			for _, f := range t.Files {
				view.Files = append(view.Files, pageFile{f.Name, f.Text})
			}
		} else {
			view.Text = r.Render(2*t.ID, t.Text) // two texts, so two sets of footnotes
			view.Reasoning = r.Render(2*t.ID+1, t.Reasoning)
		}
		p.Turns = append(p.Turns, view)
	}
	return t.Execute(w, p)
}

// Labels are the words around rendered Markdown, in a language.
func Labels(in words.Words) markdown.Labels {
	return markdown.Labels{
		Wrap: in.Say("code.wrap"), Lines: in.Say("code.lines"), Copy: in.Say("code.copy"), Diagram: in.Say("code.diagram"), Text: in.Say("code.text"), Table: in.Say("code.table"),
	}
}

// styles are those of the page, and the colours of code in both themes.
func styles() (template.CSS, error) {
	var css bytes.Buffer
	css.WriteString(pageCSS)
	if err := markdown.CSS(&css, markdown.Light); err != nil {
		return "", err
	}
	css.WriteString("@media screen and (prefers-color-scheme: dark) {\n")
	if err := markdown.CSS(&css, markdown.Dark); err != nil {
		return "", err
	}
	css.WriteString("}\n")
	return template.CSS(css.String()), nil
}
