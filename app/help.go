package app

import (
	"context"
	"strings"

	"notso/app/command"
	"notso/app/prompts"
)

// helpView fills help.html: the commands, the user's own prompts, the keys.
type helpView struct {
	Groups   []paletteGroup
	Folder   string // of the prompts
	Problems []string
	Keys     []keyGroup
}

func (a *App) help() helpView {
	_, problems := prompts.Load(a.opts.Home.Prompts, builtIn)
	for i, problem := range problems {
		problems[i] = a.language().Of(problem)
	}
	return helpView{Groups: a.palette(), Folder: a.opts.Home.Prompts, Problems: problems, Keys: a.keyGroups()}
}

func (a *App) getHelp(context.Context, request) (answer, error) {
	return show(fragment{Name: "help.html", View: a.help()}), nil
}

func (a *App) getPalette(context.Context, request) (answer, error) {
	return show(fragment{Name: "palette.html", View: a.palette()}), nil
}

// palette lists the commands of the window and the user's own prompts.
func (a *App) palette() []paletteGroup {
	var groups []paletteGroup
	for _, c := range command.All() {
		if !c.In(command.Window) {
			continue
		}
		name := a.say("category." + categoryKey(c.Category))
		if n := len(groups); n == 0 || groups[n-1].Name != name {
			groups = append(groups, paletteGroup{Name: name})
		}
		g := &groups[len(groups)-1]
		g.Commands = append(g.Commands, paletteCommand{Name: c.Name, Usage: a.usage(c), Summary: a.summary(c), Icon: c.Icon, TakesArg: c.Arguments != ""})
	}
	own := paletteGroup{Name: a.say("help.prompts")}
	for _, p := range a.prompts() {
		usage := "/" + p.Name
		if p.Needs("input") {
			usage += " " + a.say("deeds.input")
		}
		own.Commands = append(own.Commands, paletteCommand{Name: p.Name, Usage: usage, Summary: first(p.About, a.say("deeds.own_prompt")), Icon: "prompt", TakesArg: true})
	}
	if len(own.Commands) > 0 {
		groups = append(groups, own)
	}
	return groups
}

// usage is how a command is written, in the app's language.
func (a *App) usage(c command.Command) string {
	return strings.TrimSpace("/" + c.Name + " " + a.language().Of(c.Arguments))
}

// summary is what a command does, in the app's language.
func (a *App) summary(c command.Command) string { return a.say("command." + c.Name) }

func categoryKey(c command.Category) string {
	return map[command.Category]string{command.Chat: "chat", command.Model: "model", command.Utility: "utility", command.Quick: "quick"}[c]
}
