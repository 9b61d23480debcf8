package config

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	"notso/engine"
)

func TestSave(t *testing.T) {
	t.Run("what is saved is loaded", func(t *testing.T) {
		f, k, zero := 0.25, 40, 0.0
		want := Config{
			Theme: ThemeLight, Language: "fr", Accent: "rose", Density: "compact", FontSize: 150, Depth: "flat", Motion: "reduced", Sidebar: true, Reasoning: "auto", Speculation: engine.SpeculationOff, Model: "/m/a b.gguf",
			Manner: Manner{System: "Be \"brief\".\n// no comment", Thinking: engine.ThinkingOn, ThinkingBudget: 9,
				Temperature: &zero, TopK: &k, TopP: &f, MinP: &f, RepeatPenalty: &[]float64{1.1}[0], PresencePenalty: &f, FrequencyPenalty: &f, MaxTokens: 1},
			Presets: []Preset{{"A, b}", Manner{Temperature: &zero}}}, Send: "ctrl+enter", Shortcuts: map[string]string{"x": ""},
			ContextLength: 4096, Threads: 2, GPULayers: -1, KVType: "f16", IdleMinutes: 1, Mirror: "https://m", DownloadLimit: 7,
		}
		path := filepath.Join(t.TempDir(), "config.json")
		save(t, path, want)
		got, warnings, err := Load(path)
		if err != nil || len(warnings) != 0 || !reflect.DeepEqual(got, want) {
			t.Errorf("Load gave %+v, %q, %v; want %+v", got, warnings, err, want)
		}
	})
	t.Run("a file without comments gets one above each key, and keeps what is unknown", func(t *testing.T) {
		path := writeFile(t, `{"future": {"b": 1, "a": 2}, "temperature": 1}`)
		save(t, path, Default())
		got := readFile(t, path)
		for _, k := range Keys() {
			if !strings.Contains(got, "// "+k.About) || !strings.Contains(got, "\t\""+k.Name+"\": ") {
				t.Errorf("nothing about %q in\n%s", k.Name, got)
			}
		}
		if !strings.Contains(got, `"future": {`) || !strings.Contains(got, `"temperature": null`) {
			t.Errorf("the file is now %s", got)
		}
		if _, warnings, err := Load(path); err != nil || len(warnings) != 1 { // of "future"
			t.Errorf("it is read with %q, %v", warnings, err)
		}
	})
	for _, tt := range []struct {
		name, file, want string
		change           func(*Config)
	}{
		{"only what changed is another", "// mine\n{\n  \"theme\": \"dark\", // at night\n  \"accent\": \"blue\"\n}\n",
			"// mine\n{\n  \"theme\": \"light\", // at night\n  \"accent\": \"blue\"\n}\n",
			func(c *Config) { c.Theme, c.Accent = ThemeLight, "blue" }},
		{"what is not there yet comes last, below its comment", "{\n\t\"theme\": \"dark\" // at night\n}",
			"{\n\t\"theme\": \"dark\", // at night\n\t// Let the model name the chats.\n\t\"titles\": false\n}",
			func(c *Config) { c.Theme, c.Titles = ThemeDark, false }},
		{"a last comma stays the only one", "{\n\t\"theme\": \"dark\", // at night\n\t// the end\n}",
			"{\n\t\"theme\": \"dark\", // at night\n\t// the end\n\t// Let the model name the chats.\n\t\"titles\": false\n}",
			func(c *Config) { c.Theme, c.Titles = ThemeDark, false }},
		{"an empty object with a comment", "{ // nothing\n}",
			"{ // nothing\n\t// Let the model name the chats.\n\t\"titles\": false\n}",
			func(c *Config) { c.Titles = false }},
		{"what is unset becomes null", "{\n\t\"temperature\": 1 /* warm */\n}", "{\n\t\"temperature\": null /* warm */\n}", nil},
		{"values that are written otherwise stay so", "// x\n{\"idle_minutes\": 10, \"presets\": [ {\"name\":\"A\"} ]}", "// x\n{\"idle_minutes\": 10, \"presets\": [ {\"name\":\"A\"} ]}",
			func(c *Config) { c.Presets = []Preset{{Name: "A"}} }},
	} {
		t.Run("a file with comments: "+tt.name, func(t *testing.T) {
			path := writeFile(t, tt.file)
			want := Default()
			if tt.change != nil {
				tt.change(&want)
			}
			save(t, path, want)
			if got := readFile(t, path); got != tt.want {
				t.Errorf("the file is\n%s\nwant\n%s", got, tt.want)
			}
			if got, warnings, err := Load(path); err != nil || len(warnings) != 0 || !reflect.DeepEqual(got, want) {
				t.Errorf("it is read as %+v, %q, %v", got, warnings, err)
			}
		})
	}
	t.Run("a damaged file is set aside", func(t *testing.T) {
		path := writeFile(t, `{"theme": "dark"`)
		save(t, path, Default())
		if bad, err := os.ReadFile(path + ".bad"); err != nil || string(bad) != `{"theme": "dark"` {
			t.Errorf("set aside is %q, %v", bad, err)
		}
	})
	t.Run("a link stays a link", func(t *testing.T) {
		target := writeFile(t, `{}`)
		link := filepath.Join(t.TempDir(), "config.json")
		if err := os.Symlink(target, link); err != nil {
			t.Skip("this system makes no links: ", err)
		}
		save(t, link, Config{Theme: ThemeDark})
		if c, _, err := Load(target); err != nil || c.Theme != ThemeDark {
			t.Errorf("the target holds theme %q, %v; want dark", c.Theme, err)
		}
	})
	t.Run("nothing is left beside the file", func(t *testing.T) {
		path := writeFile(t, `{}`)
		save(t, path, Default())
		entries, err := os.ReadDir(filepath.Dir(path))
		if err != nil || len(entries) != 1 {
			t.Errorf("the folder holds %v, %v; want the file alone", entries, err)
		}
	})
}

