package worker

import (
	"errors"

	"notso/engine"
)

// llama.cpp ends the process when a graphics device fails it, or says so once
// and never computes again. Either way the next worker loads the model without
// the device: slower, but the chat goes on.

// withoutDevice says in a report what follows.
const withoutDevice = "; the next reply is computed without the graphics device"

// leaveDevice makes later workers load m without a graphics device. It is false
// when m had nothing on one.
func (m *model) leaveDevice() bool {
	if m == nil || m.gpuLayers == 0 {
		return false
	}
	m.gpuLayers, m.lost, m.options.GPULayers = 0, true, -1
	return true
}

// again is what a new worker loads in the place of m.
func (m *model) again() *model {
	next := newModel(m.path, m.options)
	next.lost = m.lost
	return next
}

// loaded takes note of what a worker says of m.
func (m *model) loaded(info *engine.ModelInfo) {
	m.gpuLayers = info.GPULayers
	if m.lost {
		info.Placement = engine.PlacedLost
	}
}

// checkDevice ends a worker whose device is lost, so that the next call starts
// one without it.
func (p *process) checkDevice(err error) {
	if !errors.Is(err, engine.ErrDeviceLost) {
		return
	}
	p.mu.Lock()
	left := p.model.leaveDevice()
	p.mu.Unlock()
	if left {
		p.kill(errors.New("has lost its graphics device"), true)
	}
}
