package app

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"notso/app/webtest"

	"github.com/chromedp/chromedp/kb"
)

// fixture is a file of the importers' own tests.
func fixture(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("imports", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// drop lets files fall on what selector names, as {name: contents}.
func drop(p *webtest.Page, selector string, files map[string]string) {
	script := `(() => { const data = new DataTransfer();`
	for name, text := range files {
		script += fmt.Sprintf(`data.items.add(new File([%q], %q));`, text, name)
	}
	p.Do(webtest.Script(script + fmt.Sprintf(`for (const type of ['dragover', 'drop']) document.querySelector(%q).dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true })); })()`, selector)))
}

// localDay is the day of a time, in seconds since 1970, where this machine is.
func localDay(seconds int64) string { return time.Unix(seconds, 0).Format("2 January 2006") }

func testImport(t *testing.T, b *bench, p *webtest.Page) {
	p.Type("#message", "/import\r")
	p.Until(`document.querySelector('dialog.import[open] .drop')`)
	lookAt(t, p, "import choose")
	drop(p, "dialog.import .drop", map[string]string{"conversations.json": fixture(t, "chatgpt.json")})
	p.Until(`document.querySelector('dialog.import .coming').textContent === '2 chats with 4 messages' && document.activeElement.matches('.import .main')`)
	wantText(t, p, ".import .from", fmt.Sprintf("From ChatGPT, %s to %s", localDay(1650000000), localDay(1700000300)))
	if n, err := b.store.Counts(t.Context()); err != nil || n.Chats != 0 {
		t.Errorf("the preview stored %+v, %v", n, err)
	}
	lookAt(t, p, "import")
	p.Do(webtest.Script(`document.querySelector('.import .main').focus()`))
	p.Press("\r")
	p.Until(`!document.querySelector('dialog') && document.querySelectorAll('#chats .chat').length === 2 && document.querySelector('.toast .text').textContent === '2 chats imported.'`)
	p.Do(webtest.Script(`document.querySelector('#chats .open[title^=Tides]').click()`))
	p.Until(`document.querySelectorAll('.turn').length === 2 && document.querySelector('.turn:last-child [data-part=text]').textContent.includes('and the sun')`)
	p.Click(".toast .undo")
	p.Until(`!document.querySelector('#chats .chat') && document.querySelector('#conversation').dataset.chat === '0'`)
}

func testImportTwice(t *testing.T, b *bench, p *webtest.Page) {
	both := map[string]string{"a.json": fixture(t, "lmstudio.json"), "b.jsonl": fixture(t, "llamacpp.jsonl")}
	drop(p, "#side", both)
	p.Until(`document.querySelector('dialog.import .coming').textContent === '3 chats with 6 messages'`)
	p.Click(".import .main")
	p.Until(`!document.querySelector('dialog') && document.querySelectorAll('#chats .chat').length === 3 && document.querySelector('#pinned .title').textContent === 'Bread'`)
	drop(p, "#side", both)
	p.Until(`document.querySelector('dialog.import .coming').textContent === 'There is nothing new in it.' && document.querySelector('.import .left').textContent.includes('3 chats that are here already')`)
	p.Press(kb.Escape)
	p.Until(`!document.querySelector('dialog')`)
	p.Allow("422")
	drop(p, "#side", map[string]string{"x.txt": "hello"})
	p.Until(`document.querySelector('.toast[data-kind=error] .text').textContent.startsWith('x.txt: The file holds no chats')`)
}
