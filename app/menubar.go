package app

// MenuEntry is one of the native menu bar: a menu with items, or an item that
// has the page do something.
type MenuEntry struct {
	Text  string
	Do    string // see frontend/js/menubar.js; "quit" is the window's own
	Items []MenuEntry
}

// MenuBar is what the native menus hold, in the user's language. An item without
// text is a line.
func (a *App) MenuBar() []MenuEntry {
	return []MenuEntry{
		{Text: a.say("menubar.chat"), Items: []MenuEntry{
			{Text: a.say("chats.new"), Do: "new"}, {Text: a.say("folders.new"), Do: "folder"}, {},
			{Text: a.say("chats.import"), Do: "import"}, {Text: a.say("chats.export"), Do: "export"}, {},
			{Text: a.say("menubar.quit"), Do: "quit"},
		}},
		{Text: a.say("menubar.edit"), Items: []MenuEntry{
			{Text: a.say("find.title"), Do: "find"}, {Text: a.say("search.label"), Do: "search"}, {},
			{Text: a.say("menubar.settings"), Do: "settings"},
		}},
		{Text: a.say("menubar.view"), Items: []MenuEntry{
			{Text: a.say("menubar.sidebar"), Do: "sidebar"}, {},
			{Text: a.say("menubar.larger"), Do: "larger"}, {Text: a.say("menubar.smaller"), Do: "smaller"}, {Text: a.say("menubar.usual"), Do: "usual"},
		}},
		{Text: a.say("menubar.help"), Items: []MenuEntry{{Text: a.say("menubar.commands"), Do: "help"}}},
	}
}
