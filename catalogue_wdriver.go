//go:build wdriver

package main

import (
	"encoding/json"
	"os"

	"notso/app/library"
)

// catalogue is that of the file which NOTSO_CATALOGUE names, in the builds that
// tests of the window make: what they offer has other bytes than SmolLM3.
func catalogue() library.Catalogue {
	var c library.Catalogue
	data, err := os.ReadFile(os.Getenv("NOTSO_CATALOGUE"))
	if err != nil || json.Unmarshal(data, &c) != nil {
		return library.BuiltIn()
	}
	return c
}
