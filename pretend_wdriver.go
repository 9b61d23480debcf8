//go:build wdriver

package main

import (
	"encoding/json"
	"os"

	"notso/engine/runner"
)

// pretended are the graphics devices that NOTSO_PRETEND tells, in the builds that
// tests of the window make: they run on machines that have none.
func pretended() *runner.Pretend {
	var p runner.Pretend
	if json.Unmarshal([]byte(os.Getenv("NOTSO_PRETEND")), &p) != nil {
		return nil
	}
	return &p
}
