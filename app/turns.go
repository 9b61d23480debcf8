package app

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"notso/app/chat"
	"notso/app/store"
	"notso/app/words"
	"notso/engine"
)

// titleRunes is the length of a title made from a first message: what fits one
// line of the sidebar at its usual width.
const titleRunes = 48

func (a *App) send(ctx context.Context, chatID int64, text string, opts TalkOptions, each func(engine.Event)) (user, answer chat.Turn, err error) {
	text = written(text)
	if text == "" {
		return user, answer, chat.ErrEmptyTurn
	}
	files, err := a.readFiles(ctx, chatID, opts.Files)
	if err != nil {
		return user, answer, err
	}
	user, err = a.begin(ctx, chatID, title(text), store.Message{Text: text, Files: files})
	if err != nil {
		return user, answer, err
	}
	defer a.unclaim(user.Chat)
	if answer, err = a.answer(ctx, user.Chat, user.ID, opts, each); err == nil {
		_ = a.opts.Store.SetDraft(ctx, chatID, "") // last, since the model need not wait for it; a draft that stays is no loss
	}
	return user, answer, err
}

// answer starts the model's reply after parent, or several candidates, of which
// it returns the first. The chat must be claimed.
func (a *App) answer(ctx context.Context, chatID, parent int64, opts TalkOptions, each func(engine.Event)) (chat.Turn, error) {
	var turns []chat.Turn
	var err error
	if opts.Candidates = min(opts.Candidates, maxCandidates); opts.Candidates > 1 {
		turns, err = a.opts.Store.StartCandidates(ctx, chatID, parent, opts.Candidates)
	} else {
		var turn chat.Turn
		turn, err = a.opts.Store.StartReply(ctx, chatID, parent, "")
		turns = []chat.Turn{turn}
	}
	if err != nil {
		return chat.Turn{}, err
	}
	a.launch(turns, a.modelSource(turns[0], opts, nil), nil, each)
	return turns[0], nil
}

// Stop ends the chat's running reply, which keeps what it has. It does nothing
// when none runs.
func (a *App) Stop(chatID int64) {
	if r := a.running(chatID); r != nil {
		r.stop()
	}
}

// Regenerate starts another reply beside the given one, under the same user
// turn; after a user turn, it starts one more reply to it.
// Errors: chat.ErrBusy, chat.ErrNotFound.
func (a *App) Regenerate(ctx context.Context, turnID int64, opts TalkOptions) (chat.Turn, error) {
	return a.regenerate(ctx, turnID, opts, nil)
}

func (a *App) regenerate(ctx context.Context, turnID int64, opts TalkOptions, each func(engine.Event)) (chat.Turn, error) {
	old, err := a.opts.Store.Turn(ctx, turnID)
	if err != nil {
		return chat.Turn{}, err
	}
	if !canRetry(old) {
		return chat.Turn{}, words.Fail("act.no_retry")
	}
	parent := old.Parent
	if old.Role == chat.User {
		parent = old.ID
	}
	if _, err := a.open(ctx, old.Chat); err != nil {
		return chat.Turn{}, err
	}
	defer a.unclaim(old.Chat)
	return a.answer(ctx, old.Chat, parent, opts, each)
}

// canRetry tells whether the model can answer in the turn's place, or after it.
func canRetry(t chat.Turn) bool {
	if t.Role == chat.User {
		return true
	}
	return t.State != chat.Running && (t.Origin == "" || t.Origin == chat.OriginEdit)
}

