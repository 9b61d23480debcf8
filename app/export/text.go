package export

import (
	"fmt"
	"io"
	"strings"

	"notso/app/chat"
	"notso/app/words"
)

// writeMarkdown writes what the speakers wrote, unchanged, under a heading each.
// Reasoning is a quote.
func writeMarkdown(w io.Writer, in words.Words, c chat.Chat, turns []chat.Turn) error {
	fmt.Fprintf(w, "# %s\n\n%s\n", heading(in, c), c.Created.Format(clock))
	for _, t := range chat.Branch(turns, c.Head) {
		fmt.Fprintf(w, "\n## %s\n", speaker(in, t, turns))
		if t.Reasoning != "" {
			fmt.Fprintf(w, "\n%s\n", indent("> ", "*"+in.Say("export.reasoning")+"*\n\n"+t.Reasoning))
		}
		for _, f := range t.Files {
			fmt.Fprintf(w, "\n*%s*\n\n%s\n", in.Say("export.file", inline(f.Name)), indent("    ", f.Text))
		}
		if t.Text != "" {
			fmt.Fprintf(w, "\n%s\n", closed(strings.Trim(t.Text, "\n")))
		}
		if n := note(in, t); n != "" {
			fmt.Fprintf(w, "\n*%s*\n", n)
		}
	}
	return nil // the writer keeps its first error
}

// closed ends a code block that text leaves open, so that what follows in the
// file is not part of it.
func closed(text string) string {
	open := ""
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		run := strings.TrimLeft(line, " ")
		if len(line)-len(run) > 3 {
			continue
		}
		fence := run[:len(run)-len(strings.TrimLeft(run, "`"))]
		if fence == "" {
			fence = run[:len(run)-len(strings.TrimLeft(run, "~"))]
		}
		rest := run[len(fence):]
		switch {
		case open == "" && len(fence) >= 3 && (fence[0] == '~' || !strings.Contains(rest, "`")):
			open = fence
		case open != "" && strings.HasPrefix(fence, open) && strings.TrimSpace(rest) == "":
			open = ""
		}
	}
	if open != "" {
		text += "\n" + open
	}
	return text
}

func writeText(w io.Writer, in words.Words, c chat.Chat, turns []chat.Turn) error {
	title := heading(in, c)
	fmt.Fprintf(w, "%s\n%s\n%s\n", title, strings.Repeat("=", len([]rune(title))), c.Created.Format(clock))
	for _, t := range chat.Branch(turns, c.Head) {
		fmt.Fprintf(w, "\n%s, %s\n", speaker(in, t, turns), t.Created.Format(clock))
		if t.Reasoning != "" {
			fmt.Fprintf(w, "\n%s\n", indent("  | ", t.Reasoning))
		}
		for _, f := range t.Files {
			fmt.Fprintf(w, "\n[%s]\n%s\n", in.Say("export.file", f.Name), indent("  | ", f.Text))
		}
		if t.Text != "" {
			fmt.Fprintf(w, "\n%s\n", strings.Trim(t.Text, "\n"))
		}
		if n := note(in, t); n != "" {
			fmt.Fprintf(w, "\n[%s]\n", n)
		}
	}
	return nil
}

// indent puts a prefix before every line of text.
func indent(prefix, text string) string {
	lines := strings.Split(strings.Trim(text, "\n"), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(prefix+line, " ")
	}
	return strings.Join(lines, "\n")
}

// inline is a name as words of Markdown.
func inline(name string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "`", "\\`", "<", `\<`, "[", `\[`).Replace(name)
}
