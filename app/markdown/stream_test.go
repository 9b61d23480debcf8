package markdown

import (
	"encoding/json"
	"html/template"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// moduleFile reads a file of a module that this one depends on.
func moduleFile(t testing.TB, module, name string) []byte {
	t.Helper()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module).Output()
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// specExamples are the examples of the CommonMark specification.
func specExamples(t testing.TB) (list []string) {
	t.Helper()
	var examples []struct{ Markdown string }
	if err := json.Unmarshal(moduleFile(t, "github.com/yuin/goldmark", "_test/spec.json"), &examples); err != nil {
		t.Fatal(err)
	}
	for _, e := range examples {
		list = append(list, e.Markdown)
	}
	if len(list) < 600 {
		t.Fatalf("found %d examples, want the 650 of the specification", len(list))
	}
	return list
}

// subtle are texts where a later line changes what an earlier one means.
func subtle() []string {
	return []string{
		"",
		"\n\n\n",
		"a\n===\n\nb\n---\n\nc\n\n===\n",
		"- a\n\n- b\n\ntext\n\n- c\n- d\n\n  more of d\n\n      code of d\n",
		"1. a\n\n2\n\n2. b\n\n3) c\n",
		"- a\n\n-\n\n- - -\n\n-- b\n",
		"* a\n\n** b **\n\n* c\n",
		"- a\n  ```\n  x\n\n  y\n\ntext\n\n```\n\nz\n\n~~~\n```\n\nafter\n",
		"> a\n\n> b\n> ```\n> c\n\nd\n",
		"```go\nfunc f() {\n\n}\n```\ntext right after\n```\n\n",
		"text right before\n~~~~ python extra\ncode\n~~~\n\nmore\n~~~~~  \n~~~~\n",
		"   ```\n   a\n  b\n    ```\n   ```\n",
		"```a`b`\ntext\n\n```\ncode",
		"````\n```\n\n````",
		"``` \n\n",
		"```\n``",
		"<!-- a\n\nb\n\n-->\ntext\n\n<div>\n\n*a*\n\n</div>\n\n<pre>\n\n```\n\n</pre>\n\n```\nx\n```\n",
		"<script>\n\n```\n\n</script>\n\nend\n",
		"a | b\n--|--\n1 | 2\n\n3 | 4\n\nfoo\na | b\n-- | --\n1 | 2\n",
		"    code\n\n    more\n\ntext\n\n\tcode\n",
		"a\r\n\r\nb\r\n```\r\nc\r\n```\r\nd\r\n",
		"a  \nb\\\nc\n \t \nd\n\f\ne\v\n\x00\x1b[31m\n",
		"é ü 漢字 👩‍👩‍👧 \xff\xfe \xe6\xbc\n\n漢\n",
		"- [ ] a\n- [x] b\n\n   c\n\nd ~~e~~ www.example.com\n",
		"1. one\n   - two\n\n     > three\n\n   four\n\nfive\n",
		"***\n\n* * *\n\n_ _ _\n",
		"# a\n# b\ntext\n## c ##\n\n#d\n",
		"a\n: b\n\nc\n\n: d\n\ne\nf\n: g\n\n    h\n\ni\n\n- j\n\n: k\n\nl\n",
		"a $x$ b\n$$\nx\n= y\n- z\n\n$$ not\n\n\\[ a_1\n\\].\nb\n\n$$x$$\n\n> $$\n> y_1\n> $$\n\nc\n\n$$\nopen\n",
		"- a\n  $$\n  x^2\n  $$\n\n- \\[ y^2 \\]\n\n\\[link\\](x)\n\n$$ a\n> $$\n\n> $$\nb $$\n",
		strings.Repeat("> ", 40) + "deep\n\nout\n",
	}
}

// late are texts in which the end changes what is settled.
func late() []string {
	return []string{
		"see [a]\n\nmore\n\nend\n\n[a]: https://example.com\n",
		"note[^1]\n\nmore\n\n[^1]: the note\n\n    still the note\n\nend\n",
		"[a]: https://one.example\n\n[a] and [b]\n\n[b]: https://two.example 'title'\n\n[b]\n\n[a]: https://late.example\n",
		"[^x]: early\n\nuse[^x] and again[^x]\n\nend\n",
		"[a]:\n\n[a]: <https://x.example\n\n[A]\n\n[a]: https://x.example\n\"no title\n\n[a]\n",
	}
}

// page is what a window shows: the blocks that updates told it of.
type page []template.HTML

func (p page) apply(t testing.TB, u Update) page {
	t.Helper()
	if u.From > len(p) {
		t.Fatalf("an update starts at block %d, the page has %d", u.From, len(p))
	}
	return append(p[:u.From:u.From], u.Blocks...)
}

// stream writes text in pieces and checks every step of it. Settled says that
// nothing in text can change a settled block.
func stream(t testing.TB, r *Renderer, text string, pieces []string, settled bool) {
	t.Helper()
	want := r.Render(7, text)
	s := r.Stream(7)
	var shown page
	for _, piece := range pieces {
		shown = shown.apply(t, s.Write(piece))
		if !slices.Equal(shown, s.Blocks()) {
			t.Fatalf("%q in pieces %q: the page shows\n%q\nthe stream has\n%q", text, pieces, shown, s.Blocks())
		}
		if n := len(s.settled); settled && (n > len(want) || !slices.Equal(s.settled, want[:n])) {
			t.Fatalf("%q in pieces %q: settled as\n%q\nwant\n%q", text, pieces, s.settled, want)
		}
	}
	shown = shown.apply(t, s.Close())
	if !slices.Equal(shown, want) || !slices.Equal(s.Blocks(), want) {
		t.Fatalf("%q in pieces %q: the page shows\n%q\nwant\n%q", text, pieces, shown, want)
	}
}

// looksBack tells whether text may define a link or a footnote.
func looksBack(text string) bool { return strings.Contains(text, "]:") || strings.Contains(text, "[^") }

func TestStreamedTextLooksLikeTheWholeHoweverItIsCut(t *testing.T) {
	r := New()
	own := append(subtle(), late()...)
	for _, text := range append(specExamples(t), own...) {
		stream(t, r, text, strings.Split(text, ""), !looksBack(text))
	}
	for _, text := range own {
		for i := range len(text) {
			stream(t, r, text, []string{text[:i], text[i:]}, !looksBack(text))
		}
	}
}

func TestStreamedTextsOfManyPartsLookLikeTheWhole(t *testing.T) {
	r := New()
	random := rand.New(rand.NewPCG(3, 4))
	parts := slices.DeleteFunc(append(specExamples(t), subtle()...), looksBack)
	for range 200 {
		var text string
		for range 2 + random.IntN(4) {
			text += parts[random.IntN(len(parts))] + strings.Repeat("\n", random.IntN(3))
		}
		stream(t, r, text, cut(random, text), true)
	}
}

// cut splits text at random.
func cut(random *rand.Rand, text string) (pieces []string) {
	for text != "" {
		n := 1 + random.IntN(min(len(text), 20))
		pieces, text = append(pieces, text[:n]), text[n:]
	}
	return pieces
}

func FuzzStream(f *testing.F) {
	for i, text := range append(subtle(), late()...) {
		f.Add(text, uint64(i))
	}
	r := New()
	f.Fuzz(func(t *testing.T, text string, seed uint64) {
		if len(text) > 2000 {
			t.Skip()
		}
		stream(t, r, text, cut(rand.New(rand.NewPCG(seed, 0)), text), !looksBack(text))
	})
}

func TestBlocksSettleAsSoonAsTheNextOneBegins(t *testing.T) {
	s := New().Stream(1)
	for _, step := range []struct {
		delta   string
		settled int
	}{
		{"first", 0},
		{"\n", 0},
		{"\nsec", 0},
		{"ond\n\n- item\n", 2},
		{"\n- item\n\nth", 2},
		{"ird\n```go\n", 4},
		{"\nx := 1\n\n", 4},
		{"```", 4},
		{"\n", 5},
	} {
		s.Write(step.delta)
		if len(s.settled) != step.settled {
			t.Errorf("after %q, %d blocks are settled, want %d: %q", step.delta, len(s.settled), step.settled, s.settled)
		}
	}
}

func TestUnchangedBlocksAreNotToldAgain(t *testing.T) {
	s := New().Stream(1)
	s.Write("# Title\none\n")
	u := s.Write("two")
	if want := (Update{From: 1, Blocks: []template.HTML{"<p>one<br>\ntwo</p>"}}); !reflect.DeepEqual(u, want) {
		t.Errorf("the update is %+v, want %+v", u, want)
	}
	if u := s.Close(); u.From != 2 || len(u.Blocks) != 0 {
		t.Errorf("closing says %+v, want nothing new", u)
	}
}

func TestCodeIsShownAsCodeWhileItIsWritten(t *testing.T) {
	s := New().Stream(1)
	s.Write("```go\nfunc f() {")
	want := template.HTML(New().labels().figureHead("go", false) + lineMark + "func f() {" + figureEnd)
	if got := s.Blocks(); len(got) != 1 || got[0] != want {
		t.Errorf("the blocks are %q, want %q", got, want)
	}
	s.Write("}\n``")
	if got := string(s.Blocks()[0]); strings.Contains(got, "``") {
		t.Errorf("the beginning of the closing fence shows: %s", got)
	}
	s.Write("`\n")
	if got := string(s.Blocks()[0]); !strings.Contains(got, `<span class="hl-keyword">func</span>`) {
		t.Errorf("complete code is not highlighted: %s", got)
	}
}

func TestLongOpenCodeComesInPartsOfWhichTheLastChanges(t *testing.T) {
	line := "a line of code <&> that is about fifty bytes long\n"
	for name, code := range map[string]string{
		"lines":                      strings.Repeat(line, 8*fencePart/len(line)),
		"one line":                   strings.Repeat("漢", 8*fencePart/3),
		"what might close the block": "x\n" + strings.Repeat("`", 8*fencePart),
	} {
		t.Run(name, func(t *testing.T) {
			r := New()
			s := r.Stream(1)
			var shown page
			text := "```text\n" + code
			for chunk := range slices.Chunk([]byte(text), 100) {
				u := s.Write(string(chunk))
				if size := carried(u); size > 8*fencePart {
					t.Fatalf("one update of %d bytes carries %d", len(chunk), size)
				}
				shown = shown.apply(t, u)
			}
			if parts := strings.Count(string(shown[0]), "<code"); len(shown) != 1 || parts < 6 {
				t.Fatalf("the code came as %d blocks, the first of %d parts, want 1 of 6 at least", len(shown), parts)
			}
			shown = shown.apply(t, s.Write("\n```\n"))
			if want := r.Render(1, text+"\n```\n"); !slices.Equal(shown, want) {
				t.Errorf("the closed block has %d parts, want %d", len(shown), len(want))
			}
		})
	}
}

// carried is how many bytes of HTML an update takes to a page.
func carried(u Update) int {
	size := 0
	for i, b := range u.Blocks {
		if i == 0 && u.Patch != nil {
			b = u.Patch.HTML
		}
		size += len(b)
	}
	return size
}

func TestLongOpenBlockIsShownAlmostToItsEnd(t *testing.T) {
	r := New()
	s := r.Stream(1)
	text := strings.Repeat("- an item\n", 8*longTail/20*2)
	var shown page
	for i := 0; i < len(text); i += 20 {
		shown = shown.apply(t, s.Write(text[i:i+20]))
		items := strings.Count(string(shown[0]), "<li>")
		if want := i / 10 * (tailSteps - 2) / tailSteps; items < want {
			t.Fatalf("after %d bytes, %d items show, want %d at least", i+20, items, want)
		}
	}
	if shown = shown.apply(t, s.Close()); !slices.Equal(shown, r.Render(1, text)) {
		t.Error("the list is not complete at the end")
	}
}
