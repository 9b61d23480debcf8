package config

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"notso/engine"
)

func TestLoad(t *testing.T) {
	warm := 0.7
	tests := []struct {
		name         string
		file         string
		want         func(*Config) // changes to the defaults
		wantWarnings []string      // a part of each
	}{
		{name: "an empty object means the defaults", file: `{}`},
		{name: "null means the default", file: `{"theme": null, "temperature": null}`},
		{
			name: "every kind of value is read",
			file: `{"theme":"contrast","sidebar":false,"model":"m.gguf","thinking":"off","temperature":0.7,"max_tokens":64,"titles":false,"snapshot_gib":0,"kv_type":"q8_0","font_size":125,"shortcuts":{"palette":"Ctrl+P"}}`,
			want: func(c *Config) {
				c.Theme, c.Sidebar, c.Model, c.Titles, c.SnapshotGiB, c.KVType, c.FontSize = ThemeContrast, false, "m.gguf", false, 0, "q8_0", 125
				c.Manner = Manner{Thinking: engine.ThinkingOff, Temperature: &warm, MaxTokens: 64}
				c.Shortcuts = map[string]string{"palette": "Ctrl+P"}
			},
		},
		{
			name: "comments and a last comma are no mistake",
			file: "// mine\n{\n\t/* two\n\tlines */ \"theme\": \"dark\", // \"theme\": \"light\",\n\t\"system\": \"// no comment, }\",\n}\n",
			want: func(c *Config) { c.Theme, c.System = ThemeDark, "// no comment, }" },
		},
		{
			name: "presets are read one by one",
			file: `{"presets": [{"name": "Precise", "temperature": 0.7, "top_k": -1}, {"temperature": 1}, {"name": "precise"}, {"name": "Odd", "theme": "dark"}]}`,
			want: func(c *Config) {
				c.Presets = []Preset{{"Precise", Manner{Temperature: &warm}}, {Name: "Odd"}}
			},
			wantWarnings: []string{
				`In the preset "Precise", "top_k" is -1, but it must be a whole number from 0 to 1000; it is left out.`,
				`Preset number 2 is ignored: A preset needs a name.`, `There are two presets "precise"`, `In the preset "Odd" there is "theme"`,
			},
		},
		{
			name:         "a key that stands twice is told",
			file:         "{\"theme\": \"dark\",\n\"theme\": \"light\"}",
			want:         func(c *Config) { c.Theme = ThemeLight },
			wantWarnings: []string{`The setting "theme" stands in line 1 and in line 2; the last one counts.`},
		},
		{
			name:         "a word that is not allowed is told with those that are",
			file:         `{"theme": "blue", "sidebar": false}`,
			want:         func(c *Config) { c.Sidebar = false },
			wantWarnings: []string{`The setting "theme" (line 1) is "blue", but it must be "system", "light", "dark" or "contrast"; the default is used.`},
		},
		{
			name:         "a number out of range is told with its range",
			file:         `{"temperature": 2.5}`,
			wantWarnings: []string{`"temperature" (line 1) is 2.5, but it must be a number from 0 to 2`},
		},
		{
			name:         "a fraction is no whole number",
			file:         `{"top_k": 1.5, "threads": -1}`,
			wantWarnings: []string{`"top_k" (line 1) is 1.5, but it must be a whole number from 0 to 1000`, `"threads" (line 1) is -1`},
		},
		{
			name:         "a value of the wrong kind is told",
			file:         `{"sidebar": "open", "model": 5}`,
			wantWarnings: []string{`"sidebar" (line 1) is "open", but it must be true or false`, `"model" (line 1) is 5, but it must be a text`},
		},
		{
			name:         "an unknown key is told and does no harm",
			file:         `{"colour": 1, "them": "dark", "theme": "light"}`,
			want:         func(c *Config) { c.Theme = ThemeLight },
			wantWarnings: []string{`There is no setting "colour" (line 1); it is ignored.`, `There is no setting "them" (line 1); it is ignored. Perhaps "theme" is meant.`},
		},
		{name: "what is no JSON is told", file: `theme: dark`, wantWarnings: []string{"not valid JSON"}},
		{name: "a mistake is told with its line", file: "{\n\"theme\": \"dark\"\n\"accent\": 1}", wantWarnings: []string{"line 3"}},
		{name: "what follows the object is told", file: "{}\n{}", wantWarnings: []string{"line 1: there is something after"}},
		{name: "a list is told", file: `[]`, wantWarnings: []string{"not valid JSON"}},
		{name: "an empty file is told", file: ``, wantWarnings: []string{"not valid JSON"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, warnings, err := Load(writeFile(t, tt.file))
			if err != nil {
				t.Fatal(err)
			}
			want := Default()
			if tt.want != nil {
				tt.want(&want)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("settings are %+v, want %+v", got, want)
			}
			if len(warnings) != len(tt.wantWarnings) {
				t.Fatalf("warnings are %q, want %d of them", warnings, len(tt.wantWarnings))
			}
			for i, part := range tt.wantWarnings {
				if !strings.Contains(warnings[i], part) {
					t.Errorf("warning %q does not say %q", warnings[i], part)
				}
			}
		})
	}

	t.Run("a missing file means the defaults", func(t *testing.T) {
		got, warnings, err := Load(filepath.Join(t.TempDir(), "none.json"))
		if err != nil || len(warnings) != 0 || !reflect.DeepEqual(got, Default()) {
			t.Errorf("Load gave %+v, %q, %v; want the defaults", got, warnings, err)
		}
	})
	t.Run("a huge file is refused", func(t *testing.T) {
		path := writeFile(t, `{"system": "`+strings.Repeat("a", maxSize)+`"}`)
		if _, _, err := Load(path); err == nil || !strings.Contains(err.Error(), "larger than") {
			t.Errorf("Load gave %v, want an error about the size", err)
		}
	})
}

