package app

import (
	"bytes"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"notso/app/words"
	"regexp"
	"slices"
	"strings"
	"testing"

	"notso/frontend"

	"golang.org/x/net/html"
)

func TestEveryStateOfTheWindowIsSoundHTML(t *testing.T) {
	for _, s := range states() {
		t.Run(s.name, func(t *testing.T) {
			page := draw(t, fragment{Name: "page.html", View: s.page})
			ids := map[string]int{}
			for n := range page.Descendants() {
				if id, ok := attribute(n, "id"); ok {
					ids[id]++
				}
				for _, a := range n.Attr {
					if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
						t.Errorf("<%s %s>: the policy of the page blocks it", n.Data, a.Key)
					}
				}
				if n.Data == "script" && n.FirstChild != nil {
					t.Error("a script in the page: the policy of the page blocks it")
				}
				checkNonce(t, n)
				if n.Data == "use" {
					if href, _ := attribute(n, "href"); find(page, "id", strings.TrimPrefix(href, "#")) == nil {
						t.Errorf("there is no icon %s", href)
					}
				}
				for _, key := range []string{"for", "aria-controls", "aria-describedby", "aria-labelledby"} {
					if ref, ok := attribute(n, key); ok && find(page, "id", ref) == nil {
						t.Errorf("%s of <%s> names %q, which is nowhere", key, n.Data, ref)
					}
				}
			}
			for id, n := range ids {
				if n > 1 {
					t.Errorf("%d elements have the id %q", n, id)
				}
			}
		})
	}
}

// checkNonce: hx-csp strips hx- attributes of elements without the nonce.
func checkNonce(t *testing.T, n *html.Node) {
	t.Helper()
	asks := slices.ContainsFunc(n.Attr, func(a html.Attribute) bool {
		return slices.Contains([]string{"hx-get", "hx-post", "hx-delete"}, a.Key)
	})
	if nonce, _ := attribute(n, "hx-nonce"); asks && len(nonce) < 20 {
		t.Errorf("<%s> asks the app for something, with the nonce %q", n.Data, nonce)
	}
}

func TestTurn(t *testing.T) {
	for _, test := range []struct {
		name       string
		turn       turnView
		has, hasNo []string
	}{
		{"a user's words are the words", turnView{ID: 1, User: true, State: "done", Text: blocksOf(`<p class="plain">1 &lt; 2</p>`)},
			[]string{`data-role="user"`, `<div class="block" dir="auto"><p class="plain">1 &lt; 2</p></div>`, `data-copy="/turns/1/text"`}, []string{"<details", "orb"}},
		{"a reply has its reasoning in a fold", turnView{ID: 2, State: "done", Summary: "Thought for 4 s", Reasoning: blocksOf("<p>r</p>"), Text: blocksOf("<p>t</p>")},
			[]string{`<span class="summary">Thought for 4 s</span>`, `data-part="reasoning"`, `data-part="text"`}, []string{"open"}},
		{"a running reply tells which events it contains", turnView{ID: 3, State: "running", Seq: 17},
			[]string{`data-state="running"`, `data-seq="17"`}, []string{"/regenerate", "/continue"}},
		{"a failed reply says why, and can go on", turnView{ID: 4, State: "failed", Notice: "It broke <here>.", CanContinue: true, CanRetry: true},
			[]string{"It broke &lt;here&gt;.", `hx-post="/turns/4/continue"`, `hx-post="/turns/4/regenerate"`}, nil},
		{"a divider stands above the turn", turnView{ID: 5, User: true, State: "done", Divider: "Afresh."},
			[]string{`<p class="divider"><span>Afresh.</span></p>`}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := write(t, fragment{Name: "turn.html", View: test.turn}).Body.String()
			for _, want := range test.has {
				if !strings.Contains(got, want) {
					t.Errorf("no %s in\n%s", want, got)
				}
			}
			for _, not := range test.hasNo {
				if strings.Contains(got, not) {
					t.Errorf("there is %s in\n%s", not, got)
				}
			}
		})
	}
}

func TestFragmentsOutOfBandNameTheirPlace(t *testing.T) {
	answer := write(t,
		fragment{Name: "turn.html", View: turnView{ID: 1}},
		fragment{Name: "sidebar.html", View: cannedSidebar(1), OOB: true},
		fragment{Name: "toast.html", View: toastView{Text: "<Gone>", Undo: "/chats/1/restore"}, OOB: true},
	)
	body := answer.Body.String()
	for _, want := range []string{
		`<hx-partial hx-target="#sidebar" hx-swap="outerMorph"><nav id="sidebar"`,
		`<hx-partial hx-target="#toasts" hx-swap="beforeend"><div class="toast"`,
		`&lt;Gone&gt;`, `hx-post="/chats/1/restore"`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in\n%s", want, body)
		}
	}
	if strings.Count(body, "<hx-partial") != 2 || strings.Count(body, "</hx-partial>") != 2 || !strings.HasPrefix(body, "<article") {
		t.Errorf("the first fragment stands free, the others are partials:\n%s", body)
	}
}

