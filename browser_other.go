//go:build !linux

package main

import (
	"context"

	"github.com/wailsapp/wails/v2/pkg/runtime"
)

// browse shows address in the system's browser.
func browse(ctx context.Context, address string) error {
	runtime.BrowserOpenURL(ctx, address)
	return nil
}
