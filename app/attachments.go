package app

import (
	"context"
	"slices"
	"strings"

	"notso/app/attachment"
	"notso/app/chat"
	"notso/app/words"
	"notso/engine"
)

const (
	// maxFiles is the most files that one message may have: what a person can
	// keep in view.
	maxFiles = 20

	// replyRoom is what a reply needs of the context at least, in tokens.
	replyRoom = 256

	// previewBytes is how much of a file the preview shows.
	previewBytes = 64 << 10

	// bytesInToken is the estimate where no model can count: of English text.
	bytesInToken = 4
)

// attachmentsView fills attachments.html: the files of the next message.
type attachmentsView struct {
	ChatID  int64
	Files   []attachmentView
	Warning string // what will not fit, as a sentence; "" when all fits
}

// attachmentView fills attachment.html, the preview, and one chip.
type attachmentView struct {
	ID    int64
	Name  string
	Facts string // "12 kB · 3,400 tokens"
	Text  string
	Cut   bool // Text is only the beginning
}

// Attach adds the file at path to the chat's next message.
// Errors: *words.Problem, chat.ErrNotFound, those of the file system.
func (a *App) Attach(ctx context.Context, chatID int64, path string) (chat.Attachment, error) {
	file, err := attachment.Read(ctx, path, a.opts.ReadPDF)
	if err != nil {
		return file, err
	}
	return a.keep(ctx, chatID, file)
}

// readFiles reads and measures files that go with the chat's next message, besides
// those of its draft.
func (a *App) readFiles(ctx context.Context, chatID int64, paths []string) ([]chat.Attachment, error) {
	if len(paths) == 0 {
		return nil, nil
	}
	draft, err := a.opts.Store.DraftAttachments(ctx, chatID)
	if err != nil {
		return nil, err
	}
	if len(draft)+len(paths) > maxFiles {
		return nil, words.Fail("attach.too_many", maxFiles)
	}
	var files []chat.Attachment
	for _, path := range paths {
		file, err := attachment.Read(ctx, path, a.opts.ReadPDF)
		if err != nil {
			return nil, err
		}
		file.Tokens = a.tokensOf(ctx, file)
		files = append(files, file)
	}
	return files, nil
}

// keep measures a file and stores it in the draft.
func (a *App) keep(ctx context.Context, chatID int64, file chat.Attachment) (chat.Attachment, error) {
	files, err := a.opts.Store.DraftAttachments(ctx, chatID)
	if err != nil {
		return file, err
	}
	if len(files) >= maxFiles {
		return file, words.Fail("attach.too_many", maxFiles)
	}
	file.Tokens = a.tokensOf(ctx, file)
	return a.opts.Store.AddAttachment(ctx, chatID, file)
}

// tokensOf is what a file adds to a prompt.
func (a *App) tokensOf(ctx context.Context, file chat.Attachment) int {
	text := attachment.Prompt("", []chat.Attachment{file})
	count := func(content string) (int, error) {
		eng, ready := a.model.ready()
		if !ready {
			return 0, engine.ErrNoModel
		}
		m, err := eng.Measure(ctx, engine.Request{Messages: []engine.Message{{Role: engine.RoleUser, Content: content}}})
		return m.PromptTokens, err
	}
	with, err := count(text + ".")
	if err == nil {
		if without, err := count("."); err == nil && with > without {
			return with - without
		}
	}
	return len(text)/bytesInToken + 1
}

// withFiles are turns as the model reads them: with their files. The given ones
// stay as they are.
func (a *App) withFiles(ctx context.Context, turns []chat.Turn) ([]chat.Turn, error) {
	if len(turns) == 0 {
		return turns, nil
	}
	from := turns[0].ID
	for _, t := range turns {
		from = min(from, t.ID)
	}
	files, err := a.opts.Store.Attachments(ctx, turns[0].Chat, from)
	if err != nil || len(files) == 0 {
		return turns, err
	}
	turns = slices.Clone(turns)
	for i, t := range turns {
		turns[i].Text = attachment.Prompt(t.Text, files[t.ID])
	}
	return turns, nil
}

