package app

import (
	"context"
	"strings"

	"notso/app/chat"
	"notso/app/command"
	"notso/app/prompts"
	"notso/app/words"
	"notso/engine"
)

// Parse reads a line from the composer or the terminal: a command, one of the
// user's own prompts, or a message; see command.Parse.
func (a *App) Parse(line string) (command.Call, bool, error) {
	if !strings.HasPrefix(line, "/") {
		return command.Call{}, false, nil
	}
	var names []string
	for _, p := range a.prompts() {
		names = append(names, p.Name)
	}
	return command.Parse(line, names...)
}

// prompts are the user's own.
func (a *App) prompts() []prompts.Prompt {
	list, _ := prompts.Load(a.opts.Home.Prompts, builtIn)
	return list
}

func builtIn(name string) bool {
	_, known := command.Find(name)
	return known
}

// usePrompt sends one of the user's own prompts, filled in.
func (a *App) usePrompt(ctx context.Context, call command.Call, out *Outcome) error {
	var prompt prompts.Prompt
	for _, p := range a.prompts() {
		if p.Name == call.Name {
			prompt = p
		}
	}
	_, branch, err := a.tail(ctx, out.Chat)
	if err != nil {
		return err
	}
	if prompt.Needs("input") && call.Args.Text == "" {
		files, err := a.opts.Store.DraftAttachments(ctx, out.Chat)
		if err != nil {
			return err
		}
		if len(files) == 0 {
			return words.Fail("deeds.no_input", call.Name)
		}
	}
	now := a.opts.Now()
	values := map[string]string{"input": call.Args.Text, "date": now.Format("2006-01-02"), "time": now.Format("15:04")}
	if prompt.Needs("clipboard") {
		if a.opts.Clipboard == nil {
			return words.Fail("deeds.no_clipboard")
		}
		if values["clipboard"], err = a.opts.Clipboard(); err != nil {
			return err
		}
	}
	if reply, ok := lastReply(branch); ok {
		values["reply"] = reply.Text
	} else if prompt.Needs("reply") {
		return words.Fail("deeds.no_reply")
	}
	return a.sendFor(ctx, prompt.Fill(values), out)
}

// sendFor sends text as a message of the user.
func (a *App) sendFor(ctx context.Context, text string, out *Outcome) error {
	user, answer, err := a.send(ctx, out.Chat, text, TalkOptions{}, out.each)
	if err != nil {
		return err
	}
	out.Turns, out.Changed, out.Chat = []chat.Turn{user, answer}, out.Chat == 0, user.Chat
	return nil
}

func (a *App) summarizeCommand(ctx context.Context, _ command.Call, out *Outcome) error {
	_, branch, err := a.tail(ctx, out.Chat)
	if err != nil {
		return err
	}
	if len(branch) == 0 {
		return words.Fail("deeds.nothing_said")
	}
	return a.sendFor(ctx, a.say("deeds.summarize"), out)
}

func (a *App) continueCommand(ctx context.Context, _ command.Call, out *Outcome) error {
	_, branch, err := a.tail(ctx, out.Chat)
	if err != nil {
		return err
	}
	reply, ok := lastReply(branch)
	if !ok || !reply.CanContinue() {
		return words.Fail("deeds.nothing_to_continue")
	}
	answer, err := a.Continue(ctx, reply.ID)
	if err != nil {
		return err
	}
	out.Turns, out.Changed = []chat.Turn{answer}, true
	return nil
}

// lastReply is the turn that ends the branch, if it is a reply.
func lastReply(branch []chat.Turn) (chat.Turn, bool) {
	if n := len(branch); n > 0 && branch[n-1].Role == chat.Assistant {
		return branch[n-1], true
	}
	return chat.Turn{}, false
}

func (a *App) titleCommand(ctx context.Context, call command.Call, out *Outcome) error {
	c, _, err := a.tail(ctx, out.Chat)
	if err != nil {
		return err
	}
	title := strings.Join(strings.Fields(call.Args.Text), " ")
	switch {
	case title == "":
		out.Text = a.say("deeds.title_is", first(c.Title, a.say("chats.new")))
		return nil
	case c.ID == 0:
		return words.Fail("deeds.no_chat")
	}
	if err := a.opts.Store.Rename(ctx, c.ID, title, true); err != nil {
		return err
	}
	out.Text = a.say("deeds.titled", title)
	out.Undo = a.undoable(func(ctx context.Context) error {
		defer a.renamed(c.ID)
		return a.opts.Store.Retitle(ctx, c.ID, c.Title, c.Named)
	})
	a.renamed(c.ID)
	return nil
}

// renamed shows the new title of a chat.
func (a *App) renamed(chatID int64) {
	a.opts.Emit("refresh", refreshEvent{What: "sidebar"})
	a.opts.Emit("refresh", refreshEvent{What: "heading", Chat: chatID})
}

