package cli

import (
	"fmt"
	"strings"

	"notso/engine"
)

// anatomyRows prints what a model file says of itself, and what it would need
// here.
func anatomyRows(row func(...any), a engine.Anatomy) {
	if a.Maker != "" {
		row("Maker", a.Maker)
	}
	row("Vocabulary", fmt.Sprintf("%d tokens, %s", a.Vocabulary, a.Tokenizer))
	for i, g := range a.Groups {
		head := ""
		if i == 0 {
			head = "Weights of"
		}
		var types []string
		for _, t := range g.Types {
			types = append(types, fmt.Sprintf("%s ×%d", t.Type, t.Tensors))
		}
		row(head, fmt.Sprintf("%-12s %8s  %s", g.Name, bytes(g.SizeBytes), strings.Join(types, ", ")))
	}
	row("Chat template", templateLine(a.Template))
	for _, w := range a.Template.Warnings {
		row("", warningLine(w))
		for _, found := range w.Found {
			row("", "  "+found)
		}
	}
	if a.Fit != nil {
		row("Here", fitLine(*a.Fit))
		n := a.Fit.Need
		row("", fmt.Sprintf("%s: weights %s, context %s, buffers %s, program %s", bytes(n.Total()), bytes(n.Weights), bytes(n.KV), bytes(n.Compute), bytes(n.Process)))
	}
}

func templateLine(t engine.ChatTemplate) string {
	if t.Source == "" {
		return "none"
	}
	family := t.Family
	if family == "" {
		family = "of an unknown family"
	}
	var can []string
	if t.Thinks {
		can = append(can, "thinking")
	}
	if t.Tools {
		can = append(can, "tools")
	}
	if len(can) > 0 {
		family += ", with " + strings.Join(can, " and ")
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
func fitLine(f engine.Fit) string {
	text := ""
	switch f.Kind {
	case engine.FitsGPU:
		text = "fits on the graphics card"
	case engine.FitsPartly:
		text = fmt.Sprintf("fits with %d of %d layers on the graphics card", f.GPULayers, f.Layers)
	case engine.FitsCPU:
		text = "fits into memory, computed on the processor"
	default:
		return fmt.Sprintf("does not fit: it needs %s, and %s are free", bytes(f.Need.Total()), bytes(f.RAM))
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
