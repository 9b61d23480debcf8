package fetch

import (
	"errors"
	"fmt"
	"time"
)

var (
	// ErrExists: the folder already has a file of that name.
	ErrExists = errors.New("the file is already there")

	// ErrElsewhere: another process downloads this file.
	ErrElsewhere = errors.New("another window or command downloads this file already")

	// ErrUnknown: there is no download of that name.
	ErrUnknown = errors.New("there is no such download")

	// ErrName: a file must not be called so.
	ErrName = errors.New("this is no name for a file: use letters, digits, dots, dashes and underscores")

	// ErrClosed: the Manager was closed.
	ErrClosed = errors.New("downloads have ended")

	errStalled = errors.New("nothing arrived for a while")
	errChanged = errors.New("the file was changed on the server meanwhile")
	errShort   = errors.New("the connection ended early")
)

// AddressError says why an address is not asked. Reason is a clause.
type AddressError struct {
	Address string
	Reason  string
}

func (e *AddressError) Error() string { return fmt.Sprintf("%s is not asked: %s", e.Address, e.Reason) }

// StatusError is an answer other than the file.
type StatusError struct {
	Code  int
	After time.Duration // that the server asks to wait; 0 when it says nothing
}

func (e *StatusError) Error() string {
	switch e.Code {
	case 401, 403:
		return "the publisher lets only some people have this file: accept its terms on its page, then set an access token"
	case 404, 410:
		return "the publisher has no such file"
	case 429:
		return "the server has too many requests"
	}
	return fmt.Sprintf("the server answered with the status %d", e.Code)
}

// ContentError says that what a server sent cannot be the file. Reason is a
// clause; nothing of it was kept.
type ContentError struct {
	Reason string
}

func (e *ContentError) Error() string { return e.Reason }

// RangeError says that a server did not send the part that was asked for.
type RangeError struct {
	Asked int64 // the first byte that was wanted
	Got   string
}

func (e *RangeError) Error() string {
	return fmt.Sprintf("the server was asked to go on at byte %d and answered with %q", e.Asked, e.Got)
}

// ChecksumError says that the bytes are not those that were published. They are
// gone.
type ChecksumError struct {
	Name      string
	Got, Want string
}

func (e *ChecksumError) Error() string {
	return fmt.Sprintf("%s arrived with the checksum %.12s… instead of %.12s…, so it was damaged on the way or changed by its publisher; nothing of it was kept", e.Name, e.Got, e.Want)
}

// SpaceError says that the disk has no room. All are bytes.
type SpaceError struct {
	Need, Free int64
}

func (e *SpaceError) Error() string {
	return fmt.Sprintf("the disk has room for %.1f GB more, and %.1f GB are needed", float64(e.Free)/1e9, float64(e.Need)/1e9)
}

// unreachable tells, of errors that may pass, those of the way to the server, as a
// machine has them that is offline or has slept, from what the server said.
func unreachable(err error) bool {
	var status *StatusError
	var part *RangeError
	return !errors.As(err, &status) && !errors.As(err, &part) && !errors.Is(err, errChanged)
}

// passing tells whether trying again may help.
func passing(err error) bool {
	var status *StatusError
	var address *AddressError
	var content *ContentError
	var sum *ChecksumError
	var space *SpaceError
	switch {
	case errors.As(err, &status):
		return status.Code == 408 || status.Code == 429 || status.Code >= 500
	case errors.As(err, &address), errors.As(err, &content), errors.As(err, &sum), errors.As(err, &space),
		errors.Is(err, ErrExists), errors.Is(err, ErrElsewhere):
		return false
	}
	return !local(err)
}