func TestEverySettingIsInTheSchemaAndTellsWhatItIs(t *testing.T) {
	keys := map[string]bool{}
	for _, k := range Keys() {
		keys[k.Name] = true
		if k.About == "" || k.Allowed == "" && k.Kind != Table || (k.set == nil) == (k.read == nil) {
			t.Errorf("the row of %q is not whole: %+v", k.Name, k)
		}
	}
	fields := fieldNames(reflect.TypeFor[Config]())
	for _, name := range fields {
		if !keys[name] {
			t.Errorf("%q is saved but never loaded", name)
		}
	}
	if len(keys) != len(fields) {
		t.Errorf("%d keys for %d fields", len(keys), len(fields))
	}
	manner := fieldNames(reflect.TypeFor[Manner]())
	for _, k := range Keys() {
		if k.Manner != slices.Contains(manner, k.Name) {
			t.Errorf("%q is said to belong to a manner: %v", k.Name, k.Manner)
		}
	}
}

// fieldNames are the keys that a struct is saved with.
func fieldNames(of reflect.Type) (names []string) {
	for i := range of.NumField() {
		if f := of.Field(i); f.Anonymous {
			names = append(names, fieldNames(f.Type)...)
		} else {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			names = append(names, name)
		}
	}
	return names
}

func TestUse(t *testing.T) {
	cold := 0.0
	c := Config{Manner: Manner{Temperature: &cold}, ContextLength: 512, IdleMinutes: 10}
	if got, want := c.Sampling(engine.DefaultSampling()), (engine.Sampling{TopP: 0.95, RepeatPenalty: 1}); got != want {
		t.Errorf("sampling is %+v, want %+v", got, want)
	}
	if got := c.LoadOptions().ContextLength; got != 512 {
		t.Errorf("the model is loaded with %d tokens, want 512", got)
	}
	if got := c.Idle(); got != 10*time.Minute {
		t.Errorf("idle after %v, want 10 minutes", got)
	}
}

func writeFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(comment(heading) + "{\"theme\": \"dark\", /* x */ \"presets\": [{\"name\": \"a\",},],}"))
	f.Add([]byte(`{"a": "\"//", "b": [1,2,], // c`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, _, err := parse(data)
		if err != nil {
			return
		}
		doc, err := parseDocument(data)
		if err != nil {
			t.Fatalf("read once, then not: %v", err)
		}
		values, err := c.values()
		if err != nil {
			t.Fatal(err)
		}
		again := doc.with(values)
		got, _, err := parse(again)
		if err != nil || !reflect.DeepEqual(got, c) {
			t.Errorf("%q written as %q is read as %+v, %v; want %+v", data, again, got, err, c)
		}
	})
}
