package app

import (
	"fmt"
	"slices"
	"testing"

	"notso/app/webtest"

	"github.com/chromedp/chromedp/kb"
)

// state is something the window can look like.
type state struct {
	name  string
	page  pageView
	width int64                            // the only one it has; 0 is a wide and a narrow one
	reach func(c *canned, p *webtest.Page) // from the page as it was opened
}

func states() []state {
	loading, banner := cannedPage(cannedEmpty()), cannedPage(cannedEmpty())
	loading.Status = statusView{State: "loading", Text: "Loading the model · 42 %", Fraction: .42}
	banner.Banner = "There is no model yet, so a small built-in script answers. Run “make model” or start with a GGUF file to talk to a real one."
	banner.Status = statusView{State: "none", Text: "No model yet", Fraction: -1}
	banner.Sidebar = sidebarView{}
	streaming := cannedPage(cannedStreaming())
	streaming.Status = statusView{State: "thinking", Text: "Thinking · 18 tok/s", Fraction: -1}
	failed := cannedPage(cannedEnds())
	failed.Status = statusView{State: "failed", Text: "This model cannot be used: tensor 17 lies outside the file, so the download was probably cut short. Choose another one with /model.", Fraction: -1}
	return append([]state{
		{name: "empty", page: cannedPage(cannedEmpty())},
		{name: "banner", page: banner},
		{name: "loading", page: loading},
		{name: "conversation", page: cannedPage(cannedTalk())},
		{name: "scrolled up", page: cannedPage(cannedTalk()), reach: func(_ *canned, p *webtest.Page) {
			p.Do(webtest.Script(`document.querySelector('.scroller').scrollTop = 0`))
		}},
		{name: "thinking", page: streaming},
		{name: "writing", page: streaming, reach: func(_ *canned, p *webtest.Page) {
			p.Server.Emit("status", statusView{State: "writing", Text: "Writing · 18.2 tok/s", Fraction: -1})
			p.Server.Emit("reply", replyEvent{Chat: 1, Turn: 6, Seq: 4, Parts: []replyPart{
				{Part: "reasoning", From: 2, Summary: "Thought for 4 s"},
				{Part: "text", Blocks: []string{"<p>Because air scatters short waves more than long ones, by the fourth power of their frequency: <strong>Rayleigh scattering</strong>. Blue reaches you from every side.</p>", "<p>Violet would scatter still more, but the sun sends less of it, and</p>"}}}})
			p.Until(`document.querySelector('#turn-6 [data-part=text] > .blocks > .block:nth-child(2)')`)
		}},
		{name: "palette", page: cannedPage(cannedTalk()), reach: func(_ *canned, p *webtest.Page) { p.Type("#message", "/") }},
		{name: "filtered", page: cannedPage(cannedEmpty()), reach: func(_ *canned, p *webtest.Page) { p.Type("#message", "/the") }},
		{name: "toast", page: cannedPage(cannedTalk()), reach: func(_ *canned, p *webtest.Page) {
			p.Server.Emit("toast", toastView{Text: "Deleted “Why is the sky dark at night?”.", Undo: "/chats/1/restore", Kind: "info"})
			p.Server.Emit("toast", toastView{Text: "The file could not be saved: the disk is full.", Kind: "error"})
			p.Until(`document.querySelectorAll('.toast').length === 2`)
		}},
		{name: "ends", page: failed},
		{name: "markup", page: cannedPage(cannedMarkup())},
		{name: "right to left", page: cannedPage(cannedRightToLeft())},
		{name: "refused", page: cannedPage(cannedTalk()), reach: func(c *canned, p *webtest.Page) {
			c.refuse = "A reply is still being written. Stop it with Escape, or wait until it is done."
			p.Allow("422")
			p.Type("#message", "A message that must not be lost\r")
			p.Until(`document.querySelector('#composer-error').textContent !== ''`)
		}},
		{name: "help", page: cannedPage(cannedTalk()), reach: func(_ *canned, p *webtest.Page) {
			p.Type("#message", "/help")
			p.Press("\r")
			p.Until(`document.querySelector('#layer[data-open] #help')`)
		}},
		{name: "drawer", page: cannedPage(cannedTalk()), width: 360, reach: func(_ *canned, p *webtest.Page) {
			p.Click(".opener")
			p.Until(`document.querySelector('.pane').inert`)
		}},
		{name: "menu", page: cannedPage(cannedTalk()), reach: func(_ *canned, p *webtest.Page) { p.Click(".menu > summary") }},
		{name: "rename", page: cannedPage(cannedTalk()), reach: func(_ *canned, p *webtest.Page) {
			p.Do(webtest.Script(`document.querySelector('#chat-2 .open').dispatchEvent(new MouseEvent('dblclick', {bubbles: true}))`))
		}},
	}, slices.Concat(aroundStates(), dialogStates())...)
}

