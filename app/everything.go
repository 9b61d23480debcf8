package app

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"notso/app/command"
	"notso/app/config"
)

// everythingView fills choices.html, the list of the palette over everything.
type everythingView struct {
	Groups []everythingGroup
	Query  string
	Count  string // "12 choices", for screen readers
}

type everythingGroup struct {
	ID    string
	Name  string
	Items []everythingItem
}

// everythingItem is one thing to choose. Do says what choosing it does: open
// (a chat), run (a slash command), write (into the palette, to be completed),
// compose (into the message box), setting (show it), act (a shortcut's action).
type everythingItem struct {
	ID    string // unique in the list: "chat-7", "command-theme"
	Do    string
	Value string
	Text  string
	Note  string
	Icon  string
	Parts []string  // keys that do the same
	at    time.Time // when a chat was last written in; Note says so once it is shown
	score int
}

const (
	recentMost = 6  // of what was chosen last
	chatsMost  = 8  // of the chats that fit
	othersMost = 12 // of everything else of one kind
	everyChat  = 20_000
)

func (a *App) getEverything(ctx context.Context, _ request) (answer, error) {
	view, err := a.everything(ctx, "")
	return show(fragment{Name: "everything.html", View: view}), err
}

func (a *App) getChoices(ctx context.Context, r request) (answer, error) {
	view, err := a.everything(ctx, r.FormValue("q"))
	return show(fragment{Name: "choices.html", View: view}), err
}

// postChosen remembers what was chosen, to offer it first.
func (a *App) postChosen(_ context.Context, r request) (answer, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.choose(r.FormValue("id"))
	return answer{}, nil
}

// choose makes the item of that id the one that was chosen last. The caller
// holds mu.
func (a *App) choose(id string) {
	a.chosen = slices.DeleteFunc(a.chosen, func(old string) bool { return old == id })
	a.chosen = slices.Insert(a.chosen, 0, id)
	a.chosen = a.chosen[:min(len(a.chosen), 4*recentMost)]
}

// everything lists what fits the query: what was chosen last, chats, commands,
// actions and settings. With no query the chat that is shown is not among them,
// and the one before it comes first. A query that is a command with a space
// lists what may follow it.
func (a *App) everything(ctx context.Context, query string) (everythingView, error) {
	view := everythingView{Query: query}
	if strings.HasPrefix(query, "/") && strings.Contains(query, " ") {
		view.add("arguments", a.say("deeds.arguments"), a.argumentItems(query), othersMost)
		view.Count = a.language().Count("everything.count", view.size())
		return view, nil
	}
	words := strings.TrimPrefix(query, "/")
	chats, err := a.chatItems(ctx)
	if err != nil {
		return view, err
	}
	commands, actions, settings := a.commandItems(), a.actionItems(), a.settingItems()
	commands = append(commands, a.choiceItems(words)...)
	if strings.TrimSpace(query) == "" {
		shown := chatItemID(a.shown())
		chats = slices.DeleteFunc(chats, func(i everythingItem) bool { return i.ID == shown })
		view.add("recent", a.say("everything.recent"), a.recent(slices.Concat(chats, commands, actions, settings)), recentMost)
	}
	for _, kind := range []struct {
		id, name string
		items    []everythingItem
		most     int
	}{
		{"chats", a.say("everything.chats"), chats, chatsMost},
		{"commands", a.say("everything.commands"), commands, othersMost},
		{"actions", a.say("everything.actions"), actions, othersMost},
		{"settings", a.say("everything.settings"), settings, othersMost},
	} {
		if strings.HasPrefix(query, "/") && kind.id != "commands" {
			continue
		}
		view.add(kind.id, kind.name, fitting(kind.items, words), kind.most)
	}
	// The kind that fits best comes first; what was chosen last stays on top.
	if strings.TrimSpace(query) != "" {
		slices.SortStableFunc(view.Groups, func(a, b everythingGroup) int { return b.Items[0].score - a.Items[0].score })
	}
	a.date(view)
	view.Count = a.language().Count("everything.count", view.size())
	return view, nil
}

