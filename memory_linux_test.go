package main

import (
	"fmt"
	"testing"

	"notso/app/shelf"
	"notso/app/words"
)

// What a model takes is measured once it is loaded and again after each reply,
// and shown beside the estimate. The two are near each other after a reply; before
// the first, nothing has used the buffers of a batch yet.
func TestWhatALoadedModelTakesStandsBesideTheEstimate(t *testing.T) {
	w := openWhole(t, `{"context_length": 2048, "max_tokens": 4, "titles": false, "follow_ups": false}`)
	loaded := w.taken(t)
	w.page.Type("#message", "Hello\r")
	w.page.Until(`document.querySelector('[data-role=assistant][data-state=done]')`)
	var took shelf.Memory
	w.page.UntilTrue("the memory is measured again", func() bool { took = w.taken(t); return took.Bytes > loaded.Bytes })
	t.Logf("after the load %+v, after a reply %+v", loaded, took)
	if least := loaded.EstimatedBytes * 9 / 10; loaded.Context != 2048 || loaded.Bytes < least-programBytes || loaded.Bytes > loaded.EstimatedBytes+programBytes {
		t.Errorf("after the load: %+v", loaded)
	}
	if took.Context != 2048 || !near(took.EstimatedBytes, took.Bytes) {
		t.Errorf("after a reply: %+v", took)
	}
	size := words.Words{}.Size(took.Bytes)
	w.page.Click(".heading .model")
	w.page.Until(`document.querySelector('#shelf')?.textContent.includes('` + size + ` in memory')`)
	w.page.Click("#shelf summary")
	w.page.Click(`#shelf [aria-haspopup=dialog]`)
	w.page.Until(fmt.Sprintf(`document.querySelector('dialog.anatomy[open]')?.textContent.includes('it took %s of memory with a context of 2,048 tokens; %s were estimated.')`, size, words.Words{}.Size(took.EstimatedBytes)))
}

// taken is what is remembered of the starter's memory.
func (w *whole) taken(t *testing.T) shelf.Memory {
	t.Helper()
	item, err := w.parts.Shelf.Find("starter")
	if err != nil || item.Memory.Bytes == 0 {
		t.Fatalf("nothing is remembered: %+v, %v", item, err)
	}
	return item.Memory
}
