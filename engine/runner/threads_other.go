//go:build !linux

package runner

// onBattery is not known here.
func onBattery() bool { return false }
