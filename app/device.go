package app

import (
	"strings"

	"notso/engine"
)

// placed says where the model computes, and why so much of it is there.
func (a *App) placed(info engine.ModelInfo) string {
	devices := strings.Join(info.Devices, ", ")
	switch {
	case info.Placement == engine.PlacedLost:
		return a.say("device.lost", devices)
	case info.GPULayers == 0 || info.Layers == 0:
		return a.say("device.on", devices)
	case info.GPULayers >= info.Layers:
		return a.say("device.all", devices)
	case info.Placement == engine.PlacedAsked:
		return a.say("device.asked", devices, info.GPULayers, info.Layers)
	case info.Placement == engine.PlacedRefused:
		return a.say("device.refused", devices, info.GPULayers, info.Layers)
	}
	return a.say("device.memory", devices, info.GPULayers, info.Layers)
}

// tellPlacement tells when a model is not where it was expected.
func (a *App) tellPlacement(info engine.ModelInfo) {
	if info.Placement == engine.PlacedRefused || info.Placement == engine.PlacedLost {
		a.opts.Emit("toast", toastView{Text: a.placed(info), Kind: "info"})
	}
}
