package runner

import (
	"os"
	"path/filepath"
	"strings"
)

// onBattery tells whether the machine runs on its battery, as of now.
func onBattery() bool { return discharging("/sys/class/power_supply") }

// discharging reads the kernel's list of power supplies: one is a battery that
// gives power, and none brings power in. Batteries of mice and the like have the
// scope "Device".
func discharging(supplies string) bool {
	folders, _ := filepath.Glob(filepath.Join(supplies, "*"))
	gives := false
	for _, folder := range folders {
		says := func(name string) string {
			text, _ := os.ReadFile(filepath.Join(folder, name))
			return strings.TrimSpace(string(text))
		}
		switch {
		case says("online") == "1" && says("type") != "Battery":
			return false
		case says("type") == "Battery" && says("scope") != "Device" && says("status") == "Discharging":
			gives = true
		}
	}
	return gives
}
