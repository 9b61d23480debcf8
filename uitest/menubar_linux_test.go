package uitest

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"notso/app/words"
)

// The menus change with the page, whoever changes the language: the settings, or
// an edit of their file.
func TestMenuBarSpeaksTheLanguageThatIsChosen(t *testing.T) {
	r, home := openReader(t), t.TempDir()
	w := start(t, home, append(r.env, "LC_ALL=C.UTF-8", "LANGUAGE=", "NOTSO_MODEL=/nowhere.gguf")...)
	keys := []string{
		"menubar.chat", "chats.new", "folders.new", "chats.import", "chats.export", "menubar.quit", "menubar.edit", "find.title", "search.label", "menubar.settings",
		"menubar.view", "menubar.sidebar", "menubar.larger", "menubar.smaller", "menubar.usual", "menubar.help", "menubar.commands",
	}
	in := func(language string) (texts []string) {
		for _, key := range keys {
			texts = append(texts, words.In(language, "").Say(key))
		}
		return texts
	}
	says := func(when string, want []string) {
		t.Helper()
		var got []string
		if !poll(patience, func() bool { got = r.menus(); return slices.Equal(got, want) }) {
			t.Fatalf("%s the menus are %q, want %q", when, got, want)
		}
	}
	says("at the start", in("en"))

	w.say("/settings appearance")
	w.press("#setting-language label:has([value=fr])")
	w.find("html[lang=fr]")
	says("after the setting is French", in("fr"))

	if err := os.WriteFile(filepath.Join(home, "config", "config.json"), []byte(`{"language": "en"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	w.find("html[lang=en]")
	says("after the file of the settings is English", in("en"))
}

// menus are the texts of the menu bar, in order, with those that are hidden.
func (r *reader) menus() (texts []string) {
	for n := range r.read(place{"org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root"}).find("menu bar", "").all {
		if n.role == "menu" || n.role == "menu item" {
			texts = append(texts, n.name)
		}
	}
	return texts
}
