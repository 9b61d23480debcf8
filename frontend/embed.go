// Package frontend carries the window's files inside the binary: the HTML
// templates, which package app renders, and the assets that the page fetches.
// It is a leaf and knows nothing of the rest of the program.
//
// The files under vendor are third-party and not committed: the build copies
// them from npm (htmx.org, katex, @mermaid-js/tiny). "pattern vendor: no matching
// files found" means that this has not happened yet; `make build` does it.
package frontend

import "embed"

// Templates holds templates/*.html, one fragment a file.
//
//go:embed templates/*.html
var Templates embed.FS

// Assets holds css/, js/ and vendor/, to be served below /assets/.
//
//go:embed css/*.css js/*.js
//go:embed vendor
var Assets embed.FS
