package llama

import (
	"fmt"

	yzma "github.com/hybridgroup/yzma/pkg/llama"
)

// Device is something that a model can run on.
type Device struct {
	Name        string // such as "CPU (zen4)" or "CUDA0"
	Description string // such as the processor's own name
	GPU         bool   // has memory of its own, or a graphics processor's part of the machine's
	FreeBytes   uint64
	TotalBytes  uint64
}

// Devices lists what the loaded backends found, in llama.cpp's order.
func (l *Library) Devices() []Device {
	var devices []Device
	for i := range yzma.GGMLBackendDeviceCount() {
		handle := yzma.GGMLBackendDeviceGet(i)
		kind := yzma.GGMLBackendDevType(handle)
		d := Device{
			Name:        yzma.GGMLBackendDeviceName(handle),
			Description: yzma.GGMLBackendDeviceDescription(handle),
			GPU:         kind == yzma.GGMLBackendDeviceTypeGPU || kind == yzma.GGMLBackendDeviceTypeIGPU,
		}
		d.FreeBytes, d.TotalBytes = yzma.GGMLBackendDeviceMemory(handle)
		if name := l.log.cpuBackend(); kind == yzma.GGMLBackendDeviceTypeCPU && name != "" {
			d.Name = fmt.Sprintf("%s (%s)", d.Name, name)
		}
		devices = append(devices, d)
	}
	return devices
}
