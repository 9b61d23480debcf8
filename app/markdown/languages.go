package markdown

import (
	"strings"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
)

// languages are the lexers that may run. Chroma has 270; of those, some never
// end on some input (JSONata, Jungle, SquidConf) and some panic (YANG), and a
// lexer that does not end cannot be stopped. These hold in TestEveryLexerEnds
// and call no lexer that is not here, which rules out markdown.
func languages() []string {
	return []string{
		"Bash", "Bash Session", "Batchfile", "C", "C#", "C++", "Clojure", "CMake", "Common Lisp", "CSS", "Dart",
		"Diff", "Docker", "Elixir", "Elm", "Erlang", "Fish", "Fortran", "FSharp", "GAS", "GLSL", "Go", "GraphQL",
		"Groovy", "Haskell", "HCL", "HTML", "INI", "Java", "JavaScript", "JSON", "Julia", "Kotlin", "Lua",
		"Makefile", "Matlab", "MySQL", "NASM", "Nginx configuration file", "Nim", "Nix", "Objective-C", "OCaml",
		"Perl", "PHP", "PostgreSQL SQL dialect", "PowerShell", "Prolog", "properties", "Protocol Buffer", "Python",
		"R", "react", "Ruby", "Rust", "Scala", "Scheme", "SCSS", "Solidity", "SQL", "Swift", "SYSTEMD",
		"Terraform", "TeX", "TOML", "TypeScript", "VB.net", "verilog", "WebAssembly Text Format", "XML", "YAML", "Zig",
	}
}

// lexersByName lists the lexers under all that people write above their code.
func lexersByName() map[string]chroma.Lexer {
	byName := map[string]chroma.Lexer{}
	add := func(name string, l chroma.Lexer) {
		if name = strings.ToLower(name); byName[name] == nil {
			byName[name] = l
		}
	}
	var all []chroma.Lexer
	for _, name := range languages() {
		l := lexers.Get(name)
		add(name, l)
		all = append(all, l)
	}
	for _, l := range all {
		for _, alias := range l.Config().Aliases {
			add(alias, l)
		}
	}
	for _, l := range all {
		for _, file := range l.Config().Filenames {
			if extension, ok := strings.CutPrefix(file, "*."); ok {
				add(extension, l)
			}
		}
	}
	return byName
}
