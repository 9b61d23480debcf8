package app

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"notso/app/webtest"
	"notso/engine/enginetest"

	"github.com/chromedp/chromedp/kb"
)

// openModels opens the page of models by the name of the model in the heading.
func openModels(p *webtest.Page) {
	p.Until(`document.querySelector('.heading .model')`)
	p.Click(".heading .model")
	p.Until(`document.querySelector('#layer[data-open] #models') && document.activeElement.id === 'models-title'`)
}

// TestModelsPage runs the page of models against the app itself.
func TestModelsPage(t *testing.T) {
	browser := webtest.NewBrowser(t)
	for _, test := range []struct {
		name  string
		half  bool
		files []string
		run   func(t *testing.T, b *shelfBench, p *webtest.Page)
	}{
		{"a new user gets the model with one button and talks to it", false, nil, func(t *testing.T, b *shelfBench, p *webtest.Page) {
			p.Until(`document.querySelector('#welcome .way.first')`)
			if said := webtest.Get[string](p, `document.querySelector('#welcome .way.first').textContent`); !strings.Contains(said, "Q4_K_M is the most exact that runs well here: about 18 tok/s.") {
				t.Errorf("the welcome does not say which file it gets, and why: %s", said)
			}
			p.Click("#welcome .others summary")
			p.Until(`document.querySelector('#welcome .others .what').textContent.includes('Q8_0 · 4.10 GB · Slow on the processor')`)
			for _, look := range []struct {
				theme string
				width int64
			}{{"light", 1000}, {"dark", 400}} {
				p.Resize(look.width, 800)
				p.Do(webtest.Script(`document.documentElement.dataset.theme = "` + look.theme + `"`))
				p.CheckAccessibility("the welcome, " + look.theme)
				shoot(t, p, fmt.Sprintf("models-welcome-%s-%d", look.theme, look.width))
			}
			p.Resize(1280, 860)
			p.Click("#welcome .way.first")
			p.Until(`document.querySelector('.heading .model').textContent === 'Tiny-Q4_K_M'`)
			p.Until(`document.querySelector('#welcome').hidden`)
			p.Type("#message", "Hello\r")
			p.Until(`document.querySelector('[data-role=assistant][data-state=done]')`)
			items, err := b.opts.Shelf.Items()
			if err != nil || len(items) != 1 || items[0].LastUsed.IsZero() || items[0].Source != "some/Tiny-GGUF" {
				t.Errorf("on the shelf are %+v, %v", items, err)
			}
		}},
		{"the welcome can be left with the keyboard, and its offers are found again", false, nil, func(t *testing.T, b *shelfBench, p *webtest.Page) {
			p.Until(`document.querySelector('#welcome [data-try]')`)
			p.Do(webtest.Script(`document.querySelector('#welcome [data-try]').focus()`))
			p.Press(kb.Enter)
			p.Until(`document.querySelector('#welcome').hidden && document.activeElement.id === 'message'`)
			b.until("it is remembered", func() bool { return b.opts.Config.Get().Welcomed })
			p.Type("#message", "/model\r")
			p.Until(`document.querySelector('#layer[data-open] #offers button')`)
			p.Press(kb.Escape)
			p.Until(`!document.querySelector('#layer[data-open]')`)
		}},
		{"a download shows how far it is, pauses, and is given up with a way back", true, []string{"models/one.gguf"}, func(t *testing.T, b *shelfBench, p *webtest.Page) {
			openModels(p)
			p.Click("#offers button")
			p.Until(`document.querySelector('#downloads progress').value >= 490 && document.querySelector('#downloads .what').textContent.includes(' of ')`)
			p.Until(`document.querySelector('#offers .mark').textContent === 'on its way'`)
			p.CheckAccessibility("a download")
			shoot(t, p, "models-download")
			p.Click("#downloads .plain")
			p.Until(`document.querySelector('#downloads [data-state=paused] .what').textContent.startsWith('Paused at')`)
			p.Click("#downloads .plain:nth-child(2)")
			p.Until(`document.querySelector('#downloads').hidden && document.querySelector('.toast .undo')`)
			p.Click(".toast .undo")
			p.Until(`document.querySelector('#shelf').textContent.includes('Tiny-Q4_K_M')`)
		}},
		{"who waits for the model is told of what answers meanwhile: a built-in text", true, nil, func(t *testing.T, b *shelfBench, p *webtest.Page) {
			waitForTheModel(t, p, "A built-in text answers, so that you can see how it feels.", "Meanwhile you can look around: a built-in text answers.")
		}},
		{"who waits for the model is told of what answers meanwhile: the one that is here", true, []string{"models/one.gguf"}, func(t *testing.T, b *shelfBench, p *webtest.Page) {
			waitForTheModel(t, p, "one is already here. A small model is quick and often wrong.", "Meanwhile you can talk to one.")
		}},
		{"a model is used, renamed, removed and brought back", false, []string{"models/one.gguf", "models/two.gguf"}, func(t *testing.T, b *shelfBench, p *webtest.Page) {
			openModels(p)
			p.Until(`document.querySelector('.row[data-state=used] .name').textContent.startsWith('one')`)
			p.Click(`[aria-label="Use two"]`)
			p.Until(`document.querySelector('.row[data-state=used] .name').textContent.startsWith('two')`)
			p.Click(`.row:not([data-state]) summary`)
			p.Do(webtest.Script(`document.querySelector('.row:not([data-state]) [name=name]').value = ''`))
			p.Type(`.row:not([data-state]) [name=name]`, "../three\r")
			p.Allow("422")
			p.Until(`document.querySelector('.toast[data-kind=error]').textContent.includes('letters, digits, dots')`)
			p.Do(webtest.Script(`document.querySelector('.row:not([data-state]) [name=name]').value = ''`))
			p.Type(`.row:not([data-state]) [name=name]`, "three\r")
			p.Until(`[...document.querySelectorAll('#shelf .name')].some((n) => n.textContent === 'three')`)
			p.Do(webtest.Script(`for (const toast of document.querySelectorAll('.toast')) toast.remove()`))
			p.Click(`[aria-label="Remove three"]`)
			p.Until(`document.querySelectorAll('#shelf .row').length === 1 && document.querySelector('.toast .undo')`)
			p.Click(".toast .undo")
			p.Until(`document.querySelectorAll('#shelf .row').length === 2`)
			p.Do(webtest.Script(`for (const toast of document.querySelectorAll('.toast')) toast.remove()`))
			p.Click(`[aria-label="Remove two"]`)
			p.Until(`document.querySelector('.toast[data-kind=error]').textContent.includes('in use')`)
		}},
		{"a model has defaults of its own, and a template that is shown before it counts", false, []string{"models/one.gguf"}, func(t *testing.T, b *shelfBench, p *webtest.Page) {
			openModels(p)
			p.Click("#shelf summary")
			p.Click("#shelf .unfold .plain:nth-child(3)")
			p.Until(`document.querySelector('.defaults [name=temperature]')`)
			p.Type(".defaults [name=temperature]", "0,3")
			p.Type(".defaults [name=template]", "[{{ messages }}]")
			p.Click(".defaults [name=do]")
			p.Until(`document.querySelector('.preview').textContent === 'rendered [{{ messages }}]'`)
			shoot(t, p, "models-defaults")
			p.Click(".defaults .raised")
			b.until("they are kept", func() bool {
				d := b.opts.Config.Get().Models["hash of one.gguf"]
				return d.Temperature != nil && *d.Temperature == 0.3 && d.Template == "[{{ messages }}]"
			})
			if opts := b.loadOptions(filepath.Join(b.root, "models", "one.gguf")); opts.Template != "[{{ messages }}]" {
				t.Errorf("it is loaded with %+v", opts)
			}
			p.Click(".toast .undo")
			p.Until(`document.querySelector('.defaults [name=temperature]').value === '' && document.querySelector('.defaults [name=template]').value === ''`)
		}},
		{"a repository is found by words, and its model got", false, []string{"models/one.gguf"}, func(t *testing.T, b *shelfBench, p *webtest.Page) {
			openModels(p)
			p.Type("[name=q]", "tiny\r")
			p.Until(`document.querySelector('#found .name').textContent === 'some/Tiny-GGUF'`)
			p.Click("#found button")
			p.Until(`document.querySelector('#found h3').textContent === 'Models of some/Tiny-GGUF'`)
			p.Click("#found form button")
			p.Until(`document.querySelector('#shelf').textContent.includes('Tiny-Q4_K_M')`)
			p.Do(webtest.Script(`document.querySelector('[name=q]').value = ''`))
			p.Type("[name=q]", "nobody\r")
			p.Until(`document.querySelector('#found').textContent.includes('Nothing was found for “nobody”.')`)
			p.Allow("422")
			p.Type("[name=q]", "/nothing\r")
			p.Until(`document.querySelector('.toast[data-kind=error]').textContent.includes('no such file')`)
		}},
		{"a file says what it is, in a dialog that Escape closes", false, []string{"models/one.gguf"}, func(t *testing.T, b *shelfBench, p *webtest.Page) {
			openModels(p)
			p.Click("#shelf summary")
			p.Click(`[aria-label="About this file: one"]`)
			p.Until(`document.querySelector('dialog.anatomy[open]')`)
			said := webtest.Get[string](p, `document.querySelector('dialog.anatomy').textContent`)
			for _, want := range []string{"About one", "smollm3", "8,192 tokens", "gpt2 (gpt-2)", "F32 ×4", "ChatML", "SHA-256", "Fits into memory, computed on the processor"} {
				if !strings.Contains(said, want) {
					t.Errorf("the dialog does not say %q: %s", want, said)
				}
			}
			p.Click("dialog.anatomy summary")
			p.Until(`document.querySelector('dialog.anatomy .raw').textContent.includes('<|im_start|>')`)
			for _, theme := range []string{"light", "dark", "contrast"} {
				p.Do(webtest.Script(`document.documentElement.dataset.theme = "` + theme + `"`))
				p.CheckAccessibility("about a file, " + theme)
				shoot(t, p, "models-about-"+theme)
			}
			p.Resize(360, 700)
			if wide := webtest.Get[int](p, `document.querySelector('dialog.anatomy').scrollWidth`); wide > 360 {
				t.Errorf("at 360 px the dialog is %d px wide", wide)
			}
			shoot(t, p, "models-about-360")
			p.Press(kb.Escape)
			p.Until(`!document.querySelector('dialog') && document.activeElement.textContent === 'About this file'`)
			p.Until(`document.querySelector('#layer[data-open] #models')`)
		}},
		{"a model of a repository is judged before its weights are fetched", false, []string{"models/one.gguf"}, func(t *testing.T, b *shelfBench, p *webtest.Page) {
			openModels(p)
			p.Type("[name=q]", "some/Tiny-GGUF\r")
			p.Click(`[aria-label="Will it run here? Tiny-Q4_K_M"]`)
			p.Until(`document.querySelector('#verdict-0').textContent.includes('Fits into memory, computed on the processor')`)
			p.Until(`document.querySelector('#verdict-0').textContent.includes('8 GB') || document.querySelector('#verdict-0').textContent.includes('8.00 GB')`)
			p.CheckAccessibility("a verdict")
			shoot(t, p, "models-verdict")
			if items, err := b.opts.Shelf.Items(); err != nil || len(items) != 1 || len(b.opts.Shelf.Downloads().List()) != 0 {
				t.Errorf("on the shelf are %+v, %v", items, err)
			}
		}},
		{"a model in parts is judged, fetched and used as one", false, nil, func(t *testing.T, b *shelfBench, p *webtest.Page) {
			first := enginetest.Split(t, filepath.Join(b.root, "hub/some/Tiny-GGUF/Tiny-Q4_K_M.gguf"), 2)
			folder := filepath.Join(b.root, "hub/some/Split-GGUF")
			if err := os.CopyFS(folder, os.DirFS(filepath.Dir(first))); err != nil {
				t.Fatal(err)
			}
			openModels(p)
			p.Type("[name=q]", "some/Split-GGUF\r")
			p.Click(`[aria-label="Will it run here? split"]`)
			p.Until(`document.querySelector('#verdict-0').textContent.includes('It comes in 2 parts, ')`)
			p.Click("#found form button")
			p.Until(`document.querySelector('.heading .model').textContent === 'split'`)
			if items, err := b.opts.Shelf.Items(); err != nil || len(items) != 1 || items[0].Parts != 2 || items[0].Problem != "" {
				t.Errorf("on the shelf are %+v, %v", items, err)
			}
		}},
		{"the models of other programs are taken by a link", false, []string{"models/one.gguf", "home/.lmstudio/models/a/b/studio.gguf"}, func(t *testing.T, b *shelfBench, p *webtest.Page) {
			openModels(p)
			p.Click("#section-import .raised:nth-child(2)")
			p.Until(`document.querySelector('#strangers .name').textContent === 'studio'`)
			p.Click("#strangers button")
			p.Until(`document.querySelector('#shelf').textContent.includes('linked, the file belongs to another program')`)
			p.Until(`document.querySelector('#strangers').textContent.includes('keep no model here')`)
		}},
		{"a model that a new user drops answers, and ends the welcome", false, []string{"elsewhere/mine.gguf"}, func(t *testing.T, b *shelfBench, p *webtest.Page) {
			p.Until(`!document.querySelector('#welcome').hidden`)
			b.Drop([]string{filepath.Join(b.root, "elsewhere", "mine.gguf")})
			p.Until(`document.querySelector('.heading .model').textContent === 'mine' && document.querySelector('#welcome').hidden`)
			p.Until(`document.querySelector('#toasts').textContent.includes('mine is on the list and answers from now on.')`)
			p.Type("#message", "Hello\r")
			p.Until(`document.querySelector('[data-role=assistant][data-state=done]')`)
		}},
		{"a file that is dropped is on the list, and a broken link says so", false, []string{"models/one.gguf", "elsewhere/mine.gguf"}, func(t *testing.T, b *shelfBench, p *webtest.Page) {
			openModels(p)
			b.Drop([]string{filepath.Join(b.root, "elsewhere", "mine.gguf"), "/some/missing.md", "/some/missing.gguf"})
			p.Until(`document.querySelector('#shelf').textContent.includes('mine')`)
			p.Until(`document.querySelector('.toast[data-kind=error] .text').textContent.startsWith('2 were not taken: missing.gguf, missing.md. Of the first: ')`)
			os.Remove(filepath.Join(b.root, "elsewhere", "mine.gguf"))
			b.modelsChanged()
			p.Until(`document.querySelector('#shelf .wrong').textContent === 'the file that it links to is gone'`)
		}},
		{"a chat says that it was written with another model, and goes back to it", false, []string{"models/one.gguf", "models/two.gguf"}, func(t *testing.T, b *shelfBench, p *webtest.Page) {
			p.Until(`document.querySelector('.heading .model').textContent === 'one'`)
			p.Type("#message", "Hello\r")
			p.Until(`document.querySelector('[data-role=assistant][data-state=done]')`)
			p.Type("#message", "/model two\r")
			p.Until(`document.querySelector('.heading .model').textContent === 'two'`)
			p.Do(webtest.Script(`document.querySelector('#chats .open').click()`))
			p.Until(`document.querySelector('.other').textContent.includes('This chat was written with one.')`)
			shoot(t, p, "models-other")
			p.Click(".other button")
			p.Until(`document.querySelector('.heading .model').textContent === 'one'`)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			b, p := openShelfWindow(t, browser, test.half, test.files...)
			test.run(t, b, p)
		})
	}
}

