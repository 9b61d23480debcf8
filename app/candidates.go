package app

import (
	"notso/app/chat"
)

// maxCandidates is how many replies can be asked for at once: as many as fit side
// by side, and as there are keys to choose with.
const maxCandidates = 4

// windowOptions are what the chat asks of replies that the window shows.
func (a *App) windowOptions(c chat.Chat) TalkOptions {
	return TalkOptions{Candidates: c.Settings.Candidates}
}
