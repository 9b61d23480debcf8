package worker

import (
	"os"
	"time"

	"notso/engine"
)

const (
	// maxRestarts within restartWindow: a worker that dies more often than that
	// does so for a reason that one more start will not mend.
	maxRestarts   = 3
	restartWindow = 5 * time.Minute

	// maxCrashes is how often a file may crash the worker before it is suspect:
	// once can be an accident.
	maxCrashes = 2
)

// deaths remembers when workers died, oldest first.
type deaths struct {
	times []time.Time
	last  *DiedError
}

func (d *deaths) add(now time.Time, death *DiedError) {
	d.times = append(d.times, now)
	if len(d.times) > maxRestarts+1 {
		d.times = d.times[1:]
	}
	d.last = death
}

// check says whether a worker may be started now. Errors: *RestartLimitError.
func (d *deaths) check(now time.Time) error {
	if len(d.times) <= maxRestarts {
		return nil
	}
	until := d.times[0].Add(restartWindow)
	if !now.Before(until) {
		return nil
	}
	return &RestartLimitError{Deaths: len(d.times), Within: restartWindow, Until: until, Last: d.last}
}

// model is what to load, and what the file was when that was asked for.
type model struct {
	path    string
	options engine.LoadOptions
	file    fileID

	gpuLayers int  // that a graphics device has of it
	lost      bool // it had some on one that failed
}

// fileID tells a file from another of the same name that replaced it.
type fileID struct {
	path    string
	size    int64
	changed int64 // Unix nanoseconds
}

func newModel(path string, options engine.LoadOptions) *model {
	m := &model{path: path, options: options, file: fileID{path: path}}
	if info, err := os.Stat(path); err == nil {
		m.file.size, m.file.changed = info.Size(), info.ModTime().UnixNano()
	}
	return m
}

// suspects counts the crashes of each file.
type suspects map[fileID]*suspect

type suspect struct {
	crashes int
	last    string // how the last one ended
}

func (s suspects) add(id fileID, cause string) {
	if s[id] == nil {
		s[id] = &suspect{}
	}
	s[id].crashes++
	s[id].last = cause
}

// check says whether the file may be opened. Errors: *engine.ModelFileError.
func (s suspects) check(id fileID) error {
	if s[id] == nil || s[id].crashes < maxCrashes {
		return nil
	}
	return &engine.ModelFileError{
		Path:   id.path,
		Reason: "it crashed the engine twice and is not opened again until it changes: " + s[id].last,
	}
}

// trust forgets what is held against the files at path.
func (s suspects) trust(path string) {
	for id := range s {
		if id.path == path {
			delete(s, id)
		}
	}
}
