package uitest

import (
	"slices"
	"strings"
	"testing"
)

// What the tree of the headless browser cannot tell: whether WebKit hands it to
// the desktop's screen readers, and under which roles and names.
func TestScreenReaderReadsTheRealWindow(t *testing.T) {
	r := openReader(t)
	w := start(t, newHome(t, 1000), r.env...) // more than are written until the end
	w.find(".pill[data-state=ready]")
	var page *node
	hears := func(what string, ok func() bool) {
		t.Helper()
		if !poll(patience, func() bool { page = r.page(); return ok() }) {
			t.Fatalf("a screen reader never hears of %s:\n%s", what, page)
		}
	}

	hears("the parts of the window", func() bool {
		return page.find("entry", "Message").is("editable", "multi-line") && page.find("button", "Send") != nil &&
			page.find("landmark", "Chats").find("button", "New chat") != nil && page.find("log", "Turns") != nil
	})
	named(t, page)

	const question = "Tell me a long story about a lighthouse keeper, with many details."
	w.say(question)
	var said []string
	hears("a reply that is being written", func() bool { // all in one reading, which takes a while
		turns, stop := page.find("log", "Turns"), page.find("button", "Stop")
		said = page.find("log", "The reply, as it is written").texts()
		ok := turns.is("busy") && slices.Contains(turns.find("article", "You").texts(), question) && len(turns.find("article", "Reply").texts()) > 0 &&
			page.find("landmark", "Chats").find("button", "Tell me a long story about a lighthouse keeper… (writing)") != nil &&
			len(said) > 0 && stop != nil && page.find("button", "Send") == nil
		if ok {
			r.press(stop)
		}
		return ok
	})
	named(t, page)

	hears("the end of the reply", func() bool {
		spoken := page.find("log", "The reply, as it is written").texts()
		return !page.find("log", "Turns").is("busy") && page.find("button", "Send") != nil && len(spoken) > 0 && spoken[len(spoken)-1] == "You stopped this reply."
	})
	if whole := strings.Join(page.find("article", "Reply").texts(), " "); !strings.Contains(letters(whole), letters(said[0])) {
		t.Errorf("a screen reader was told %q of the reply\n%s", said[0], whole)
	}
	named(t, page)

	if err := w.keys(w.find("#message"), "/th"); err != nil {
		t.Fatal(err)
	}
	hears("the commands", func() bool {
		list := page.find("list box", "Commands")
		return page.find("combo box", "Message").is("expanded") && list.find("panel", "Model") != nil &&
			list.find("list item", "/thinking [on|off] Let the model reason before it answers, or not").is("selected")
	})
	named(t, page)
}

// named fails the test for what can have the focus and does not say what it is.
func named(t *testing.T, page *node) {
	t.Helper()
	for n := range page.all {
		if n.is("focusable") && (n.role == "unknown" || n.name == "") {
			t.Errorf("a screen reader comes to %s %q, which says nothing:\n%s", n.role, n.name, n)
		}
	}
}