// waitForTheModel gets the model from the welcome, and reads there what can be
// done until it has arrived.
func waitForTheModel(t *testing.T, p *webtest.Page, try, meanwhile string) {
	t.Helper()
	p.Until(`document.querySelector('#welcome .way.first')`)
	wantText(t, p, "#welcome [data-try] .what", try)
	p.Click("#welcome .way.first")
	p.Until(`document.querySelector('#welcome progress')`)
	wantText(t, p, "#welcome .download ~ .what", meanwhile)
	wantText(t, p, "#welcome [data-try] .what", try)
}

// shoot keeps a picture where they are wanted.
func shoot(t *testing.T, p *webtest.Page, name string) {
	t.Helper()
	if *picturesDir != "" {
		p.Screenshot(filepath.Join(*picturesDir, name+".png"))
	}
}

// The page in every theme, wide and narrow.
func TestModelsPageHasNoAccessibilityViolation(t *testing.T) {
	_, p := openShelfWindow(t, webtest.NewBrowser(t), true, "models/one.gguf", "models/"+strings.Repeat("a-long-name-", 8)+"Q4_K_M.gguf")
	openModels(p)
	p.Click("#offers button")
	p.Until(`document.querySelector('#downloads progress').value >= 490`)
	for _, look := range []struct {
		theme, scheme string
		width         int64
	}{{"light", "light", 1280}, {"dark", "dark", 360}, {"contrast", "light", 1280}, {"dark", "dark", 820}, {"light", "light", 2560}} {
		p.Resize(look.width, 800)
		p.Media("prefers-color-scheme", look.scheme)
		p.Do(webtest.Script(`document.documentElement.dataset.theme = "` + look.theme + `"; for (const d of document.querySelectorAll('#shelf details')) d.open = true`))
		p.CheckAccessibility(fmt.Sprintf("models, %s, %d px", look.theme, look.width))
		if wide := webtest.Get[int](p, `document.documentElement.scrollWidth`); wide > int(look.width) {
			t.Errorf("at %d px the page is %d px wide", look.width, wide)
		}
		shoot(t, p, fmt.Sprintf("models-%s-%d", look.theme, look.width))
	}
}
