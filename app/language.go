package app

import "notso/app/words"

// language is what the app speaks: the setting's language, else the
// environment's.
func (a *App) language() words.Words {
	return words.In(string(a.opts.Config.Get().Language), a.opts.Language)
}

// say says a text of the catalogue in the app's language.
func (a *App) say(key string, args ...any) string { return a.language().Say(key, args...) }