func TestWindowHasNoAccessibilityViolation(t *testing.T) {
	browser := webtest.NewBrowser(t)
	for _, s := range states() {
		t.Run(s.name, func(t *testing.T) {
			widths := []int64{1280, 360}
			if s.width != 0 {
				widths = []int64{s.width}
			}
			c, p := openCanned(t, browser, s.page)
			p.Resize(widths[0], 800)
			if s.reach != nil {
				s.reach(c, p)
			}
			for _, width := range widths {
				p.Resize(width, 800)
				for _, theme := range []string{"light", "dark", "contrast"} {
					chosen, wanted := theme, "no-preference"
					if theme == "contrast" && width == widths[len(widths)-1] { // there the desktop asks for it
						chosen, wanted = "system", "more"
					}
					p.Media("prefers-contrast", wanted)
					p.Do(webtest.Script(`document.documentElement.dataset.theme = "` + chosen + `"`))
					p.CheckAccessibility(fmt.Sprintf("%s, %s, %d px", s.name, theme, width))
					if wide := webtest.Get[int](p, `document.documentElement.scrollWidth`); wide > int(width) {
						t.Errorf("at %d px the page is %d px wide", width, wide)
					}
					takePicture(t, p, fmt.Sprintf("%s-%s-%d", s.name, theme, width))
				}
			}
			checkOtherWays(t, p, s.name)
			p.Close()
		})
	}
}

// Extremes of size that the pictures show and that axe need not see again.
func TestWindowFitsEverySize(t *testing.T) {
	browser := webtest.NewBrowser(t)
	for _, size := range []struct {
		name          string
		width, height int64
	}{
		{"1280 by 800 at 200 % zoom", 640, 400},
		{"the narrowest", 320, 568},
		{"a small laptop", 1024, 600},
		{"full HD", 1920, 1080},
		{"4K", 3840, 2160},
	} {
		t.Run(size.name, func(t *testing.T) {
			for name, view := range map[string]conversationView{"talk": cannedTalk(), "ends": cannedEnds(), "empty": cannedEmpty()} {
				_, p := openCanned(t, browser, cannedPage(view))
				p.Resize(size.width, size.height)
				if wide := webtest.Get[int](p, `document.documentElement.scrollWidth`); wide > int(size.width) {
					t.Errorf("%s is %d px wide", name, wide)
				}
				inside := `(() => { const r = document.querySelector('%s').getBoundingClientRect(); return r.width > 0 && r.left >= 0 && r.right <= innerWidth && r.bottom <= innerHeight; })()`
				for _, part := range []string{"#message", "#composer .send:not(.stop)", "#status"} {
					if !webtest.Get[bool](p, fmt.Sprintf(inside, part)) {
						t.Errorf("%s: %s is not whole in the window", name, part)
					}
				}
				takePicture(t, p, fmt.Sprintf("size-%s-%dx%d", name, size.width, size.height))
				p.Close()
			}
		})
	}
	t.Run("what opens at 200 % zoom", func(t *testing.T) {
		_, p := openCanned(t, browser, cannedPage(cannedTalk()))
		p.Resize(640, 400)
		for _, opened := range []struct {
			name, part string
			reach      func()
		}{
			{"palette", "#palette-panel", func() { p.Type("#message", "/") }},
			{"sidebar", "#side", func() {
				p.Press(kb.Escape)
				p.Click(".opener")
				p.Until(`document.querySelector('.pane').inert && document.querySelector('#side').getBoundingClientRect().left === 0`)
			}},
		} {
			opened.reach()
			if r := webtest.Get[[4]float64](p, `(() => { const r = document.querySelector('`+opened.part+`').getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom]; })()`); r[0] < -.5 || r[1] < -.5 || r[2] > 640.5 || r[3] > 400.5 || r[3]-r[1] < 150 {
				t.Errorf("the %s is at %v of 640 by 400", opened.name, r)
			}
			takePicture(t, p, "zoom-"+opened.name)
		}
	})
}
