package engine

import (
	"fmt"
	"time"
)

// RemoteKind is what went wrong between this machine and a server that answers
// for it.
type RemoteKind string

const (
	RemoteUnreachable  RemoteKind = "unreachable"  // there is no connection
	RemoteUnauthorised RemoteKind = "unauthorised" // the key is missing or not accepted
	RemoteNoModel      RemoteKind = "no_model"     // the server has no such model, or no such address
	RemoteBusy         RemoteKind = "busy"         // too many requests
	RemoteFailed       RemoteKind = "failed"       // the server's own fault
	RemoteRefused      RemoteKind = "refused"      // the server says no to this request
	RemoteGarbled      RemoteKind = "garbled"      // the answer is not what the protocol says
	RemoteCut          RemoteKind = "cut"          // the answer broke off; what was yielded before stands
)

// RemoteError says why a remote engine gave no reply, or not all of it. It never
// holds a key.
type RemoteError struct {
	Kind       RemoteKind
	Server     string        // host and port
	Status     int           // of HTTP; 0 without an answer
	Reason     string        // a clause, in part the server's own words; may be empty
	RetryAfter time.Duration // with RemoteBusy, as the server asks; 0 unknown
}

func (e *RemoteError) Error() string {
	text := fmt.Sprintf("remote engine %s: %s", e.Server, e.Kind)
	if e.Status != 0 {
		text += fmt.Sprintf(" (HTTP %d)", e.Status)
	}
	if e.Reason != "" {
		text += ": " + e.Reason
	}
	return text
}
