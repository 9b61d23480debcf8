package main

import (
	"strings"
	"testing"

	"notso/app/webtest"
)

// What the form of a model's defaults says is what the next load and the next
// prompt have; a template that is none is refused in one sentence.
func TestDefaultsOfAModelAreWhatItIsLoadedWith(t *testing.T) {
	w := openWhole(t, `{"context_length": 2048, "max_tokens": 8, "temperature": 0, "titles": false, "follow_ups": false}`)
	p := w.page
	p.Click(".heading .model")
	p.Until(`document.querySelector('#shelf summary')`)
	p.Click("#shelf summary")
	p.Click(`#shelf [hx-get$="/defaults"]`)
	p.Until(`document.querySelector('form.defaults')`)

	p.Allow("422")
	p.Type("form.defaults [name=template]", "{% if %}")
	p.Click("form.defaults [value=preview]")
	p.Until(`document.querySelector('.toast[data-kind=error] .text')`)
	if said := w.text(".toast[data-kind=error] .text"); strings.Count(said, ".") > 2 || strings.Contains(said, "\n") || !strings.Contains(strings.ToLower(said), "template") {
		t.Errorf("a template that is none: %q", said)
	}

	w.fill("template", "{{ messages[-1].content }}, said the user.")
	p.Click("form.defaults [value=preview]")
	p.Until(`document.querySelector('form.defaults .preview')?.textContent.includes(', said the user.')`)
	w.fill("context_length", "512")
	w.fill("system", "Answer briefly.")
	p.Click("form.defaults .raised")
	p.UntilTrue("it is loaded again", func() bool { return w.taken(t).Context == 512 })
	// The load before may have left something, and nothing has used the buffers of a batch yet.
	if took := w.taken(t); took.Bytes > took.EstimatedBytes*11/10 || took.Bytes < took.EstimatedBytes*9/10-programBytes {
		t.Errorf("with a shorter context it took %+v", took)
	}
	p.Click("#models [data-leave]")
	p.Type("#message", "One two three\r")
	p.Until(`document.querySelector('[data-role=assistant][data-state=done]')`)
	chats, err := w.parts.Store.Chats(t.Context(), 1)
	if err != nil || len(chats) != 1 {
		t.Fatalf("%v, %v", chats, err)
	}
	turns, err := w.parts.Store.Turns(t.Context(), chats[0].ID)
	if err != nil || len(turns) < 2 {
		t.Fatalf("%v, %v", turns, err)
	}
	if n := turns[len(turns)-1].Stats.PromptTokens; n < 6 || n > 10 {
		t.Errorf("the prompt of the template has %d tokens, want those of seven words", n)
	}
}

// text is what the first element that css selects shows.
func (w *whole) text(css string) string {
	return webtest.Get[string](w.page, `document.querySelector('`+css+`').textContent.trim()`)
}

// fill puts text into a field of the form of defaults.
func (w *whole) fill(name, text string) {
	w.page.Do(webtest.Script(`document.querySelector('form.defaults [name=` + name + `]').value = ''`))
	w.page.Type("form.defaults [name="+name+"]", text)
}
