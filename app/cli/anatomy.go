package cli

import (
	"fmt"
	"strings"

	"notso/engine"
)

// anatomyRows prints what a model file says of itself, and what it would need
// here.
func (e Env) anatomyRows(row func(...any), a engine.Anatomy) {
	if a.Maker != "" {
		row(e.of("Maker"), a.Maker)
	}
	row(e.of("Vocabulary"), e.of("%d tokens, %s", a.Vocabulary, a.Tokenizer))
	for i, g := range a.Groups {
		head := ""
		if i == 0 {
			head = e.of("Weights of")
		}
		var types []string
		for _, t := range g.Types {
			types = append(types, fmt.Sprintf("%s ×%d", t.Type, t.Tensors))
		}
		row(head, fmt.Sprintf("%-12s %8s  %s", g.Name, e.Words.Size(g.SizeBytes), strings.Join(types, ", ")))
	}
	row(e.of("Chat template"), e.templateLine(a.Template))
	for _, w := range a.Template.Warnings {
		row("", e.Words.Of(warningLine(w)))
		for _, found := range w.Found {
			row("", "  "+found)
		}
	}
	if a.Fit != nil {
		row(e.of("Here"), e.Words.Of(e.fitLine(*a.Fit)))
		n := a.Fit.Need
		row("", e.of("%s: weights %s, context %s, buffers %s, program %s", e.Words.Size(n.Total()), e.Words.Size(n.Weights), e.Words.Size(n.KV), e.Words.Size(n.Compute), e.Words.Size(n.Process)))
	}
}

func (e Env) templateLine(t engine.ChatTemplate) string {
	if t.Source == "" {
		return e.of("none")
	}
	family := t.Family
	if family == "" {
		family = e.of("of an unknown family")
	}
	var can []string
	if t.Thinks {
		can = append(can, e.of("thinking"))
	}
	if t.Tools {
		can = append(can, e.of("tools"))
	}
	if len(can) > 0 {
		family += e.of(", with %s", strings.Join(can, ", "))
	}
	return fmt.Sprintf("%s (SHA-256 %.12s)", family, t.Hash)
}

func warningLine(w engine.TemplateWarning) string {
	switch w.Kind {
	case engine.TemplateMissing:
		return "There is no chat template, so the common one, ChatML, is used."
	case engine.TemplateUnknown:
		return "The template is of no family that this version knows; look at it before you trust it."
	case engine.TemplateOwnText:
		return "The template tells the model things of its own:"
	case engine.TemplateListens:
		return "The template looks for these in what is said:"
	case engine.TemplateInvisible:
		return "The template holds characters that nobody can see:"
	case engine.TemplateBlank:
		return "The template has a blank so long that it pushes text out of sight."
	case engine.TemplateMore:
		return "The file has other templates beside it, which are not used:"
	}
	return string(w.Kind)
}

// fitLine says how a model fits this machine.
func (e Env) fitLine(f engine.Fit) string {
	text := ""
	switch f.Kind {
	case engine.FitsGPU:
		text = "fits on the graphics card"
	case engine.FitsPartly:
		text = fmt.Sprintf("fits with %d of %d layers on the graphics card", f.GPULayers, f.Layers)
	case engine.FitsCPU:
		text = "fits into memory, computed on the processor"
	default:
		return fmt.Sprintf("does not fit: it needs %s, and %s are free", e.Words.Size(f.Need.Total()), e.Words.Size(f.RAM))
	}
	text += fmt.Sprintf(", with a context of %d tokens", f.Context)
	if f.TokensPerSecond > 0 {
		text += fmt.Sprintf("; about %s tok/s", rough(f.TokensPerSecond))
	}
	return text
}

// rough keeps the digits of an estimate that mean something.
func rough(x float64) string {
	if x < 10 {
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.0f", x)
}