// date tells chats of one title apart. Only those that are shown have a date, and
// none is found by it.
func (a *App) date(view everythingView) {
	now := a.opts.Now()
	for _, group := range view.Groups {
		for i, item := range group.Items {
			if !item.at.IsZero() {
				group.Items[i].Note = a.language().Date(item.at.Local(), now)
			}
		}
	}
}

func (v *everythingView) add(id, name string, items []everythingItem, most int) {
	var fresh []everythingItem
	for _, item := range items {
		if len(fresh) < most && !v.has(item.ID) {
			fresh = append(fresh, item)
		}
	}
	if len(fresh) > 0 {
		v.Groups = append(v.Groups, everythingGroup{ID: id, Name: name, Items: fresh})
	}
}

func (v *everythingView) has(id string) bool {
	return slices.ContainsFunc(v.Groups, func(g everythingGroup) bool {
		return slices.ContainsFunc(g.Items, func(i everythingItem) bool { return i.ID == id })
	})
}

func (v *everythingView) size() (n int) {
	for _, g := range v.Groups {
		n += len(g.Items)
	}
	return n
}

// recent are the items that were chosen last, and the chats that were left, the
// last first.
func (a *App) recent(all []everythingItem) (items []everythingItem) {
	a.mu.Lock()
	chosen := slices.Clone(a.chosen)
	a.mu.Unlock()
	for _, id := range chosen {
		if i := slices.IndexFunc(all, func(item everythingItem) bool { return item.ID == id }); i >= 0 {
			items = append(items, all[i])
		}
	}
	return items
}

func (a *App) chatItems(ctx context.Context) ([]everythingItem, error) {
	chats, err := a.opts.Store.Chats(ctx, everyChat)
	if err != nil {
		return nil, err
	}
	items := make([]everythingItem, len(chats))
	for i, c := range chats {
		items[i] = everythingItem{ID: chatItemID(c.ID), Do: "open", Value: strconv.FormatInt(c.ID, 10), Text: c.Title, Icon: "chat", at: c.Updated}
	}
	return items, nil
}

func chatItemID(chatID int64) string { return "chat-" + strconv.FormatInt(chatID, 10) }

func (a *App) commandItems() (items []everythingItem) {
	keys := map[string][]string{}
	for _, s := range a.shortcuts() {
		if s.Command != "" {
			keys[s.Command] = s.Parts
		}
	}
	for _, c := range command.All() {
		if !c.In(command.Window) {
			continue
		}
		item := everythingItem{ID: "command-" + c.Name, Do: "run", Value: "/" + c.Name, Text: "/" + c.Name, Note: a.summary(c), Icon: c.Icon, Parts: keys["/"+c.Name]}
		if c.Arguments != "" && (len(c.Words) > 0 || c.Source != "") {
			item.Do, item.Value = "write", "/"+c.Name+" "
		} else if c.Arguments != "" {
			item.Do, item.Value = "compose", "/"+c.Name+" "
		}
		items = append(items, item)
	}
	for _, p := range a.prompts() {
		items = append(items, everythingItem{ID: "prompt-" + p.Name, Do: "compose", Value: "/" + p.Name + " ", Text: "/" + p.Name, Note: first(p.About, a.say("deeds.own_prompt")), Icon: "prompt"})
	}
	return items
}

// choiceItems are the commands with an argument that fits the query: "dark" is
// enough for "/theme dark".
func (a *App) choiceItems(query string) (items []everythingItem) {
	if utf8.RuneCountInString(strings.TrimSpace(query)) < fewLetters {
		return nil
	}
	for _, c := range command.All() {
		if !c.In(command.Window) {
			continue
		}
		for _, o := range a.complete("/" + c.Name + " " + query) {
			items = append(items, everythingItem{ID: "choice-" + strconv.Itoa(len(items)), Do: "run", Value: o.Value, Text: o.Value, Note: first(o.Note, a.summary(c)), Icon: o.Icon})
		}
	}
	return items
}

