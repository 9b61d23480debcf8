package app

import (
	"context"
	"path/filepath"
	"strings"

	"notso/app/chat"
	"notso/app/command"
	"notso/app/config"
	"notso/app/words"
	"notso/engine"
)

// Outcome is what a command did, for the window to draw and the terminal to
// print.
type Outcome struct {
	Text    string      // a sentence; "" when what changed speaks for itself
	Undo    string      // path that takes it back
	Chat    int64       // the chat to show now; 0 is a new one
	Changed bool        // the conversation is to be drawn anew
	Help    bool        // the list of commands was asked for
	Import  bool        // files to import are to be asked for
	Models  bool        // the page of models was asked for; Text has the model for the terminal
	Page    string      // to show over the conversation: settings, map (of the branches)
	Part    string      // of that page
	Search  string      // the window shows what is found by these words; Text has it for the terminal
	Turns   []chat.Turn // turns that were added, the running reply last

	each func(engine.Event)
}

// Run does what a slash command says, for the chat that is shown (0: a new one).
// each, which may be nil, sees the events of a reply that it starts, see Await.
// Errors are sentences for people.
func (a *App) Run(ctx context.Context, chatID int64, call command.Call, each func(engine.Event)) (Outcome, error) {
	out := Outcome{Chat: chatID, each: each}
	if call.Prompt {
		err := a.usePrompt(ctx, call, &out)
		return out, err
	}
	run, ok := a.commands()[call.Name]
	if !ok {
		return out, words.Fail("answer.not_here", call.Name)
	}
	err := run(ctx, call, &out)
	return out, err
}

type commandFunc func(ctx context.Context, call command.Call, out *Outcome) error

// commands says what each command of the registry does; a test holds the two
// together. They read the chat from out.Chat.
func (a *App) commands() map[string]commandFunc {
	return map[string]commandFunc{
		"new": func(_ context.Context, _ command.Call, out *Outcome) error {
			out.Chat, out.Changed = 0, true
			return nil
		},
		"clear":        a.clear,
		"reset":        a.reset,
		"export":       a.exportCommand,
		"thinking":     a.thinkingCommand,
		"temp":         a.tempCommand,
		"model":        a.modelCommand,
		"quote":        a.quoteCommand,
		"status":       a.statusCommand,
		"theme":        a.themeCommand,
		"search":       a.searchCommand,
		"import":       a.importCommand,
		"stop":         a.stopCommand,
		"regenerate":   a.regenerateCommand,
		"title":        a.titleCommand,
		"pin":          a.pinCommand,
		"summarize":    a.summarizeCommand,
		"continue":     a.continueCommand,
		"system":       a.systemCommand,
		"think":        a.thinkCommand,
		"preset":       a.presetCommand,
		"branch":       a.branchCommand,
		"candidates":   a.candidatesCommand,
		"alternatives": a.alternativesCommand,
		"settings":     a.settingsCommand,
		"help": func(_ context.Context, _ command.Call, out *Outcome) error {
			out.Help = true
			return nil
		},
	}
}

func (a *App) clear(ctx context.Context, _ command.Call, out *Outcome) error {
	if out.Chat == 0 {
		out.Text = a.say("answer.nothing_to_clear")
		return nil
	}
	if a.running(out.Chat) != nil {
		return chat.ErrBusy
	}
	d, err := a.opts.Store.ClearTurns(ctx, out.Chat)
	if err != nil {
		return err
	}
	out.Changed = true
	if out.Text = a.say("answer.nothing_to_clear"); d.ID != 0 {
		out.Text, out.Undo = a.language().Count("answer.cleared", d.Turns), undoOf(d)
	}
	return nil
}

func (a *App) reset(ctx context.Context, _ command.Call, out *Outcome) error {
	if out.Chat == 0 {
		out.Text = a.say("answer.nothing_to_reset")
		return nil
	}
	c, err := a.opts.Store.Chat(ctx, out.Chat)
	if err != nil {
		return err
	}
	if a.running(out.Chat) != nil {
		return chat.ErrBusy
	}
	out.Changed = true
	return a.opts.Store.SetContext(ctx, c.ID, c.Head)
}

func (a *App) exportCommand(ctx context.Context, call command.Call, out *Outcome) error {
	path, err := a.Export(ctx, out.Chat, first(call.Args.Format, "md"))
	if err == nil && path != "" {
		out.Text = a.say("answer.exported", path)
	}
	return err
}

func (a *App) thinkingCommand(ctx context.Context, call command.Call, out *Outcome) error {
	c, _, err := a.tail(ctx, out.Chat)
	if err != nil {
		return err
	}
	on := !a.thinking(c).On
	if value := call.Args.Thinking; value != "" {
		on = value == "on"
	}
	if err := a.SetThinking(ctx, out.Chat, on); err != nil {
		return err
	}
	out.Changed = true
	out.Text = a.say("answer.thinking_off")
	if on {
		out.Text = a.say("answer.thinking_on")
	}
	return nil
}

