package jinja2

import (
	"context"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "ask Jinja2 itself what testdata/rules.json wants (needs python3 with jinja2)")

const rulesFile = "testdata/rules.json"

// rules are small templates, one for each rule of the language, and what Jinja2
// makes of them; reference.py writes the latter.
type rules struct {
	Now     string
	Context json.RawMessage
	Cases   []struct {
		Name, Template string
		Want           *string
		Raises         string
	}
}

func TestTemplatesRenderAsInJinja2(t *testing.T) {
	if *update {
		if out, err := exec.Command("python3", "testdata/reference.py", rulesFile).CombinedOutput(); err != nil {
			t.Fatalf("testdata/reference.py: %v\n%s", err, out)
		}
	}
	data, err := os.ReadFile(rulesFile)
	if err != nil {
		t.Fatal(err)
	}
	var all rules
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	now, err := time.Parse("2006-01-02T15:04:05", all.Now)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all.Cases {
		t.Run(c.Name, func(t *testing.T) {
			got, err := renderJSON(c.Template, all.Context, now)
			switch {
			case c.Want == nil && err == nil:
				t.Errorf("%s\ngave %q\nwant an error like %s", c.Template, got, c.Raises)
			case c.Want != nil && err != nil:
				t.Errorf("%s\ngave the error %v\nwant %q", c.Template, err, *c.Want)
			case c.Want != nil && got != *c.Want:
				t.Errorf("%s\ngave %q\nwant %q", c.Template, got, *c.Want)
			}
		})
	}
}

func renderJSON(source string, vars []byte, now time.Time) (string, error) {
	t, err := Parse(source)
	if err != nil {
		return "", err
	}
	v, err := FromJSON(vars)
	if err != nil {
		return "", err
	}
	return t.Render(context.Background(), v, now)
}