func (a *App) pinCommand(ctx context.Context, _ command.Call, out *Outcome) error {
	c, _, err := a.tail(ctx, out.Chat)
	if err != nil {
		return err
	}
	if c.ID == 0 {
		return words.Fail("deeds.no_chat")
	}
	if err := a.opts.Store.PinChats(ctx, !c.Pinned, c.ID); err != nil {
		return err
	}
	out.Text = a.say("deeds.pinned")
	if c.Pinned {
		out.Text = a.say("deeds.unpinned")
	}
	out.Undo = a.undoable(func(ctx context.Context) error {
		defer a.opts.Emit("refresh", refreshEvent{What: "sidebar"})
		return a.opts.Store.PinChats(ctx, c.Pinned, c.ID)
	})
	a.opts.Emit("refresh", refreshEvent{What: "sidebar"})
	return nil
}

func (a *App) systemCommand(ctx context.Context, call command.Call, out *Outcome) error {
	c, _, err := a.tail(ctx, out.Chat)
	if err != nil {
		return err
	}
	text := call.Args.Text
	if text == "" {
		out.Text = a.say("deeds.system_is", first(c.Settings.System, a.opts.Config.Get().System, a.say("deeds.system_none")))
		return nil
	}
	out.Text = a.say("deeds.system_set")
	if strings.EqualFold(text, "none") {
		text, out.Text = "", a.say("deeds.system_gone")
	}
	out.Undo, err = a.changeManner(ctx, out.Chat, func(s *chat.Settings) { s.System = text })
	return err
}

func (a *App) thinkCommand(ctx context.Context, call command.Call, out *Outcome) (err error) {
	budget, on := call.Args.Budget, call.Args.Thinking != "off"
	c, _, err := a.tail(ctx, out.Chat)
	if err != nil {
		return err
	}
	switch {
	case budget == nil && call.Args.Thinking == "":
		out.Text = a.say("deeds.thinks_off")
		if a.thinking(c).On {
			out.Text = a.say("deeds.thinks")
			if n := budgetFor(c.Settings, a.opts.Config.Get()); n > 0 {
				out.Text = a.say("deeds.thinks_for", a.language().Number(n))
			}
		}
		return nil
	case budget != nil:
		out.Text = a.say("deeds.thinks_for", a.language().Number(*budget))
	case on:
		budget, out.Text = new(int), a.say("deeds.thinks")
	default:
		out.Text = a.say("deeds.thinks_off")
	}
	out.Undo, err = a.changeManner(ctx, out.Chat, func(s *chat.Settings) {
		s.Thinking = string(engine.ThinkingOff)
		if on {
			s.Thinking, s.ThinkingBudget = string(engine.ThinkingOn), budget
		}
	})
	return err
}

func (a *App) presetCommand(ctx context.Context, call command.Call, out *Outcome) (err error) {
	name := call.Args.Text
	if name == "" {
		c, _, err := a.tail(ctx, out.Chat)
		if err != nil {
			return err
		}
		var names []string
		for _, p := range a.opts.Config.Get().Presets {
			names = append(names, p.Name)
		}
		out.Text = a.say("deeds.preset_is", first(c.Settings.Preset, "–"), first(strings.Join(names, ", "), "–"))
		return nil
	}
	if strings.EqualFold(name, "none") {
		name = ""
	}
	out.Text, out.Undo, err = a.usePreset(ctx, out.Chat, name)
	return err
}

func (a *App) settingsCommand(_ context.Context, call command.Call, out *Outcome) error {
	out.Page, out.Part = "settings", call.Args.Text
	return nil
}

// changeManner is changeUndoably for what a preset says, too: the chat no longer
// answers as one.
func (a *App) changeManner(ctx context.Context, chatID int64, change func(*chat.Settings)) (undo string, err error) {
	return a.changeUndoably(ctx, chatID, func(s *chat.Settings) {
		change(s)
		s.Preset = ""
	})
}

// changeUndoably changes what the chat sets for itself, and returns the path
// that takes it back, and nothing that was changed later.
func (a *App) changeUndoably(ctx context.Context, chatID int64, change func(*chat.Settings)) (undo string, err error) {
	show := func() {
		a.opts.Emit("refresh", refreshEvent{What: "model"})
		a.opts.Emit("refresh", refreshEvent{What: "settings"})
	}
	its := a.remember(chatID)
	var before, after chat.Settings
	err = a.changeSettings(ctx, chatID, func(s *chat.Settings) {
		before = *s
		change(s)
		after = *s
	})
	if err != nil {
		return "", err
	}
	show()
	return a.undoable(func(ctx context.Context) error {
		defer show()
		kept := false
		err := a.changeSettings(ctx, its(), func(s *chat.Settings) { *s, kept = settingsTakenBack(*s, before, after) })
		a.tellKept(kept)
		return err
	}), nil
}
