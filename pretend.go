//go:build !wdriver

package main

import "notso/engine/runner"

// pretended is nil: the graphics devices are those of this machine.
func pretended() *runner.Pretend { return nil }
