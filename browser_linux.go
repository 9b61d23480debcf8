package main

import (
	"context"
	"os/exec"
)

// browse shows address in the system's browser. Wails' own way refuses
// addresses with parentheses.
func browse(_ context.Context, address string) error {
	cmd := exec.Command("xdg-open", address)
	if err := cmd.Start(); err != nil {
		return err
	}
	go cmd.Wait()
	return nil
}
