package app

import (
	"bytes"
	"context"
	"io"
	"strings"

	"notso/app/chat"
	"notso/app/export"
	"notso/app/words"
)

// Export writes the chat to a file that the user chooses and returns its path,
// "" when the user chose none.
func (a *App) Export(ctx context.Context, chatID int64, format string) (string, error) {
	if chatID == 0 {
		return "", words.Fail("export.empty")
	}
	return a.ExportChats(ctx, []int64{chatID}, format)
}

// ExportChats is Export for several chats, all of them when there is no id. One
// chat is a file of the format, several are one file that holds them all: JSON
// in one list, the others in a .zip.
func (a *App) ExportChats(ctx context.Context, ids []int64, format string) (string, error) {
	if a.opts.SaveAs == nil {
		return "", words.Fail("export.no_dialog")
	}
	chats, err := a.opts.Store.ChatsByID(ctx, ids...)
	if len(ids) == 0 {
		chats, err = a.opts.Store.Chats(ctx, 0)
	}
	if err != nil {
		return "", err
	}
	if len(chats) == 0 {
		return "", words.Fail("export.empty")
	}
	turns := func(c chat.Chat) ([]chat.Turn, error) { return a.opts.Store.Turns(ctx, c.ID) }
	name := export.FileName(chats[0], format)
	if len(chats) > 1 {
		name = export.BundleName(format)
	}
	if format == "pdf" {
		return a.exportPDF(ctx, chats)
	}
	path, err := a.opts.SaveAs(a.say("export.dialog"), name)
	if err != nil || path == "" {
		return "", err
	}
	return path, export.Replace(path, func(w io.Writer) error {
		if len(chats) > 1 {
			return export.WriteBundleIn(a.language(), w, format, chats, turns)
		}
		all, err := turns(chats[0])
		if err != nil {
			return err
		}
		return export.WriteIn(a.language(), w, format, chats[0], all)
	})
}

// exportPDF prints a chat's web page.
func (a *App) exportPDF(ctx context.Context, chats []chat.Chat) (string, error) {
	if a.opts.PDF == nil {
		return "", words.Fail("export.no_pdf")
	}
	if len(chats) > 1 {
		return "", words.Fail("export.one_pdf")
	}
	turns, err := a.opts.Store.Turns(ctx, chats[0].ID)
	if err != nil {
		return "", err
	}
	var page bytes.Buffer
	if err := export.WriteIn(a.language(), &page, "html", chats[0], turns); err != nil {
		return "", err
	}
	path, err := a.opts.SaveAs(a.say("export.dialog"), strings.TrimSuffix(export.FileName(chats[0], "html"), ".html")+".pdf")
	if err != nil || path == "" {
		return "", err
	}
	return path, a.opts.PDF(page.Bytes(), path)
}
