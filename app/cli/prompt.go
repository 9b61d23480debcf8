package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"
)

// maxInput is the size in bytes of a template or its context. Real templates
// have at most a few hundred KiB.
const maxInput = 8 << 20

func promptRole() role {
	return role{
		name:    "prompt",
		usage:   "--template F --context F.json [--now RFC3339]",
		summary: "render a chat template and print the prompt",
		details: `The context is a JSON object whose keys become the template's variables, in
their order. --now fixes the date that the template sees, such as
2025-07-08T09:00:00Z. The prompt is printed and nothing else, not even a line
break after it.`,
		run: runPrompt,
	}
}

func runPrompt(ctx context.Context, env Env, args arguments) error {
	f := args.flags()
	template, variables := f.String("template", "", ""), f.String("context", "", "")
	now := time.Now()
	f.Func("now", "", func(s string) error {
		var err error
		now, err = time.Parse(time.RFC3339, s)
		return because(err == nil, "it must be a time such as 2025-07-08T09:00:00Z")
	})
	if _, err := args.parse(f, 0); err != nil {
		return err
	}
	if *template == "" || *variables == "" {
		return args.wrong("Both --template and --context are needed.")
	}
	source, err := readInput(*template)
	if err != nil {
		return err
	}
	object, err := readInput(*variables)
	if err != nil {
		return err
	}
	prompt, err := env.Render(ctx, string(source), object, now)
	if err != nil {
		return err
	}
	_, err = io.WriteString(env.Stdout, prompt)
	return err
}

func readInput(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxInput+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxInput {
		return nil, fmt.Errorf("%s is larger than %d MiB; give a smaller file", path, maxInput>>20)
	}
	return data, nil
}
