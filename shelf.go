package main

import (
	"path/filepath"

	"notso/app/config"
	"notso/app/home"
	"notso/app/library"
	"notso/app/shelf"
)

// openShelf opens the models folder.
func openShelf(paths home.Paths, models *library.Library, settings config.Config) (*shelf.Shelf, error) {
	return shelf.Open(shelf.Options{
		Folder:  paths.Models,
		Records: filepath.Join(paths.Data, "models.json"),
		Library: models,
		Mirror:  settings.Mirror,
		Rate:    int64(settings.DownloadLimit) * 1000,
		Agent:   "notso/" + version,
	})
}

// terminalShelf opens the models folder for the command line.
func terminalShelf(paths home.Paths) (*shelf.Shelf, error) {
	settings, _, err := config.Load(paths.ConfigFile)
	if err != nil {
		return nil, err
	}
	return openShelf(paths, newLibrary(paths.Models, ""), settings)
}
