package app

import (
	"net/http/httptest"
	"strings"
	"testing"

	"notso/app/config"
	"notso/engine"
	"notso/engine/scripted"
)

// TestADoubtfulFileIsExplainedInEveryLanguage: each part and each warning has
// words of its own, and a file's own text is text.
func TestADoubtfulFileIsExplainedInEveryLanguage(t *testing.T) {
	m := engine.Anatomy{Name: "<b>bold</b>", Parameters: 1, Vocabulary: 1, Fit: &engine.Fit{Kind: engine.FitsNot, Need: engine.Need{Weights: 9e9}, RAM: 1e9},
		Template: engine.ChatTemplate{Source: "<script>x</script>", Hash: "abc"}}
	kinds := []engine.TemplateIssue{engine.TemplateMissing, engine.TemplateUnknown, engine.TemplateOwnText, engine.TemplateListens, engine.TemplateInvisible, engine.TemplateBlank, engine.TemplateMore}
	for _, kind := range kinds {
		m.Template.Warnings = append(m.Template.Warnings, engine.TemplateWarning{Kind: kind, Found: []string{"<i>found</i>"}})
	}
	for _, name := range []string{"embedding", "attention", "feed-forward", "experts", "output", "norms", "other"} {
		m.Groups = append(m.Groups, engine.WeightGroup{Name: name, Parameters: 2e9, SizeBytes: 1e9, Types: []engine.WeightShare{{Type: "Q4_K", Tensors: 1200}, {Type: "Q6_K", Tensors: 1}}})
	}
	for _, test := range []struct {
		language string
		want     []string
	}{
		{"en", []string{"About tiny", "1 weight<", "Does not fit: it needs 9.00 GB, and 1.00 GB are free", "2.0 billion weights · 1.00 GB · Q4_K ×1,200, Q6_K ×1", "not known"}},
		{"fr", []string{"À propos de tiny", "1 poids<", "Ne tient pas", "2,0 milliards de poids · 1,00 Go · Q4_K ×1\u202f200, Q6_K ×1", "inconnue"}},
	} {
		b := newBench(t, scripted.Options{})
		if err := b.opts.Config.Update(func(c *config.Config) { c.Language = test.language }); err != nil {
			t.Fatal(err)
		}
		view := b.anatomy("tiny", m)
		drawn := httptest.NewRecorder()
		writeFragments(drawn, b.language(), 200, fragment{Name: "anatomy.html", View: view})
		html := drawn.Body.String()
		for _, want := range append(test.want, "&lt;b&gt;bold&lt;/b&gt;", "&lt;i&gt;found", "&lt;script&gt;") {
			if !strings.Contains(html, want) {
				t.Errorf("%s: the dialog does not say %q: %s", test.language, want, html)
			}
		}
		said := map[string]bool{}
		for _, w := range view.Warnings {
			said[w.Text] = true
		}
		for _, g := range view.Groups {
			said[g.Name] = true
		}
		if want := len(kinds) + len(m.Groups); len(said) != want || strings.Contains(html, "anatomy.") {
			t.Errorf("%s: %d parts and warnings have words of their own, want %d: %v", test.language, len(said), want, said)
		}
	}
}
