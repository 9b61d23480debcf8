package engine

import "errors"

// ErrDeviceLost: the graphics device that held the model stopped computing. What
// was yielded before stands; the model is loaded without it for the next call.
var ErrDeviceLost = errors.New("the graphics device stopped computing")

// Placement says why a model has the layers on a graphics device that it has.
type Placement string

const (
	PlacedWell    Placement = ""        // all of them, or none where there is no such device
	PlacedMemory  Placement = "memory"  // as many as its memory holds
	PlacedAsked   Placement = "asked"   // as LoadOptions say
	PlacedRefused Placement = "refused" // fewer than its memory should hold: it refused more
	PlacedLost    Placement = "lost"    // none, since it was lost while it was in use
)
