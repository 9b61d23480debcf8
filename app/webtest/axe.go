package webtest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// violation is one rule of axe-core that the page breaks.
type violation struct {
	ID     string `json:"id"`
	Impact string `json:"impact"`
	Help   string `json:"help"`
	Nodes  []struct {
		HTML    string `json:"html"`
		Summary string `json:"failureSummary"`
	} `json:"nodes"`
}

// CheckAccessibility fails the test for each serious or critical violation that
// axe-core finds in what the page shows now, the size of targets (24 px, WCAG
// 2.2) included; state names it.
func (p *Page) CheckAccessibility(state string) {
	p.t.Helper()
	p.report()
	p.Allow("Applying inline style violates") // axe's own
	if !Get[bool](p, "typeof axe === 'object'") {
		Get[any](p, axeSource(p)+"; null")
	}
	p.settle()
	for _, v := range Get[[]violation](p, `axe.run(document, {resultTypes: ['violations'], rules: {'target-size': {enabled: true}}}).then((r) => r.violations)`) {
		if v.Impact != "serious" && v.Impact != "critical" {
			continue
		}
		var where strings.Builder
		for _, node := range v.Nodes {
			if v.ID == "target-size" && strings.Contains(node.Summary, "partially obscured") {
				continue // a menu lies over it, and goes with the click
			}
			fmt.Fprintf(&where, "\n\t%s\n\t\t%s", node.HTML, strings.ReplaceAll(node.Summary, "\n", "\n\t\t"))
		}
		if where.Len() == 0 {
			continue
		}
		p.t.Errorf("%s: %s (%s, %s)%s", state, v.Help, v.ID, v.Impact, where.String())
	}
}

// axeSource reads axe-core from the node_modules of the repository.
func axeSource(p *Page) string {
	p.t.Helper()
	source, err := os.ReadFile(filepath.Join(repository(p.t), "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		p.t.Fatal("axe-core is missing: run `npm ci` in the repository's root (make test does)")
	}
	return string(source)
}

// repository returns the folder of go.mod, in or above the test's.
func repository(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("this test runs inside the repository: no go.mod above it")
		}
	}
}
