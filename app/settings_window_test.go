package app

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"notso/app/config"
	"notso/app/home"
	"notso/app/webtest"
	"notso/engine/scripted"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// openSettings shows the page of settings over an app of its own.
func openSettings(t *testing.T, browser *webtest.Browser) (*bench, *webtest.Page) {
	t.Helper()
	b, p := openWindow(t, browser, scripted.Options{})
	p.Click(".appearance > .tool")
	p.Until(`document.querySelector('#layer[data-open] #settings') && document.activeElement.id === 'settings-title'`)
	return b, p
}

// TestSettingsPage runs the page of settings against the app itself.
func TestSettingsPage(t *testing.T) {
	browser := webtest.NewBrowser(t)
	for _, test := range []struct {
		name string
		run  func(t *testing.T, b *bench, p *webtest.Page)
	}{
		{"Escape closes it, and what was typed and had the focus is as before", func(t *testing.T, b *bench, p *webtest.Page) {
			p.Press(kb.Escape)
			p.Until(`!document.querySelector('#layer[data-open]') && !document.querySelector('#conversation').inert`)
			p.Type("#message", "half a thought")
			p.Do(webtest.Script(`document.querySelector('.appearance > .tool').click()`))
			p.Until(`document.querySelector('#layer[data-open] #settings') && document.querySelector('#conversation').inert`)
			p.Press(kb.Escape)
			p.Until(`document.activeElement.id === 'message' && message.value === 'half a thought'`)
		}},
		{"a change is saved as it is made, said, and seen at once", func(t *testing.T, b *bench, p *webtest.Page) {
			p.Do(webtest.Script(`document.querySelector('#setting-theme [value=dark]').click()`))
			p.Until(`document.documentElement.dataset.theme === 'dark' && document.querySelector('#state-theme').textContent === 'Saved.'`)
			p.Until(`document.querySelector('.appearance [value=dark]').checked`)
			p.Do(webtest.Script(`document.querySelector('#setting-accent [value=rose]').click(); document.querySelector('#setting-density [value=compact]').click()`))
			p.Until(`document.documentElement.dataset.accent === 'rose' && document.documentElement.dataset.density === 'compact'`)
			p.Do(webtest.Script(`document.querySelector('#value-font_size').value = '150'; document.querySelector('#value-font_size').dispatchEvent(new Event('change', {bubbles: true}))`))
			p.Until(`parseFloat(getComputedStyle(document.documentElement).fontSize) === 24`)
			p.Do(webtest.Script(`document.querySelector('#value-titles').click()`))
			b.until("the settings hold it", func() bool {
				c := b.opts.Config.Get()
				return c.Theme == config.ThemeDark && c.Accent == "rose" && c.Density == "compact" && c.FontSize == 150 && c.Titles
			})
			if saved, _, err := config.Load(b.opts.Config.Path()); err != nil || saved.Accent != "rose" {
				t.Errorf("the file holds %+v, %v", saved, err)
			}
		}},
		{"a value that cannot be stays, with a sentence, and changes nothing", func(t *testing.T, b *bench, p *webtest.Page) {
			p.Type("#value-temperature", "hot\r")
			p.Until(`document.querySelector('#state-temperature').textContent === 'It must be a number from 0 to 2, not “hot”.'`)
			if got := webtest.Get[string](p, `document.querySelector('#value-temperature[aria-invalid=true]').value`); got != "hot" {
				t.Errorf("the field holds %q", got)
			}
			p.Do(webtest.Script(`document.querySelector('#value-temperature').select()`))
			p.Press("0,9\r")
			b.until("the temperature is set", func() bool { v := b.opts.Config.Get().Temperature; return v != nil && *v == 0.9 })
			p.Until(`document.querySelector('#state-temperature').textContent === 'Saved.' && !document.querySelector('#value-temperature').ariaInvalid`)
			p.Click("#setting-temperature .plain")
			b.until("it is as usual again", func() bool { return b.opts.Config.Get().Temperature == nil })
			p.Until(`!document.querySelector('#setting-temperature .plain') && document.querySelector('#value-temperature').placeholder.includes('the usual value')`)
		}},
		{"a text is saved while it is typed, and when the page closes", func(t *testing.T, b *bench, p *webtest.Page) {
			p.Type("#value-system", "Be brief.")
			b.until("it is saved", func() bool { return b.opts.Config.Get().System == "Be brief." })
			p.Until(`document.activeElement.id === 'value-system'`)
			p.Press(" Always.")
			p.Press(kb.Escape)
			b.until("the last word too", func() bool { return b.opts.Config.Get().System == "Be brief. Always." })
		}},
		{"an edit of the file shows in the open window", func(t *testing.T, b *bench, p *webtest.Page) {
			if err := os.WriteFile(b.opts.Config.Path(), []byte("// mine\n{\"theme\": \"contrast\", \"idle_minutes\": 3, \"depth\": \"deep\"}"), 0o600); err != nil {
				t.Fatal(err)
			}
			p.Until(`document.documentElement.dataset.theme === 'contrast' && document.querySelector('#value-idle_minutes').value === '3'`)
			p.Until(`document.querySelector('.toast[data-kind=error] .text').textContent.startsWith('The setting "depth" (line 2) is "deep", but it must be')`)
		}},
		{"a chat has values of its own, and presets keep them", testPresets},
		{"the parts are reached from the list beside them", func(t *testing.T, b *bench, p *webtest.Page) {
			p.Click(`[data-section=context]`)
			p.Until(`document.activeElement.id === 'section-context-title' && document.querySelector('[data-section=context]').ariaCurrent === 'true'`)
		}},
		{"the list follows what is read, in a narrow window too", func(t *testing.T, b *bench, p *webtest.Page) {
			p.Resize(360, 800)
			p.Do(webtest.Script(`document.querySelector('#section-data').scrollIntoView()`))
			p.Until(`(() => {
				const button = document.querySelector('[data-section=data]');
				const { left, right } = button.getBoundingClientRect();
				return button.ariaCurrent === 'true' && left >= 0 && right <= innerWidth;
			})()`)
			p.Resize(1280, 800)
		}},
		{"chats are backed up, deleted, brought back and restored", testData},
		{"snapshots are emptied, and folders opened", func(t *testing.T, b *bench, p *webtest.Page) {
			b.opts.Home = home.Paths{KV: t.TempDir(), Data: "/data"}
			opened := make(chan string, 1)
			b.opts.OpenPath = func(path string) error { opened <- path; return nil }
			if err := os.WriteFile(filepath.Join(b.opts.Home.KV, "block"), make([]byte, 1_500_000), 0o600); err != nil {
				t.Fatal(err)
			}
			b.opts.Emit("refresh", refreshEvent{What: "settings"})
			p.Until(`document.querySelector('#snapshots .label').textContent === 'On disk now: 1.5 MB'`)
			p.Click("#snapshots .plain")
			p.Until(`document.querySelector('#snapshots .label').textContent === 'On disk now: 0 bytes' && !document.querySelector('#snapshots .plain')`)
			p.Click(".paths .plain")
			if got := <-opened; got != "/data" {
				t.Errorf("%s was opened", got)
			}
		}},
		{"opening a chat leaves the page", func(t *testing.T, b *bench, p *webtest.Page) {
			p.Click(".chats .new")
			p.Until(`!document.querySelector('#layer[data-open]') && document.activeElement.id === 'message' && !document.querySelector('#conversation').inert`)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			b, p := openSettings(t, browser)
			test.run(t, b, p)
		})
	}
}

