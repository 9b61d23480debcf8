package app

import (
	"context"

	"notso/app/shelf"
	"notso/app/words"
	"notso/engine"
)

// anatomyView fills anatomy.html: what a model file says of itself, and what it
// would need here.
type anatomyView struct {
	Name     string
	Facts    []factRow
	Groups   []factRow // of the weights
	Template []factRow
	Warnings []anatomyWarning
	Source   string // of the chat template
	Verdict  string // "" where the machine was not asked
	Took     string // the memory that was measured beside what was estimated; "" before it was loaded
	Need     []factRow
}

type anatomyWarning struct {
	Text  string
	Found []string // in the template, as it is written there
}

// getAnatomy lets the file of a model explain itself.
func (a *App) getAnatomy(ctx context.Context, _ request, i shelf.Item) (fragment, error) {
	if a.opts.Inspect == nil {
		return fragment{}, words.Fail("models.closed")
	}
	anatomy, err := a.opts.Inspect(ctx, i.Path)
	if err != nil {
		return fragment{}, err
	}
	view := a.anatomy(i.Name, anatomy)
	if _, info, ready := a.model.answering(); ready && info.Path == i.Path && len(info.Devices) > 0 { // no estimate: that would count what it takes as taken
		view.Verdict = a.say("anatomy.loaded", a.placed(info), a.language().Number(info.ContextLength))
	}
	if i.TokensPerSecond > 0 && view.Verdict != "" { // the estimate beside what came of it
		view.Verdict += ". " + a.say("anatomy.measured", a.rate(i.TokensPerSecond))
	}
	view.Took = a.memoryMeasured(i.Memory)
	return fragment{Name: "anatomy.html", View: view}, nil
}

func (a *App) anatomy(name string, m engine.Anatomy) anatomyView {
	in := a.language()
	view := anatomyView{Name: name, Source: m.Template.Source, Template: a.templateFacts(m.Template)}
	view.Facts = filled(
		factRow{a.say("anatomy.name"), m.Name},
		factRow{a.say("anatomy.architecture"), m.Architecture},
		factRow{a.say("anatomy.parameters"), a.parameters(m.Parameters)},
		factRow{a.say("anatomy.quantisation"), m.Quantisation},
		factRow{a.say("anatomy.size"), a.size(m.SizeBytes)},
		factRow{a.say("anatomy.context"), unlessNone(m.TrainedContext, in.Count("anatomy.tokens", m.TrainedContext))},
		factRow{a.say("anatomy.memory"), unlessNone(m.KVBytesPerToken, a.say("anatomy.memory_value", a.size(m.KVBytesPerToken*1000), in.Number(1000)))},
		factRow{a.say("anatomy.vocabulary"), a.joined(in.Count("anatomy.tokens", m.Vocabulary), m.Tokenizer)},
		factRow{a.say("anatomy.maker"), m.Maker},
		factRow{a.say("anatomy.licence"), m.Licence},
	)
	for _, g := range m.Groups {
		view.Groups = append(view.Groups, factRow{a.groupName(g.Name), a.groupText(g)})
	}
	for _, w := range m.Template.Warnings {
		view.Warnings = append(view.Warnings, anatomyWarning{Text: a.templateWarning(w.Kind), Found: w.Found})
	}
	if f := m.Fit; f != nil {
		view.Verdict = a.fitText(*f)
		view.Need = a.needFacts(*f)
	}
	return view
}

// filled leaves out the rows that have nothing to say.
func filled(rows ...factRow) []factRow {
	var there []factRow
	for _, row := range rows {
		if row.Value != "" {
			there = append(there, row)
		}
	}
	return there
}

// unlessNone is text, or "" where the file does not tell its number.
func unlessNone[T int | int64](n T, text string) string {
	if n <= 0 {
		return ""
	}
	return text
}

// parameters says how many weights there are, in a number that people can
// compare.
func (a *App) parameters(n int64) string {
	switch {
	case n >= 1e9:
		return a.say("models.weights", a.language().Decimal(float64(n)/1e9, 1))
	case n >= 1e6:
		return a.say("models.weights_small", a.language().Decimal(float64(n)/1e6, 0))
	}
	return a.language().Count("anatomy.weights", int(n))
}

func (a *App) groupName(name string) string {
	switch name {
	case "embedding":
		return a.say("anatomy.embedding")
	case "attention":
		return a.say("anatomy.attention")
	case "feed-forward":
		return a.say("anatomy.feed_forward")
	case "experts":
		return a.say("anatomy.experts")
	case "output":
		return a.say("anatomy.output")
	case "norms":
		return a.say("anatomy.norms")
	}
	return a.say("anatomy.other")
}

// groupText is "1.2 billion weights · 700 MB · Q4_K ×12, Q6_K ×4".
func (a *App) groupText(g engine.WeightGroup) string {
	types := ""
	for i, t := range g.Types {
		if i > 0 {
			types += ", "
		}
		types += a.say("anatomy.type", t.Type, a.language().Number(t.Tensors))
	}
	return a.joined(a.parameters(g.Parameters), a.size(g.SizeBytes), types)
}

func (a *App) templateFacts(t engine.ChatTemplate) []factRow {
	if t.Source == "" {
		return nil
	}
	family, can := t.Family, ""
	if family == "" {
		family = a.say("anatomy.unknown_family")
	}
	if t.Thinks {
		can = a.say("models.thinks")
	}
	if t.Tools {
		can = a.joined(can, a.say("models.tools"))
	}
	return filled(factRow{a.say("anatomy.family"), family}, factRow{a.say("anatomy.can"), can}, factRow{"SHA-256", t.Hash})
}

func (a *App) templateWarning(kind engine.TemplateIssue) string {
	switch kind {
	case engine.TemplateMissing:
		return a.say("anatomy.warn_missing")
	case engine.TemplateUnknown:
		return a.say("anatomy.warn_unknown")
	case engine.TemplateOwnText:
		return a.say("anatomy.warn_own_text")
	case engine.TemplateListens:
		return a.say("anatomy.warn_listens")
	case engine.TemplateInvisible:
		return a.say("anatomy.warn_invisible")
	case engine.TemplateBlank:
		return a.say("anatomy.warn_blank")
	case engine.TemplateMore:
		return a.say("anatomy.warn_more")
	}
	return string(kind)
}

// needFacts are the numbers behind a verdict.
func (a *App) needFacts(f engine.Fit) []factRow {
	some := func(n int64) string { return unlessNone(n, a.size(n)) }
	n := f.Need
	return filled(
		factRow{a.say("anatomy.need"), some(n.Total())},
		factRow{a.say("anatomy.need_weights"), some(n.Weights)},
		factRow{a.say("anatomy.need_context", a.language().Number(f.Context)), some(n.KV)},
		factRow{a.say("anatomy.need_compute"), some(n.Compute)},
		factRow{a.say("anatomy.need_process"), some(n.Process)},
		factRow{a.say("anatomy.free"), some(f.RAM)},
		factRow{a.say("anatomy.free_gpu"), some(f.VRAM)},
	)
}
