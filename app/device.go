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
		a.toast(toastView{Text: a.placed(info), Kind: "info"})
	}
}

// slowRate is below what people call slow, in tokens a second: about what they
// read.
const slowRate = 6

// fitText says how a model fits this machine.
func (a *App) fitText(f engine.Fit) string {
	in := a.language()
	text := ""
	switch f.Kind {
	case engine.FitsGPU:
		return in.Say("device.fit_gpu")
	case engine.FitsNot:
		return in.Say("device.fit_not", in.Size(f.Need.Total()), in.Size(f.RAM))
	case engine.FitsPartly:
		text = in.Say("device.fit_partly", f.GPULayers, f.Layers)
	default:
		text = in.Say("device.fit_cpu")
	}
	switch {
	case f.TokensPerSecond <= 0:
		return text
	case f.TokensPerSecond < slowRate && f.Kind == engine.FitsCPU:
		text = in.Say("device.fit_slow")
	}
	return in.Say("device.fit_speed", text, a.rate(f.TokensPerSecond))
}
