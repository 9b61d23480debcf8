//go:build !wdriver

package main

import "notso/app/library"

// catalogue is the list of models that are offered.
func catalogue() library.Catalogue { return library.BuiltIn() }
