// Package fetch downloads large files that someone has published with their
// size and checksum, over connections that break.
//
// A Client asks for one thing at a time and keeps to a Policy: https alone, at
// most five redirects, each of them checked, and no address of this machine or
// of a private network, which is looked at once the name is resolved. A Manager
// keeps any number of downloads into one folder going, paused, and alive over
// restarts of the program:
//
//	NAME.part        what has arrived
//	NAME.part.json   where it comes from and what it must become
//
// A file gets its name only after its size and its SHA-256 are those that were
// asked for and its bytes are on the disk; until then it does not exist. Names
// are the caller's, never a server's, and nothing outside the folder is touched.
//
// All methods may be called concurrently. Two programs may share a folder: a
// part belongs to one of them at a time.
package fetch

import (
	"net/http"
	"net/url"
	"regexp"
	"time"
)

// Request asks for one file.
type Request struct {
	URL       string `json:"url"`
	Name      string `json:"name"`   // of the file in the folder, see GoodName
	SizeBytes int64  `json:"size"`   // 0 when the server is to tell
	SHA256    string `json:"sha256"` // in hex, of the publisher; "" when there is none
	Source    string `json:"source"` // for people: whose file it is
}

// GoodName tells whether a file may be called so: letters, digits, dots, dashes
// and underscores, and at most 150 of them.
func GoodName(name string) bool {
	return regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,149}$`).MatchString(name)
}

// State is where a download stands.
type State string

const (
	Waiting  State = "waiting"  // for the connection
	Running  State = "running"  // bytes arrive
	Retrying State = "retrying" // something went wrong; Err says what, Until when it goes on
	Checking State = "checking" // all bytes are there and are being compared
	Paused   State = "paused"   // by the user, or by the end of the program that ran it
	Failed   State = "failed"   // Err says why; what has arrived is kept
	Done     State = "done"     // the file has its name
)

// Over tells whether nothing more happens by itself.
func (s State) Over() bool { return s == Paused || s == Failed || s == Done }

// Progress is one download as people see it.
type Progress struct {
	Request
	State          State         `json:"state"`
	Received       int64         `json:"received"` // bytes; never less than before
	BytesPerSecond float64       `json:"bytes_per_second"`
	Left           time.Duration `json:"left"` // 0 when it cannot be told
	Until          time.Time     `json:"-"`    // of the next attempt, while retrying
	Err            error         `json:"-"`
}

// Fraction is from 0 to 1.
func (p Progress) Fraction() float64 {
	if p.SizeBytes <= 0 {
		return 0
	}
	return min(1, float64(p.Received)/float64(p.SizeBytes))
}

// Options are the settings of a Manager and of its Client.
type Options struct {
	Folder string // for the files and their parts
	Client *Client

	Rate int64 // bytes a second that all downloads share; 0 is no limit

	// Changed is told of every change of a state, and of progress several times a
	// second. It must return soon. Nil: nobody listens.
	Changed func(Progress)

	// Free is what may still be written to the disk of a folder, in bytes. Nil
	// asks the system.
	Free func(folder string) (int64, error)

	Stall   time.Duration                   // without a byte, after which a connection is given up; 0 is 30 s
	Backoff func(attempt int) time.Duration // before the next attempt, counted from 1; nil doubles from 1 s to 1 min

	// Patient goes on for as long as the server cannot be reached. Otherwise a
	// download fails of that, too, after some attempts.
	Patient bool
}

const (
	defaultStall = 30 * time.Second
	attempts     = 8       // in a row without a byte, after which a download fails
	longestWait  = 10 * 60 // seconds that a server may ask us to wait
	spare        = 256 << 20
)

// backoff doubles from a second to a minute.
func backoff(attempt int) time.Duration { return min(time.Minute, time.Second<<min(attempt-1, 10)) }

// ClientOptions are the settings of a Client.
type ClientOptions struct {
	Policy Policy

	// Token is what to say to the host of an https origin ("https://host") that
	// lets only some people in; "" says nothing. It is asked for when the host has
	// refused, and goes to no other one, whoever redirects there.
	Token func(origin string) string

	Agent string // User-Agent; "" is "notso"

	// Proxy is as in http.Transport. Nil: the environment says.
	Proxy func(*http.Request) (*url.URL, error)

	// Roots replaces the transport's TLS settings in tests.
	Transport func(*http.Transport)
}
