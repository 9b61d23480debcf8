package main

import (
	"path/filepath"

	"notso/app/config"
	"notso/app/home"
	"notso/app/hub"
	"notso/app/library"
	"notso/app/secret"
	"notso/app/shelf"
)

// openShelf opens the models folder. Downloads wait for a network as long as it
// takes if patient, which whoever waits for their end is not.
func openShelf(paths home.Paths, models *library.Library, settings config.Config, patient bool) (*shelf.Shelf, error) {
	return shelf.Open(shelf.Options{
		Folder:  paths.Models,
		Records: filepath.Join(paths.Data, "models.json"),
		Library: models,
		Mirror:  settings.Mirror,
		Token:   hubToken,

		Catalogue: catalogue(),
		Rate:      int64(settings.DownloadLimit) * 1000,
		Agent:     "notso/" + version,
		Patient:   patient,
	})
}

// hubToken is the user's token for models that are not for everybody. It is
// asked for only where the hub has refused, and never given to a mirror.
func hubToken(origin string) string {
	if origin != "https://"+hub.Host {
		return ""
	}
	token, err := secret.Get(secret.HuggingFace)
	if err != nil {
		return ""
	}
	return token
}

// terminalShelf opens the models folder for the command line.
func terminalShelf(paths home.Paths) (*shelf.Shelf, error) {
	settings, _, err := config.Load(paths.ConfigFile)
	if err != nil {
		return nil, err
	}
	return openShelf(paths, newLibrary(paths.Models, ""), settings, false)
}
