package app

import (
	"slices"

	"notso/app/library"
	"notso/engine"
)

// What a model must leave and give to run well: a third of the free memory for
// everybody else, and, since it may think before it answers, about twice the
// speed that people read at, in tokens a second.
const (
	roomShare = 2.0 / 3
	wellRate  = 12
)

// pick returns the file of a model to get on this machine, and why in a few words:
// the most exact one that runs well, else the smallest. Files whose size is not
// known are passed over; where nobody can judge, it is the recommended one.
func (a *App) pick(e library.Entry) (file library.Source, why string) {
	var known []library.Source
	for _, f := range e.Files {
		if f.SizeBytes > 0 {
			known = append(known, f)
		}
	}
	if a.opts.Fit == nil || len(known) == 0 {
		return e.Files[0], ""
	}
	slices.SortFunc(known, func(x, y library.Source) int { return int(min(max(y.SizeBytes-x.SizeBytes, -1), 1)) })
	for _, f := range known {
		if fit := a.opts.Fit(e, f); runsWell(fit) {
			if fit.TokensPerSecond > 0 {
				return f, a.say("models.pick_speed", f.Quantisation, a.rate(fit.TokensPerSecond))
			}
			return f, a.say("models.pick_best", f.Quantisation)
		}
	}
	smallest := known[len(known)-1]
	fit := a.opts.Fit(e, smallest)
	if fit.Kind == "" {
		return e.Files[0], ""
	}
	return smallest, a.say("models.pick_small", smallest.Quantisation) + " " + a.fitText(fit) + "."
}

// runsWell tells whether a model leaves enough memory and is quick enough. On a
// graphics card it is quick.
func runsWell(f engine.Fit) bool {
	switch f.Kind {
	case engine.FitsGPU:
		return true
	case engine.FitsCPU, engine.FitsPartly:
		return f.TokensPerSecond >= wellRate && (f.RAM == 0 || float64(f.Need.Total()) <= roomShare*float64(f.RAM))
	}
	return false
}
