package config

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
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
			file: `{"theme":"dark","sidebar":false,"model":"m.gguf","thinking":"off","temperature":0.7,"max_tokens":64,"titles":false,"follow_ups":false,"snapshot_gib":0,"kv_type":"q8_0","idle_minutes":0}`,
			want: func(c *Config) {
				*c = Config{Theme: ThemeDark, Model: "m.gguf", Thinking: engine.ThinkingOff, Temperature: &warm, MaxTokens: 64, KVType: "q8_0"}
			},
		},
		{
			name:         "a word that is not allowed is told with those that are",
			file:         `{"theme": "blue", "sidebar": false}`,
			want:         func(c *Config) { c.Sidebar = false },
			wantWarnings: []string{`The setting "theme" is "blue", but it must be "system", "light" or "dark"; the default is used.`},
		},
		{
			name:         "a number out of range is told with its range",
			file:         `{"temperature": 2.5}`,
			wantWarnings: []string{`"temperature" is 2.5, but it must be a number from 0 to 2`},
		},
		{
			name:         "a fraction is no whole number",
			file:         `{"top_k": 1.5, "threads": -1}`,
			wantWarnings: []string{`"top_k" is 1.5, but it must be a whole number from 0 to 1000`, `"threads" is -1`},
		},
		{
			name:         "a value of the wrong kind is told",
			file:         `{"sidebar": "open", "model": 5}`,
			wantWarnings: []string{`"sidebar" is "open", but it must be true or false`, `"model" is 5, but it must be a text`},
		},
		{
			name:         "an unknown key is told and does no harm",
			file:         `{"colour": 1, "theme": "light"}`,
			want:         func(c *Config) { c.Theme = ThemeLight },
			wantWarnings: []string{`There is no setting "colour"`},
		},
		{name: "what is no JSON is told", file: `theme: dark`, wantWarnings: []string{"not valid JSON"}},
		{name: "a list is told", file: `[]`, wantWarnings: []string{"not valid JSON"}},
		{name: "an empty file is told", file: ``, wantWarnings: []string{"not valid JSON"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, warnings, err := Load(write(t, tt.file))
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
		path := write(t, `{"system": "`+strings.Repeat("a", maxSize)+`"}`)
		if _, _, err := Load(path); err == nil || !strings.Contains(err.Error(), "larger than") {
			t.Errorf("Load gave %v, want an error about the size", err)
		}
	})
}

func TestSchemaCoversEveryField(t *testing.T) {
	keys := map[string]bool{}
	for _, k := range schema() {
		keys[k.name] = true
	}
	fields := reflect.TypeFor[Config]()
	for i := range fields.NumField() {
		name, _, _ := strings.Cut(fields.Field(i).Tag.Get("json"), ",")
		if !keys[name] {
			t.Errorf("field %s is saved as %q but never loaded", fields.Field(i).Name, name)
		}
	}
	if len(keys) != fields.NumField() {
		t.Errorf("%d keys for %d fields", len(keys), fields.NumField())
	}
}

func TestSave(t *testing.T) {
	t.Run("what is saved is loaded", func(t *testing.T) {
		f, k, zero := 0.25, 40, 0.0
		want := Config{
			Theme: ThemeLight, Sidebar: true, Model: "/m/a b.gguf", System: "Be \"brief\".\n", Thinking: engine.ThinkingOn,
			Temperature: &zero, TopK: &k, TopP: &f, MinP: &f, RepeatPenalty: &[]float64{1.1}[0], PresencePenalty: &f, FrequencyPenalty: &f,
			MaxTokens: 1, ContextLength: 4096, Threads: 2, GPULayers: -1, KVType: "f16", IdleMinutes: 1,
		}
		path := filepath.Join(t.TempDir(), "config.json")
		save(t, path, want)
		got, warnings, err := Load(path)
		if err != nil || len(warnings) != 0 || !reflect.DeepEqual(got, want) {
			t.Errorf("Load gave %+v, %q, %v; want %+v", got, warnings, err, want)
		}
	})
	t.Run("unknown keys stay and unset ones go", func(t *testing.T) {
		path := write(t, `{"future": {"b": 1, "a": 2}, "temperature": 1}`)
		save(t, path, Default())
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(got), `"future"`) || strings.Contains(string(got), "temperature") {
			t.Errorf("the file is now %s", got)
		}
	})
	t.Run("a damaged file is set aside", func(t *testing.T) {
		path := write(t, `{"theme": "dark",}`)
		save(t, path, Default())
		if bad, err := os.ReadFile(path + ".bad"); err != nil || string(bad) != `{"theme": "dark",}` {
			t.Errorf("set aside is %q, %v", bad, err)
		}
	})
	t.Run("a link stays a link", func(t *testing.T) {
		target := write(t, `{}`)
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
		path := write(t, `{}`)
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

func TestUse(t *testing.T) {
	cold := 0.0
	c := Config{Temperature: &cold, ContextLength: 512, IdleMinutes: 10}
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

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func save(t *testing.T, path string, c Config) {
	t.Helper()
	if err := Save(path, c); err != nil {
		t.Fatal(err)
	}
}