func (a *App) actionItems() (items []everythingItem) {
	for _, s := range a.shortcuts() {
		if s.Command == "" && !s.Fixed && s.ID != "palette" {
			items = append(items, everythingItem{ID: "action-" + s.ID, Do: "act", Value: s.ID, Text: s.Name, Icon: "keys", Parts: s.Parts})
		}
	}
	return items
}

func (a *App) settingItems() (items []everythingItem) {
	c := a.opts.Config.Get()
	for _, k := range config.Keys() {
		if k.Group == config.Hidden || k.Kind == config.Table {
			continue
		}
		items = append(items, everythingItem{ID: "setting-of-" + k.Name, Do: "setting", Value: k.Name, Text: a.say("setting." + k.Name),
			Note: a.say("setting.group_"+string(k.Group)) + " · " + shorten(a.shownValue(k, c), 40), Icon: "settings"})
	}
	return items
}

// argumentItems lists what may follow a command, and running it as it stands.
func (a *App) argumentItems(query string) (items []everythingItem) {
	for _, o := range a.complete(query) {
		items = append(items, everythingItem{ID: "argument-" + strconv.Itoa(len(items)), Do: "run", Value: o.Value, Text: o.Value, Note: o.Note, Icon: o.Icon})
	}
	line := strings.TrimSpace(query)
	if !slices.ContainsFunc(items, func(i everythingItem) bool { return i.Value == line }) {
		items = append(items, everythingItem{ID: "argument-line", Do: "run", Value: line, Text: line, Icon: "slash"})
	}
	return items
}

// fitting are the items whose text or note has the letters of the query in
// order, the best first; all of them for an empty query.
func fitting(items []everythingItem, query string) []everythingItem {
	query = strings.ToLower(strings.TrimSpace(query))
	if query == "" {
		return items
	}
	var fits []everythingItem
	for _, item := range items {
		item.score = fuzzy(query, item.Text)
		if other := fuzzy(query, item.Note) / 2; other > item.score && strings.Contains(strings.ToLower(item.Note), query) {
			item.score = other
		}
		if item.score > 0 {
			fits = append(fits, item)
		}
	}
	slices.SortStableFunc(fits, func(a, b everythingItem) int { return b.score - a.score })
	return fits
}

// fewLetters can be found in order in nearly every text, so that such a query
// has to stand in it as it is, or be what its words begin with.
const fewLetters = 3

// fuzzy tells how well query, which is small, fits text: 0 for not at all, more
// for a word's beginning, letters side by side, and a short text. The letters
// may stand apart, in their order, from a word's beginning on.
func fuzzy(query, text string) int {
	lower := strings.ToLower(text)
	if at := strings.Index(lower, query); at >= 0 {
		score := 1000 - min(utf8.RuneCountInString(text), 200)
		if before, _ := utf8.DecodeLastRuneInString(lower[:at]); at == 0 || betweenWords(before) {
			score += 500
		}
		return score
	}
	query = strings.ReplaceAll(query, " ", "")
	words := strings.FieldsFunc(lower, betweenWords)
	letter, _ := utf8.DecodeRuneInString(query)
	from := slices.IndexFunc(words, func(word string) bool { return strings.HasPrefix(word, string(letter)) })
	if from < 0 {
		return 0
	}
	rest := strings.Join(words[from:], " ")
	if utf8.RuneCountInString(query) <= fewLetters {
		rest = initials(words[from:])
	}
	score, together := 100, false
	for _, letter := range query {
		at := strings.IndexRune(rest, letter)
		if at < 0 {
			return 0
		}
		if at == 0 && together {
			score += 20
		} else {
			score -= min(at, 20)
		}
		together = true
		rest = rest[at+utf8.RuneLen(letter):]
	}
	return max(score, 1)
}

func betweenWords(r rune) bool { return strings.ContainsRune(" /-“(", r) }

// initials are the first letters of words.
func initials(words []string) string {
	var letters strings.Builder
	for _, word := range words {
		letter, _ := utf8.DecodeRuneInString(word)
		letters.WriteRune(letter)
	}
	return letters.String()
}