func TestTheNonceOfAnAnswerIsNotThePages(t *testing.T) {
	nonce := regexp.MustCompile(`nonce="([^"]+)"`)
	page := nonce.FindStringSubmatch(write(t, fragment{Name: "page.html", View: cannedPage(cannedTalk())}).Body.String())
	answer := write(t, fragment{Name: "sidebar.html", View: cannedSidebar(1)})
	part := nonce.FindStringSubmatch(answer.Body.String())
	if page[1] == part[1] {
		t.Error("hx-csp takes the page's own nonce in an answer for a stolen one")
	}
	if policy := answer.Header().Get("Content-Security-Policy"); policy != "script-src 'nonce-"+part[1]+"'" {
		t.Errorf("hx-csp learns the nonce of an answer from its policy, which is %q", policy)
	}
}

func TestAFragmentThatFailsSendsNothingOfTheOthers(t *testing.T) {
	w := httptest.NewRecorder()
	writeFragments(w, words.Words{}, http.StatusOK, fragment{Name: "status.html", View: statusView{Text: "visible"}}, fragment{Name: "turn.html", View: "not a turn"})
	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "visible") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestTextsNeverBecomeMarkup(t *testing.T) {
	nodes := func(text string) int {
		view := cannedPage(cannedTalk())
		view.Banner, view.Status.Text, view.Sidebar.Chats[0].Title = text, text, text
		c := &view.Conversation
		c.Title, c.Model, c.Draft, c.Gauge.Text, c.Thinking.Why = text, text, text, text, text
		c.Turns[0].Notice, c.Turns[0].Stats, c.Turns[0].Divider, c.Turns[1].Summary = text, text, text, text
		n := 0
		for range draw(t, fragment{Name: "page.html", View: view}).Descendants() {
			n++
		}
		return n
	}
	evil := `"><script>x</script><img src=x onerror=y></textarea>' hx-get=/z`
	if got, want := nodes(evil), nodes("plain"); got != want {
		t.Errorf("a page with markup in its texts has %d nodes, one with plain texts %d", got, want)
	}
}

func TestEveryBehaviourExists(t *testing.T) {
	main, err := fs.ReadFile(frontend.Assets, "js/main.js")
	if err != nil {
		t.Fatal(err)
	}
	attached := string(main[bytes.Index(main, []byte("attach({")):])
	files, err := fs.Glob(frontend.Templates, "templates/*.html")
	if err != nil || len(files) == 0 {
		t.Fatal(err, len(files))
	}
	for _, file := range files {
		source, _ := fs.ReadFile(frontend.Templates, file)
		for _, match := range regexp.MustCompile(`data-behaviour="([^"]*)"`).FindAllStringSubmatch(string(source), -1) {
			for name := range strings.FieldsSeq(regexp.MustCompile(`\{\{[^}]*\}\}`).ReplaceAllString(match[1], " ")) { // without what chooses among them
				if !regexp.MustCompile(`\b` + name + `\b`).MatchString(attached) {
					t.Errorf("%s: main.js attaches no %q", file, name)
				}
			}
		}
	}
}

// bareRule matches the rule of a class as such, wherever it is.
var bareRule = regexp.MustCompile(`(?m)^(\.[a-z-]+)\s*\{`)

func TestAClassHasItsRuleInOneStylesheet(t *testing.T) {
	files, _ := fs.Glob(frontend.Assets, "css/*.css")
	home := map[string]string{}
	for _, file := range files {
		css, err := fs.ReadFile(frontend.Assets, file)
		if err != nil {
			t.Fatal(err)
		}
		for _, rule := range bareRule.FindAllSubmatch(css, -1) {
			class := string(rule[1])
			if other, taken := home[class]; taken && other != file {
				t.Errorf("%s and %s both say what %s looks like, so that one changes the other", other, file, class)
			}
			home[class] = file
		}
	}
}

func TestEveryStylesheetIsImported(t *testing.T) {
	app, err := fs.ReadFile(frontend.Assets, "css/app.css")
	if err != nil {
		t.Fatal(err)
	}
	files, _ := fs.Glob(frontend.Assets, "css/*.css")
	for _, file := range files {
		if name := strings.TrimPrefix(file, "css/"); name != "app.css" && !bytes.Contains(app, []byte(`"`+name+`"`)) {
			t.Errorf("app.css does not import %s", name)
		}
	}
}

// write answers with the fragments.
func write(t *testing.T, fragments ...fragment) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	writeFragments(w, words.Words{}, http.StatusOK, fragments...)
	if w.Code != http.StatusOK {
		t.Fatal(w.Body)
	}
	return w
}

// draw parses what the fragments become.
func draw(t *testing.T, fragments ...fragment) *html.Node {
	t.Helper()
	node, err := html.Parse(write(t, fragments...).Body)
	if err != nil {
		t.Fatal(err)
	}
	return node
}

func attribute(n *html.Node, key string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val, true
		}
	}
	return "", false
}

// find returns the element that has the attribute, nil when there is none.
func find(root *html.Node, key, value string) *html.Node {
	for n := range root.Descendants() {
		if got, ok := attribute(n, key); ok && got == value {
			return n
		}
	}
	return nil
}
