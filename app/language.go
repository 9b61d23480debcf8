package app

import (
	"notso/app/markdown"
	"notso/app/words"
)

// language is what the app speaks: the setting's language, else the
// environment's.
func (a *App) language() words.Words {
	return words.In(string(a.opts.Config.Get().Language), a.opts.Language)
}

// say says a text of the catalogue in the app's language.
func (a *App) say(key string, args ...any) string { return a.language().Say(key, args...) }

// labels are the words around what is rendered from Markdown.
func (a *App) labels() markdown.Labels {
	return markdown.Labels{
		Wrap: a.say("code.wrap"), Lines: a.say("code.lines"), Copy: a.say("code.copy"), Diagram: a.say("code.diagram"), Text: a.say("code.text"), Table: a.say("code.table"),
	}
}
