package markdown

import (
	"fmt"
	"io"
)

// Theme is light or dark.
type Theme int

const (
	Light Theme = iota
	Dark
)

// mark is a class of code and its colours. Each has a contrast of 4.5 or more
// (WCAG AA) on backgrounds as dark as #dfe4ec, or as light as #2a2f3a. They are
// those of the window, frontend/css/tokens.css.
type mark struct {
	class       string
	light, dark string
}

func marks() []mark {
	return []mark{
		{"keyword", "#5f27cd", "#bda4ff"},
		{"type", "#00666b", "#00d2d3"},
		{"function", "#0a5a8c", "#8ccbff"},
		{"string", "#17653a", "#7fdba4"},
		{"number", "#8f4200", "#ffb98a"},
		{"attribute", "#7a4b00", "#f3c26b"},
		{"variable", "#a61b28", "#ff9c96"},
		{"comment", "#566076", "#98a2b8"},
		{"inserted", "#17653a", "#7fdba4"},
		{"deleted", "#a61b28", "#ff9c96"},
		{"heading", "#5f27cd", "#bda4ff"},
	}
}

// CSS writes a rule for every class that marks code: hl-keyword, hl-type,
// hl-function, hl-string, hl-number, hl-attribute, hl-variable, hl-comment,
// hl-inserted, hl-deleted and hl-heading. A page may have its own instead.
func CSS(w io.Writer, theme Theme) error {
	for _, m := range marks() {
		colour := m.light
		if theme == Dark {
			colour = m.dark
		}
		if _, err := fmt.Fprintf(w, ".hl-%s { color: %s; }\n", m.class, colour); err != nil {
			return err
		}
	}
	return nil
}
