package app

import (
	"errors"
	"strings"

	"notso/app/export"
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

// problems makes one error of sentences.
func (a *App) problems(sentences []string) error {
	list := make([]string, len(sentences))
	for i, s := range sentences {
		list[i] = a.language().Of(s)
	}
	return errors.New(strings.Join(list, " "))
}

// short shows a number with no more digits than it has: 0.7, 0,7 in French.
func (a *App) short(n float64) string { return a.language().Short(n) }

// warnings are the sentences for when the window opens, in the app's language.
func (a *App) warnings() []string {
	list := make([]string, len(a.opts.Warnings))
	for i, w := range a.opts.Warnings {
		list[i] = a.language().Of(w)
	}
	return list
}

// labels are the words around what is rendered from Markdown.
func (a *App) labels() markdown.Labels { return export.Labels(a.language()) }