func testPresets(t *testing.T, b *bench, p *webtest.Page) {
	p.Click("#scope button:nth-child(2)")
	p.Until(`document.querySelector('#settings[data-own=true]') && document.querySelector('#value-temperature').placeholder.startsWith('as all chats')`)
	p.Type("#value-temperature", "0.2\r")
	p.Until(`document.querySelector('#state-temperature').textContent === 'Saved.'`)
	p.Type("#preset-name", "It's <precise>\r")
	p.Until(`document.querySelector('.preset .name').textContent.startsWith("It's <precise>") && document.querySelector('.preset .what').textContent === 'Temperature 0.2'`)
	if c := b.opts.Config.Get(); c.Temperature != nil || len(c.Presets) != 1 || *c.Presets[0].Temperature != 0.2 {
		t.Errorf("the settings are %+v", c)
	}
	p.Click("#setting-temperature .plain")
	p.Until(`document.querySelector('#value-temperature').value === ''`)
	p.Click(".preset .actions .plain")
	p.Until(`document.querySelector('.preset[data-chosen]') && document.querySelector('#value-temperature').value === '0.2'`)
	p.Do(webtest.Script(`for (const toast of document.querySelectorAll('.toast')) toast.remove()`))
	p.Click(".preset .actions .tool")
	p.Until(`!document.querySelector('.preset') && document.querySelector('.toast .undo')`)
	p.Click(".toast .undo")
	p.Until(`document.querySelector('.preset')`)
	if got := samplingFor(b.newSettings(), b.opts.Config.Get(), b.model.info().Sampling).Temperature; got != 0.2 {
		t.Errorf("the next reply is drawn at %v, want 0.2", got)
	}
}

