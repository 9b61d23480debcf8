package config

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"notso/engine"
)

func TestAModelHasDefaultsOfItsOwn(t *testing.T) {
	path := writeFile(t, `{"temperature": 1, "context_length": 4096, "models": {
		"abc": {"temperature": 0.2, "thinking": "off", "context_length": 512, "template": "{{ x }}", "colour": 1, "top_p": 7},
		"def": null}}`)
	c, warnings, err := Load(path)
	if err != nil || len(warnings) != 2 || !strings.Contains(strings.Join(warnings, " "), "colour") || !strings.Contains(strings.Join(warnings, " "), "top_p") {
		t.Fatalf("loaded with %q, %v; want two warnings", warnings, err)
	}
	own, all := c.For("abc"), c.For("other")
	if *own.Temperature != 0.2 || own.Thinking != engine.ThinkingOff || own.ContextLength != 512 || c.Models["abc"].Template != "{{ x }}" {
		t.Errorf("the model has %+v", own)
	}
	if *all.Temperature != 1 || all.ContextLength != 4096 || all.Thinking != "" {
		t.Errorf("another model has %+v", all)
	}
	saved := filepath.Join(t.TempDir(), "config.json")
	save(t, saved, c)
	again, _, err := Load(saved)
	if err != nil || !reflect.DeepEqual(again.Models["abc"], c.Models["abc"]) {
		t.Errorf("saved and loaded it is %+v, %v", again.Models, err)
	}
	if c.Models = c.WithModel("abc", ModelDefaults{}); len(c.Models) != 0 {
		t.Errorf("one without values stays: %+v", c.Models)
	}
}