func (a *App) attachments(ctx context.Context, chatID int64) (attachmentsView, error) {
	view := attachmentsView{ChatID: chatID}
	files, err := a.opts.Store.DraftAttachments(ctx, chatID)
	if err != nil || len(files) == 0 {
		return view, err
	}
	c, tail, err := a.tail(ctx, chatID)
	if err != nil {
		return view, err
	}
	g := a.gauge(c, tail)
	need := g.Used + replyRoom
	for _, f := range files {
		need += f.Tokens
		view.Files = append(view.Files, a.chip(f))
	}
	if g.Limit > 0 && need > g.Limit {
		view.Warning = a.say("attach.overflow", a.language().Number(need), a.language().Number(g.Limit))
	}
	return view, nil
}

func (a *App) chip(f chat.Attachment) attachmentView {
	return attachmentView{ID: f.ID, Name: f.Name, Facts: a.size(f.Bytes) + " · " + a.language().Count("turn.tokens", f.Tokens)}
}

func (a *App) getAttachments(ctx context.Context, r request) (answer, error) {
	view, err := a.attachments(ctx, r.id())
	return show(fragment{Name: "attachments.html", View: view}), err
}

// postAttach asks for a file with the system's dialog.
func (a *App) postAttach(ctx context.Context, r request) (answer, error) {
	if a.opts.OpenFile == nil {
		return answer{}, words.Fail("attach.no_dialog")
	}
	path, err := a.opts.OpenFile(a.say("attach.choose"), "*.txt;*.md;*.pdf;*.csv;*.json;*.go;*.py;*.js;*.ts;*.c;*.h;*.cpp;*.rs;*.java;*.html;*.css;*.xml;*.yaml;*.toml;*.log")
	if err != nil || path == "" {
		return answer{}, err
	}
	if _, err := a.Attach(ctx, r.id(), path); err != nil {
		return answer{}, err
	}
	return a.getAttachments(ctx, r)
}

// postAttachment makes a long text that was pasted a file of its own.
func (a *App) postAttachment(ctx context.Context, r request) (answer, error) {
	file, err := attachment.Of(ctx, a.say("attach.pasted"), []byte(r.FormValue("text")), nil)
	if err != nil {
		return answer{}, err
	}
	if _, err := a.keep(ctx, r.id(), file); err != nil {
		return answer{}, err
	}
	return a.getAttachments(ctx, r)
}

func (a *App) getAttachment(ctx context.Context, r request) (answer, error) {
	f, err := a.opts.Store.Attachment(ctx, r.id())
	if err != nil {
		return answer{}, err
	}
	view := a.chip(f)
	if view.Text = f.Text; len(f.Text) > previewBytes {
		view.Text, view.Cut = strings.ToValidUTF8(f.Text[:previewBytes], ""), true
	}
	return show(fragment{Name: "attachment.html", View: view}), nil
}

func (a *App) deleteAttachment(ctx context.Context, r request) (answer, error) {
	chatID, f, err := a.opts.Store.RemoveAttachment(ctx, r.id())
	if err != nil {
		return answer{}, err
	}
	its := a.remember(chatID)
	undo := a.undoable(func(ctx context.Context) error {
		id := its()
		_, err := a.opts.Store.AddAttachment(ctx, id, f)
		a.opts.Emit("refresh", refreshEvent{What: "attachments", Chat: id})
		return err
	})
	view, err := a.attachments(ctx, chatID)
	return show(
		fragment{Name: "attachments.html", View: view},
		fragment{Name: "toast.html", View: toastView{Text: a.say("attach.removed", f.Name), Undo: undo, Kind: "info"}, OOB: true},
	), err
}

// placeFiles gives each message the files that went with it.
func (a *App) placeFiles(ctx context.Context, views []turnView) error {
	ids := make([]int64, len(views))
	for i, v := range views {
		ids[i] = v.ID
	}
	files, err := a.opts.Store.TurnAttachments(ctx, ids)
	for i, v := range views {
		for _, f := range files[v.ID] {
			views[i].Files = append(views[i].Files, a.chip(f))
		}
	}
	return err
}