func testData(t *testing.T, b *bench, p *webtest.Page) {
	turn := b.say(0, "Keep me")
	copied := filepath.Join(t.TempDir(), "chats.backup")
	b.opts.SaveAs = func(_, name string) (string, error) { return copied, nil }
	b.opts.OpenFile = func(string, string) (string, error) { return copied, nil }
	there := func(want int) {
		t.Helper()
		b.until("the chats are counted", func() bool { n, err := b.store.Counts(t.Context()); return err == nil && n.Chats == want })
	}
	clear := func() {
		p.Do(webtest.Script(`for (const toast of document.querySelectorAll('.toast')) toast.remove()`))
	}
	p.Click(`.deeds [hx-post="/data/backup"]`)
	p.Until(`document.querySelector('.toast .text')?.textContent.startsWith('All chats are backed up in ')`)
	clear()
	p.Click(`.deeds [hx-post="/data/delete"]`)
	p.Until(`document.querySelector('.toast .text')?.textContent === 'Deleted 1 chat.' && document.querySelector('.amount').textContent.startsWith('0 chats')`)
	there(0)
	p.Click(".toast .undo")
	there(1)
	p.Until(`document.querySelector('.amount').textContent.startsWith('1 chat,')`)
	b.say(0, "A second one")
	clear()
	p.Click(`.deeds [hx-post="/data/restore"]`)
	p.Until(`document.querySelector('.toast .text')?.textContent === 'The chats are those of chats.backup now.'`)
	there(1)
	p.Click(".toast .undo")
	there(2)
	if kept, err := b.store.Turn(t.Context(), turn.ID); err != nil || kept.Text != turn.Text {
		t.Errorf("the reply is %+v, %v", kept, err)
	}
}

// The page in every theme, wide and narrow.
func TestSettingsPageHasNoAccessibilityViolation(t *testing.T) {
	_, p := openSettings(t, webtest.NewBrowser(t))
	for _, look := range []struct {
		theme, scheme string
		width         int64
	}{{"light", "light", 1280}, {"dark", "dark", 360}, {"contrast", "light", 1280}, {"contrast", "dark", 820}} {
		p.Resize(look.width, 800)
		p.Media("prefers-color-scheme", look.scheme)
		p.Do(webtest.Script(`document.documentElement.dataset.theme = "` + look.theme + `"`))
		p.CheckAccessibility(fmt.Sprintf("settings, %s, %d px", look.theme, look.width))
		if wide := webtest.Get[int](p, `document.documentElement.scrollWidth`); wide > int(look.width) {
			t.Errorf("at %d px the page is %d px wide", look.width, wide)
		}
		takePicture(t, p, fmt.Sprintf("settings-%s-%s-%d", look.theme, look.scheme, look.width))
	}
	p.Media("prefers-color-scheme", "light")
	p.Do(webtest.Script(`document.documentElement.dataset.theme = "light"; for (const path of document.querySelectorAll('.paths code')) path.textContent = '/home/me/.local/share/notso'`))
	sections := webtest.Get[[]string](p, `[...document.querySelectorAll('[data-section]')].map((b) => b.dataset.section)`)
	for _, size := range [][2]int64{{1280, 800}, {640, 400}} { // the second is the first at 200 %
		p.Resize(size[0], size[1])
		for _, section := range sections {
			p.Do(chromedp.Click(chromedp.CSS(`[data-section=` + section + `]`)))
			p.Until(`document.activeElement.id === 'section-` + section + `-title'`)
			takePicture(t, p, fmt.Sprintf("settings-%s-%d", section, size[0]))
		}
	}
	checkOtherWays(t, p, "settings")
}
