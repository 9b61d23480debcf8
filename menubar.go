package main

import (
	goruntime "runtime"

	"github.com/wailsapp/wails/v2/pkg/menu"
	"github.com/wailsapp/wails/v2/pkg/runtime"

	"notso/app"
	"notso/native"
)

// menuBar makes the native menus. Where they are part of the window they hide
// until Alt or F10 is pressed (native.Attach); all that they hold has a key or a
// button in the page as well. Windows would show them always, so it has none.
func (w *window) menuBar(entries []app.MenuEntry) *menu.Menu {
	if goruntime.GOOS == "windows" {
		return nil
	}
	bar := menu.NewMenu()
	if goruntime.GOOS == "darwin" {
		bar.Append(menu.AppMenu())
		bar.Append(menu.EditMenu()) // without it there is no copy and paste
	}
	for _, entry := range entries {
		sub := bar.AddSubmenu(entry.Text)
		for _, item := range entry.Items {
			if item.Text == "" {
				sub.AddSeparator()
				continue
			}
			sub.AddText(item.Text, nil, func(*menu.CallbackData) {
				if item.Do == "quit" {
					runtime.Quit(*w.ctx.Load())
					return
				}
				w.emit("do", item.Do)
			})
		}
	}
	return bar
}

// relabel says the native menus anew.
func (w *window) relabel(entries []app.MenuEntry) {
	var texts []string
	for _, entry := range entries {
		texts = append(texts, entry.Text)
		for _, item := range entry.Items {
			if item.Text != "" {
				texts = append(texts, item.Text)
			}
		}
	}
	bar := w.menuBar(entries)
	if ctx := w.ctx.Load(); ctx != nil && bar != nil && !native.Relabel(texts) {
		runtime.MenuSetApplicationMenu(*ctx, bar)
	}
}
