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
// (WCAG AA) on backgrounds as dark as #dfe4ec, or as light as #2a2f3a.
type mark struct {
	class       string
	light, dark string
}

func marks() []mark {
	return []mark{
		{"keyword", "#8a1a6e", "#f49ad8"},
		{"type", "#0b5a66", "#6fdbe6"},
		{"function", "#4a1fa8", "#c3a6ff"},
		{"string", "#1d5c1f", "#a5dd8a"},
		{"number", "#8a3b00", "#ffb782"},
		{"attribute", "#6b4a00", "#e8cf7a"},
		{"variable", "#8c1f2f", "#ffa6ac"},
		{"comment", "#4d5663", "#adb6c4"},
		{"inserted", "#0f5c2c", "#8fe0a8"},
		{"deleted", "#96181f", "#ffa29c"},
		{"heading", "#12468c", "#9cc7ff"},
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