func (a *App) tempCommand(ctx context.Context, call command.Call, out *Outcome) (err error) {
	value := call.Args.Temperature
	if value == nil {
		c, _, err := a.tail(ctx, out.Chat)
		if err != nil {
			return err
		}
		out.Text = a.say("answer.temperature", a.short(a.ask(c, nil, TalkOptions{}).Sampling.Temperature))
		return nil
	}
	out.Text = a.say("answer.temperature_now", a.short(*value))
	out.Undo, err = a.changeManner(ctx, out.Chat, func(s *chat.Settings) { s.Temperature = value })
	return err
}

func (a *App) modelCommand(ctx context.Context, call command.Call, out *Outcome) error {
	name := call.Args.Model
	if name == "" {
		out.Models = a.opts.Shelf != nil
		_, info, builtin, _ := a.model.snapshot()
		out.Text = a.say("answer.no_model", a.choices())
		if info.Name != "" && !builtin {
			template := ""
			if info.Template == "chatml" {
				template = " " + a.say("status.chatml")
			}
			if info.ContextAsked > 0 {
				template += " " + a.contextAsked(info)
			}
			out.Text = a.say("answer.model", a.model.name(), info.Quantisation, a.language().Number(info.ContextLength)) + template + " " + a.choices()
		}
		return nil
	}
	if a.opts.Remote != "" {
		out.Text = a.say("remote.connecting", a.opts.Remote)
		a.model.open(name)
		return a.opts.Config.Update(func(c *config.Config) { c.RemoteModel = name })
	}
	path, err := a.opts.Library.Resolve(name)
	if err != nil {
		return err
	}
	if err := a.opts.Config.Update(func(c *config.Config) { c.Model = path }); err != nil {
		return err
	}
	a.model.open(path)
	out.Text = a.say("answer.loading", filepath.Base(path))
	return nil
}

// choices lists the model files that /model can load.
func (a *App) choices() string {
	models, err := a.opts.Library.List()
	if err != nil || len(models) == 0 {
		return a.say("answer.no_file")
	}
	names := make([]string, len(models))
	for i, m := range models {
		names[i] = m.Name
	}
	return a.say("answer.choices", strings.Join(names, ", "))
}

func (a *App) quoteCommand(ctx context.Context, call command.Call, out *Outcome) error {
	user, answer, err := a.quote(ctx, out.Chat, call.Args.Reference, out.each)
	if err != nil {
		return err
	}
	out.Turns = []chat.Turn{user, answer}
	out.Changed = out.Chat == 0
	out.Chat = user.Chat
	return nil
}

func (a *App) statusCommand(ctx context.Context, _ command.Call, out *Outcome) error {
	c, tail, err := a.tail(ctx, out.Chat)
	if err != nil {
		return err
	}
	turns, err := a.opts.Store.BranchLength(ctx, c.Head)
	if err != nil {
		return err
	}
	_, info, _, _ := a.model.snapshot()
	parts := []string{a.model.name(), a.status().Text, a.gauge(c, tail).Text, a.language().Count("settings.turns", turns)}
	if info.EngineBuild != "" {
		parts = append(parts, a.language().Of(info.EngineBuild)+" "+a.placed(info))
	}
	out.Text = a.joined(parts...)
	return nil
}

func (a *App) themeCommand(_ context.Context, call command.Call, out *Outcome) error {
	next := map[config.Theme]config.Theme{config.ThemeSystem: config.ThemeDark, config.ThemeDark: config.ThemeLight, config.ThemeLight: config.ThemeSystem}
	theme := first(config.Theme(call.Args.Theme), next[a.opts.Config.Get().Theme], config.ThemeSystem)
	out.Text = a.say("answer.theme", a.say("setting.theme_"+string(theme)))
	return a.changeConfig(func(c *config.Config) { c.Theme = theme })
}

func (a *App) stopCommand(_ context.Context, _ command.Call, out *Outcome) error {
	if a.running(out.Chat) == nil {
		out.Text = a.say("answer.idle")
	}
	a.Stop(out.Chat)
	return nil
}

func (a *App) regenerateCommand(ctx context.Context, _ command.Call, out *Outcome) error {
	_, tail, err := a.tail(ctx, out.Chat)
	if err != nil {
		return err
	}
	if len(tail) == 0 || tail[len(tail)-1].Role != chat.Assistant {
		return words.Fail("answer.no_reply")
	}
	answer, err := a.regenerate(ctx, tail[len(tail)-1].ID, TalkOptions{}, out.each)
	if err != nil {
		return err
	}
	out.Turns, out.Changed = []chat.Turn{answer}, true
	return nil
}

// SetThinking switches reasoning for the chat, or for the next new one when
// chatID is 0.
func (a *App) SetThinking(ctx context.Context, chatID int64, on bool) error {
	value := string(engine.ThinkingOff)
	if on {
		value = string(engine.ThinkingOn)
	}
	return a.changeSettings(ctx, chatID, func(s *chat.Settings) {
		if s.Thinking != value {
			s.Thinking, s.Preset = value, "" // it no longer answers as the preset says
		}
	})
}

// changeSettings changes what the chat sets for itself. Those of a chat that
// does not exist yet wait for its first message.
func (a *App) changeSettings(ctx context.Context, chatID int64, change func(*chat.Settings)) error {
	if chatID == 0 {
		a.mu.Lock()
		defer a.mu.Unlock()
		change(&a.next.settings)
		return nil
	}
	return a.opts.Store.ChangeSettings(ctx, chatID, change)
}