func TestStore(t *testing.T) {
	t.Run("no update is lost", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "config.json")
		s, _, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if err := s.Update(func(c *Config) { c.MaxTokens++ }); err != nil {
					t.Error(err)
				}
				s.Get()
			})
		}
		wg.Wait()
		saved, _, err := Load(path)
		if err != nil || saved.MaxTokens != 20 || s.Get().MaxTokens != 20 {
			t.Errorf("saved %d, held %d, %v; want 20", saved.MaxTokens, s.Get().MaxTokens, err)
		}
	})
	t.Run("an edit of the file counts, and survives the next change", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "config.json")
		s, _, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, _, changed := s.Reload(); changed {
			t.Error("a file that is not there has changed")
		}
		edit := func(text string) {
			t.Helper()
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		edit("// mine\n{\"theme\": \"dark\"}")
		before, after, warnings, changed := s.Reload()
		if !changed || before.Theme != ThemeSystem || after.Theme != ThemeDark || len(warnings) != 0 {
			t.Errorf("Reload gave %s, %s, %q, %v", before.Theme, after.Theme, warnings, changed)
		}
		if _, _, _, changed := s.Reload(); changed {
			t.Error("a file that nobody touched has changed")
		}
		edit("// mine\n{\"theme\": \"dark\", \"accent\": \"rose\"}")
		if err := s.Set("theme", "light"); err != nil {
			t.Fatal(err)
		}
		if c := s.Get(); c.Accent != "rose" || c.Theme != ThemeLight || readFile(t, path) != "// mine\n{\"theme\": \"light\", \"accent\": \"rose\"}" {
			t.Errorf("the settings are %+v, the file %s", c, readFile(t, path))
		}
		if before, after, _, changed := s.Reload(); !changed || before.Accent == "rose" || after.Accent != "rose" {
			t.Errorf("an edit that a change met is told as %q to %q, %v", before.Accent, after.Accent, changed)
		}
		if err := s.Set("theme", "dark"); err != nil {
			t.Fatal(err)
		}
		if _, _, _, changed := s.Reload(); changed {
			t.Error("what the store wrote itself counts as an edit")
		}
		edit("{ oh no")
		if _, after, warnings, changed := s.Reload(); changed || len(warnings) != 1 || !strings.Contains(warnings[0], "line 1") || after.Accent != "rose" {
			t.Errorf("a broken file gave %+v, %q, %v", after, warnings, changed)
		}
		if _, _, warnings, _ := s.Reload(); len(warnings) != 0 {
			t.Errorf("it is told again: %q", warnings)
		}
		edit("{ oh dear")
		if err := s.Set("theme", "light"); err != nil {
			t.Fatal(err)
		}
		if _, _, warnings, _ := s.Reload(); len(warnings) != 1 {
			t.Errorf("a broken file that a change met is told as %q", warnings)
		}
		if kept := readFile(t, path+".bad"); kept != "{ oh dear" {
			t.Errorf("it is set aside as %q", kept)
		}
	})
	t.Run("a setting is set by the text that people type", func(t *testing.T) {
		s, _, _ := Open(filepath.Join(t.TempDir(), "config.json"))
		for _, tt := range []struct{ key, text, want string }{
			{"theme", "contrast", "contrast"}, {"titles", "false", "false"}, {"temperature", "0,7", "0.7"}, {"temperature", "", ""},
			{"font_size", "125", "125"}, {"idle_minutes", " 5 ", "5"}, {"system", "Be \"brief\".\n", "Be \"brief\".\n"}, {"thinking", "on", "on"}, {"thinking", "", ""},
		} {
			k, _ := FindKey(tt.key)
			if err := s.Set(tt.key, tt.text); err != nil || k.Text(s.Get()) != tt.want {
				t.Errorf("%s set to %q is %q, %v", tt.key, tt.text, k.Text(s.Get()), err)
			}
		}
		for _, tt := range []struct{ key, text string }{{"theme", ""}, {"theme", "blue"}, {"temperature", "hot"}, {"temperature", "3"}, {"idle_minutes", "1.5"}, {"titles", "yes"}, {"font_size", "101"}} {
			var wrong *ValueError
			if err := s.Set(tt.key, tt.text); !errors.As(err, &wrong) || wrong.Allowed == "" {
				t.Errorf("%s set to %q gave %v", tt.key, tt.text, err)
			}
		}
		for _, key := range []string{"presets", "nothing"} {
			if s.Set(key, "1") == nil {
				t.Errorf("%s was set", key)
			}
		}
		if c := s.Get(); c.System != "Be \"brief\".\n" || c.Temperature != nil {
			t.Errorf("unsetting one setting took another along: %+v", c)
		}
	})
	t.Run("what cannot be saved does not change", func(t *testing.T) {
		s, _, err := Open(filepath.Join(t.TempDir(), "missing", "config.json"))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Update(func(c *Config) { c.Theme = ThemeDark }); err == nil || s.Get().Theme != ThemeSystem {
			t.Errorf("theme is %s after the error %v, want system and an error", s.Get().Theme, err)
		}
	})
}

func save(t *testing.T, path string, c Config) {
	t.Helper()
	if err := Save(path, c); err != nil {
		t.Fatal(err)
	}
}

func TestANewFileHasItsCommentsInTheUsersLanguage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.json")
	s, _, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	s.Speak(func(c Config, text string) string { return c.Language + ": " + text })
	if err := s.Update(func(c *Config) { c.Language = "fr" }); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"// fr: Settings of NotSo", "// fr: Room between things. (fr: \"comfortable\" or \"compact\")"} {
		if !strings.Contains(string(data), want) {
			t.Errorf("no %q in\n%s", want, data)
		}
	}
	if c, warnings, err := Load(path); c.Language != "fr" || len(warnings) > 0 || err != nil {
		t.Errorf("it is read as %+v, %q, %v", c.Language, warnings, err)
	}
}
