package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"notso/app/config"
	"notso/app/home"
	"notso/app/shelf"
	"notso/engine"
	"notso/engine/fit"
	"notso/engine/gguf"
	"notso/engine/inspect"
	"notso/engine/llama"
	"notso/engine/runner"
)

// devicesRole is the argument that makes the program list its devices. It is a
// process of its own that asks the drivers, since they may end it.
const devicesRole = "devices"

// askTime is how long drivers may take to wake up a graphics device.
const askTime = 20 * time.Second

// measureRoom is how many bytes must be free for the memory to be measured, which
// takes half a gigabyte.
const measureRoom = 2 << 30

func runDevices() int {
	library, err := openLibrary()
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(library.Devices())
	}
	return ended(err)
}

// machine is what a model can be loaded on now. Graphics devices are asked for
// only where the libraries have a backend for one.
func machine(ctx context.Context, paths home.Paths) fit.Machine {
	m := fit.Machine{RAM: runner.AvailableMemory()}
	if m.RAM == 0 || m.RAM > measureRoom {
		m.BytesPerSecond = fit.KnownBandwidth(filepath.Join(paths.Cache, "bandwidth.json"))
	}
	for _, d := range graphics(ctx) {
		m.GPUs = append(m.GPUs, int64(d.FreeBytes))
	}
	return m
}

func graphics(ctx context.Context) (found []llama.Device) {
	if p := pretended(); p != nil {
		return p.Devices
	}
	dir, _ := engineDir()
	backends := 0
	for _, name := range []string{"cuda", "vulkan", "metal"} {
		files, _ := filepath.Glob(filepath.Join(dir, "*ggml-"+name+"*"))
		backends += len(files)
	}
	program, err := os.Executable()
	if err != nil || backends == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	out, err := exec.CommandContext(ctx, program, devicesRole).Output()
	var all []llama.Device
	if err != nil || json.Unmarshal(out, &all) != nil {
		return nil // then none can be used either
	}
	for _, d := range all {
		if d.GPU {
			found = append(found, d)
		}
	}
	return found
}

// judgeParts says how the model fits here whose files begin as parts have it.
func judgeParts(ctx context.Context, parts []shelf.Part) (engine.Fit, error) {
	file, err := headerOf(parts[0])
	if err != nil {
		return engine.Fit{}, err
	}
	var later []*gguf.File
	for _, part := range parts[1:] {
		f, err := headerOf(part)
		if err != nil {
			return engine.Fit{}, err
		}
		later = append(later, f)
	}
	if err := file.Join(later); err != nil {
		return engine.Fit{}, err
	}
	return judge(ctx, file, "")
}

// enoughHeader wants more of a file with io.ErrUnexpectedEOF.
func enoughHeader(part shelf.Part) error {
	_, err := headerOf(part)
	return err
}

func headerOf(part shelf.Part) (*gguf.File, error) {
	file, err := gguf.ReadFrom(part.Name, part.Beginning, part.SizeBytes)
	if errors.Is(err, gguf.ErrShort) {
		err = fmt.Errorf("%w: %w", err, io.ErrUnexpectedEOF)
	}
	return file, err
}

// judge says how a model fits here with the settings as they are, and with its own
// defaults where its file is here, at path.
func judge(ctx context.Context, file *gguf.File, path string) (engine.Fit, error) {
	paths, err := home.Find()
	if err != nil {
		return engine.Fit{}, err
	}
	settings, _, _ := config.Load(paths.ConfigFile) // doctor tells what is wrong with them
	if path != "" && len(settings.Models) > 0 {
		hash, err := gguf.Fingerprint(path)
		if err != nil {
			return engine.Fit{}, err
		}
		settings = settings.For(hash)
	}
	return fit.Judge(file, fit.Settings{Context: settings.ContextLength, KVType: settings.KVType, GPULayers: settings.GPULayers}, machine(ctx, paths)), nil
}

// inspectModel lets the file at path explain itself, and says what it would need
// here with the settings as they are.
func inspectModel(ctx context.Context, path string) (engine.Anatomy, error) {
	file, err := gguf.Check(path)
	if err != nil {
		return engine.Anatomy{}, err
	}
	a := inspect.File(file)
	f, err := judge(ctx, file, path)
	a.Fit = &f
	return a, err
}
