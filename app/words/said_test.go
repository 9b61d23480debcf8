package words

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// speakers are the packages whose texts people read and that know no catalogue,
// each with those of its texts that stay inside: faults that only the log and
// the tests see, and formats of something else.
var speakers = map[string]string{
	"engine/gguf":     `^(write|read tensor|type |%s(:| is) %s$)`,
	"engine/llama":    `^(%s \(|a KV cache|add a|code|decode|free|make a sampler|no room|restore|save|token|open .* those in)`,
	"engine/prompt":   `^(%s: %s$|\[BEGIN|Here are)`,
	"engine/quantize": `^(%s: %s$|quantize:|start the|look for)`,
	"engine/remote":   `^(%s at %s|OpenAI|make a|write the)`,
	"engine/worker":   `^(%s|damaged frame|fatal|terminate|greet|read from|take)`,
	"app/cli":         `^(%s %s/%s|2006|%s  %s$|md$|%s: %s: %s|\[|--|ID… \||FILE|TURN|WORDS|set\||%s %s[^a-z]*%s$|1 %s|%s %ss$|%s %s with|%s \(SHA|%s (h|min|×)|/%s $|. about|, with a context|(Would import|fits|the model|your words|Imported)[^%]*(%s of %s layers.*)?$)`,
	"app/command":     `^(\[name)`,
	"app/config":      `^(%s)`,
	"app/export":      `^(%s|It ended|Stopped|Still)`, // in the exported file, see export.Labels
	"app/fetch":       `^(%s|ask|connect|it speaks|receive|remember)`,
	"app/home":        `^(lock|open the|write the)`,
	"app/hub":         `^$`,
	"app/imports":     `^(2006|unknown contents)`,
	"app/library":     `^$`,
	"app/passage":     `^(%s, %s)`,
	"app/prompts":     `^$`,
	"app/secret":      `^$`,
	"app/shelf":       `^(%s|LM Studio|link|move|read|remember|remove|rename)`,
	"app/shortcut":    `^(Arrow|Ctrl|Space|[^ ] [^ ])`,
}

// spoken are the texts that the packages make for people, as formats whose verbs
// are all %s.
func spoken(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for dir, inside := range speakers {
		stays := regexp.MustCompile(inside)
		names, err := filepath.Glob(filepath.Join("..", "..", dir, "*.go"))
		if err != nil || len(names) == 0 {
			t.Fatalf("%d files in %s, %v", len(names), dir, err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			source, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, source, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				for _, text := range texts(n) {
					if !stays.MatchString(text) {
						found[text] = dir
					}
				}
				return true
			})
		}
	}
	return found
}

// texts are those that a node makes for people, if it is of the kind that does.
func texts(n ast.Node) (list []string) {
	add := func(e ast.Expr) {
		if text, ok := format(e); ok && strings.Count(plain(text), " ") > 0 {
			list = append(list, text)
		}
	}
	switch n := n.(type) {
	case *ast.CallExpr:
		name := ""
		switch f := n.Fun.(type) {
		case *ast.Ident:
			name = f.Name
		case *ast.SelectorExpr:
			name = f.Sel.Name
		}
		if slices.Contains([]string{"New", "Errorf", "Sprintf", "fault", "refuse", "wrong", "fail", "badf", "of", "usagef", "because"}, name) && len(n.Args) > 0 {
			for _, arg := range n.Args {
				add(arg)
			}
		}
	case *ast.CompositeLit:
		for _, e := range n.Elts {
			if pair, ok := e.(*ast.KeyValueExpr); ok {
				e = pair.Value
			}
			add(e)
		}
	case *ast.ReturnStmt:
		for _, e := range n.Results {
			add(e)
		}
	}
	return list
}

// format is a text that is put together in the source, with %s for what is
// known only later.
func format(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			text, err := strconv.Unquote(e.Value)
			return verbsAlike.ReplaceAllString(strings.ReplaceAll(text, "%%", "\x00"), "%s"), err == nil
		}
	case *ast.BinaryExpr:
		left, l := format(e.X)
		right, r := format(e.Y)
		if e.Op != token.ADD || !l && !r {
			return "", false
		}
		if !l {
			left = "%s"
		}
		if !r {
			right = "%s"
		}
		return left + right, true
	}
	return "", false
}

// verbsAlike matches any verb of package fmt.
var verbsAlike = regexp.MustCompile(`%(?:\[\d\])?[-+# 0]*[\d.]*[a-zA-Z]`)

func plain(text string) string { return strings.ReplaceAll(text, "%s", "") }

func TestWhatPackagesSayIsKnownInEveryLanguage(t *testing.T) {
	said := spoken(t)
	if len(said) < 200 {
		t.Fatalf("only %d texts were found in the sources", len(said))
	}
	english := map[string]bool{}
	for _, text := range catalogue()["en"] {
		english[strings.TrimSuffix(strings.ToLower(text), ".")] = true // sentinels have a sentence of their own
	}
	for text, dir := range said {
		if dir == "engine/worker" && regexp.MustCompile(`^(did|was|has|sent|stopped) `).MatchString(text) {
			text = "it " + text // the cause of a worker's death
		}
		text = strings.ReplaceAll(text, "\x00", "%")
		if got := In("fr", "").Of(text); got == text && !english[strings.ToLower(text)] {
			t.Errorf("%s says %q, which no said_*.json has", dir, text)
		}
	}
}

func TestWhatPackagesSayIsSaidInFrench(t *testing.T) {
	for _, test := range []struct{ name, english, want string }{
		{"a text", "the file is cut off", "le fichier est tronqué"},
		{"what a replay names", "context length", "longueur du contexte"},
		{"one with a number", "it has 3 tokens, more than 2", "il a 3 jetons, plus que 2"},
		{"one within another", "its part 2 of 3 cannot be used: it holds no weights", "sa partie 2 sur 3 ne peut pas servir\u00a0: il ne contient pas de poids"},
		{"a list within a text", "unknown format \"x\"; there are md, html or txt", "format inconnu \"x\"\u00a0; il y a md, html ou txt"},
		{"a text that nobody knows", "invalid magic characters", "invalid magic characters"},
		{"words that look like one", "it is a rainy day", "it is a rainy day"},
		{"nothing", "", ""},
	} {
		if got := In("fr", "").Of(test.english); got != test.want {
			t.Errorf("%s is %q, want %q", test.name, got, test.want)
		}
		if got := (Words{}).Of(test.english); got != test.english {
			t.Errorf("in English, %s is %q", test.name, got)
		}
	}
}
