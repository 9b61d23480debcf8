package app

import (
	"context"
	"strings"

	"notso/app/command"
	"notso/app/config"
)

// optionsView fills options.html, what may follow in a list of choices.
type optionsView struct {
	ID      string // prefix of the options' ids
	Label   string
	Needed  bool // what stands there is no command without one of them
	Options []optionView
}

type optionView struct {
	Value string // what is typed when it is chosen
	Text  string
	Note  string
	Icon  string
}

// commandRoutes are those of commands, wherever they are chosen.
func (a *App) commandRoutes() map[string]func(context.Context, request) (answer, error) {
	return map[string]func(context.Context, request) (answer, error){
		"POST /chats/{id}/command": a.postCommand,
		"GET /complete":            a.getComplete,
		"GET /commands":            a.getPalette,
		"GET /help":                a.getHelp,
		"GET /everything":          a.getEverything,
		"GET /everything/choices":  a.getChoices,
		"POST /everything/chosen":  a.postChosen,
	}
}

// completionsMost bounds a list of completions: more nobody reads.
const completionsMost = 50

// getComplete lists what may stand behind the command in line.
func (a *App) getComplete(_ context.Context, r request) (answer, error) {
	view := optionsView{ID: "argument", Label: a.say("deeds.arguments"), Options: a.complete(r.FormValue("line"))}
	_, _, err := a.Parse(r.FormValue("line"))
	view.Needed = err != nil
	return show(fragment{Name: "options.html", View: view}), nil
}

// complete lists the arguments that go on after line, "/theme da", or whose note
// does.
func (a *App) complete(line string) []optionView {
	name, typed, _ := strings.Cut(strings.TrimPrefix(line, "/"), " ")
	c, known := command.Find(name)
	if !known {
		return nil
	}
	words := append([]string(nil), c.Words...)
	notes := map[string]string{}
	switch c.Source {
	case "models":
		models, _ := a.opts.Library.List() // the shelf tells what is wrong with a folder
		for _, m := range models {
			words = append(words, m.Name)
			notes[m.Name] = m.Quantisation
		}
	case "presets":
		for _, p := range a.opts.Config.Get().Presets {
			words = append(words, p.Name)
			notes[p.Name] = a.describeManner(p.Manner)
		}
	}
	if k, ok := config.FindKey(name); ok && k.Kind == config.Choice {
		for _, word := range k.Values {
			if label := a.choiceLabel(k, word); !strings.EqualFold(label, word) {
				notes[word] = label
			}
		}
	}
	typed = strings.ToLower(strings.TrimSpace(typed))
	var options []optionView
	for _, word := range words {
		if strings.Contains(strings.ToLower(word+"\n"+notes[word]), typed) && len(options) < completionsMost {
			options = append(options, optionView{Value: "/" + name + " " + word, Text: word, Note: notes[word], Icon: c.Icon})
		}
	}
	return options
}

// postCommand runs a slash command that was not typed into the message box,
// whose text comes along so that it is not lost.
func (a *App) postCommand(ctx context.Context, r request) (answer, error) {
	if err := r.ParseForm(); err != nil {
		return answer{}, err
	}
	if r.Form.Has("draft") {
		if err := a.opts.Store.SetDraft(ctx, r.id(), r.FormValue("draft")); err != nil {
			return answer{}, err
		}
	}
	call, is, err := a.Parse(r.FormValue("line"))
	if err != nil {
		return answer{}, err
	}
	if !is {
		return answer{}, &command.UsageError{Sentence: a.say("deeds.no_command")}
	}
	out, err := a.Run(ctx, r.id(), call, nil)
	if err != nil {
		return answer{}, err
	}
	return a.showOutcome(ctx, r.id(), out)
}