// Continue goes on where the reply ended. Errors: chat.ErrBusy,
// chat.ErrNotFound.
func (a *App) Continue(ctx context.Context, turnID int64) (chat.Turn, error) {
	old, err := a.opts.Store.Turn(ctx, turnID)
	if err != nil {
		return chat.Turn{}, err
	}
	if !old.CanContinue() {
		return chat.Turn{}, words.Fail("act.complete")
	}
	if _, err := a.open(ctx, old.Chat); err != nil {
		return chat.Turn{}, err
	}
	defer a.unclaim(old.Chat)
	answer, err := a.opts.Store.ContinueReply(ctx, turnID)
	if err != nil {
		return chat.Turn{}, err
	}
	resume := &engine.Partial{Reasoning: answer.Reasoning, Text: answer.Text}
	choices, err := a.choicesOf(ctx, turnID)
	if err != nil {
		choices = nil // the reply matters more
	}
	a.launch([]chat.Turn{answer}, a.modelSource(answer, TalkOptions{}, resume), choices, nil)
	return answer, nil
}

// Await waits for the end of the reply that writes turn, and returns it as it
// is then. Cancelling ctx stops the reply and is no error.
func (a *App) Await(ctx context.Context, turn chat.Turn) (chat.Turn, error) {
	r := a.writer(turn)
	if r != nil {
		stop := context.AfterFunc(ctx, r.stop)
		<-r.done
		stop()
	}
	turn, err := a.opts.Store.Turn(context.WithoutCancel(ctx), turn.ID)
	if r != nil && turn.State == chat.Running { // its end could not be stored
		turn.State, turn.Error = r.state, r.notice
	}
	if err == nil && turn.State == chat.Failed {
		err = errors.New(turn.Error)
	}
	return turn, err
}

// begin claims the chat for the reply to m, which it stores. Chat 0 is made for it,
// with the title.
func (a *App) begin(ctx context.Context, chatID int64, title string, m store.Message) (chat.Turn, error) {
	if chatID == 0 {
		user, err := a.firstTurn(ctx, title, m)
		if err == nil && !a.claim(user.Chat) {
			err = chat.ErrBusy
		}
		return user, err
	}
	c, err := a.open(ctx, chatID)
	if err != nil {
		return chat.Turn{}, err
	}
	user, err := a.opts.Store.Say(ctx, c, m)
	if err != nil {
		a.unclaim(chatID)
	}
	return user, err
}

// open claims the chat for one new reply. The claim holds until unclaim, and keeps
// two sends from starting two replies.
func (a *App) open(ctx context.Context, chatID int64) (chat.Chat, error) {
	if !a.claim(chatID) {
		return chat.Chat{}, chat.ErrBusy
	}
	c, err := a.opts.Store.Chat(ctx, chatID)
	if err != nil {
		a.unclaim(chatID)
	}
	return c, err
}

// claim reserves the chat's place among the running replies.
func (a *App) claim(chatID int64) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, taken := a.replies[chatID]; taken || a.closed {
		return false
	}
	a.replies[chatID] = nil
	a.work.Add(1) // Shutdown waits for what is begun
	return true
}

// unclaim gives the place back unless a reply took it. It is called once for
// each claim.
func (a *App) unclaim(chatID int64) {
	defer a.work.Done()
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.taken[chatID] > 0 { // what is there now is another's claim, or reply
		if a.taken[chatID]--; a.taken[chatID] == 0 {
			delete(a.taken, chatID)
		}
		return
	}
	delete(a.replies, chatID)
}

// running is the reply that is being written in a chat, the first of candidates.
func (a *App) running(chatID int64) *reply {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.replies[chatID]
}

// writer is the running reply that writes turn, nil when none does.
func (a *App) writer(turn chat.Turn) *reply {
	a.mu.Lock()
	defer a.mu.Unlock()
	lead := a.replies[turn.Chat]
	if lead == nil {
		return nil
	}
	for _, r := range lead.all() {
		if r.turn == turn.ID && !r.ended {
			return r
		}
	}
	return nil
}

// title makes a chat's first title out of its first message.
func title(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) <= titleRunes {
		return text
	}
	short := string([]rune(text)[:titleRunes])
	if cut := strings.LastIndexByte(short, ' '); cut > titleRunes/2 {
		short = short[:cut]
	}
	return strings.TrimRight(short, " ,;:–—-") + "…"
}
