package prompts

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"translate.md": "# Translate into English\n\nTranslate:\n{{input}}\n",
		"plain.md":     "\ufeffWrite plainly. Today is {{date}}, {{tomorrow}}.",
		"help.md":      "shadow", "Big Name.md": "x", "empty.md": "# only a title\n", "binary.md": "a\x00b", "huge.md": strings.Repeat("a", maxSize+1),
		"notes.txt": "not a prompt",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "folder.md"), 0o700); err != nil {
		t.Fatal(err)
	}
	list, problems := Load(dir, func(name string) bool { return name == "help" })
	if len(list) != 2 || list[0].Name != "plain" || list[1].Name != "translate" || list[1].About != "Translate into English" {
		t.Errorf("the prompts are %+v", list)
	}
	all := strings.Join(problems, "\n")
	for _, want := range []string{"help.md is left out: /help is a command of the app.", "Big Name.md is left out: its name", "empty.md is left out: it is empty", "binary.md is left out: it is no text", "huge.md is left out: it must be a text of at most 64 kB", "folder.md is left out"} {
		if !strings.Contains(all, want) {
			t.Errorf("nothing says %q in\n%s", want, all)
		}
	}
	if len(problems) != 6 {
		t.Errorf("%d problems: %q", len(problems), problems)
	}
	for _, test := range []struct {
		name, want string
		prompt     Prompt
		values     map[string]string
	}{
		{"what is filled in is not looked through again", "Translate:\n{{date}} <b>", list[1], map[string]string{"input": "{{date}} <b>", "date": "today"}},
		{"input that has no place follows, and unknown braces stay", "Write plainly. Today is 1 May, {{tomorrow}}.\n\nThis.", list[0], map[string]string{"input": "This.", "date": "1 May"}},
		{"no input", "Translate:\n", list[1], map[string]string{"input": ""}},
	} {
		if got := test.prompt.Fill(test.values); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
	if list, problems := Load(filepath.Join(dir, "none"), nil); list != nil || problems != nil {
		t.Errorf("a missing folder gave %v, %v", list, problems)
	}
}
