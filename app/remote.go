package app

import (
	"cmp"

	"notso/app/words"
	"notso/engine"
)

// remotely says in a status where words go, when they leave this computer.
func (a *App) remotely(status statusView) statusView {
	if a.opts.Remote != "" && status.State != "failed" && status.State != "loading" {
		status.Text = a.say("remote.pill", status.Text, a.opts.Remote)
	}
	return status
}

// remoteBanner says the same above every chat.
func (a *App) remoteBanner() string {
	if a.opts.Remote == "" {
		return ""
	}
	return a.say("remote.banner", a.opts.Remote)
}

// remoteSentence says what went wrong with a server, and what to do.
func remoteSentence(in words.Words, e *engine.RemoteError) string {
	reason := cmp.Or(in.Of(e.Reason), in.Say("remote.no_reason"))
	switch e.Kind {
	case engine.RemoteUnreachable:
		return in.Say("remote.unreachable", e.Server, reason)
	case engine.RemoteUnauthorised:
		return in.Say("remote.unauthorised", e.Server)
	case engine.RemoteNoModel:
		return in.Say("remote.no_model", e.Server, reason)
	case engine.RemoteBusy:
		if e.RetryAfter > 0 {
			return in.Say("remote.busy_for", e.Server, e.RetryAfter.String())
		}
		return in.Say("remote.busy", e.Server)
	case engine.RemoteFailed:
		return in.Say("remote.failed", e.Server, reason)
	case engine.RemoteGarbled:
		return in.Say("remote.garbled", e.Server, reason)
	case engine.RemoteCut:
		return in.Say("remote.cut", e.Server)
	}
	return in.Say("remote.refused", e.Server, reason)
}
