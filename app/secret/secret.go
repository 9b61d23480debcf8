// Package secret keeps keys where the system keeps passwords: the Secret Service
// on Linux, the Keychain on macOS, the Credential Manager on Windows. A key is
// never part of the settings, of the log or of an error.
//
// The environment goes first, for machines without a keyring: the key called
// "remote" is looked for in NOTSO_REMOTE_KEY. What stands there can be read and
// not changed.
//
// Functions may be called concurrently. They may wait for the user, whom the
// system asks to unlock the keyring.
package secret

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"

	"github.com/zalando/go-keyring"
)

// Remote is the key for the remote engine; see also HuggingFace.
const Remote = "remote"

// HuggingFace is the token for models that their makers give to those who ask.
const HuggingFace = "huggingface"

// Names are those of all keys that the program knows.
func Names() []string { return []string{Remote, HuggingFace} }

var (
	// ErrNone: no such key is kept.
	ErrNone = errors.New("there is no such key")

	// ErrNoKeyring: the system keeps no passwords, or nobody is logged in.
	ErrNoKeyring = errors.New("this system offers no keyring")
)

// service is what the keys are filed under.
const service = "notso"

// maxSize is the most bytes of a key, which all systems take.
const maxSize = 2048

// Get returns the key called name.
// Errors: ErrNone, ErrNoKeyring, or the system's own.
func Get(name string) (string, error) {
	if key := strings.TrimSpace(os.Getenv(Variable(name))); key != "" {
		return key, nil
	}
	if err := available(); err != nil {
		return "", err
	}
	key, err := keyring.Get(service, name)
	return key, explain("read", name, err)
}

// Set keeps a key.
// Errors: ErrNoKeyring, or why it is none.
func Set(name, key string) error {
	switch key = strings.TrimSpace(key); {
	case key == "":
		return errors.New("the key is empty")
	case len(key) > maxSize:
		return fmt.Errorf("the key is longer than %d characters", maxSize)
	case strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }):
		return errors.New("the key holds a space or a character that no key has")
	}
	if err := available(); err != nil {
		return err
	}
	return explain("keep", name, keyring.Set(service, name, key))
}

// Delete forgets a key.
// Errors: ErrNone, ErrNoKeyring.
func Delete(name string) error {
	if err := available(); err != nil {
		return err
	}
	return explain("forget", name, keyring.Delete(service, name))
}

// Variable is the environment variable that comes before the keyring.
func Variable(name string) string { return "NOTSO_" + strings.ToUpper(name) + "_KEY" }

// available keeps Linux from starting a message bus of its own where nobody has
// a session.
func available() error {
	if runtime.GOOS != "linux" || os.Getenv("DBUS_SESSION_BUS_ADDRESS") != "" {
		return nil
	}
	if _, err := os.Stat(fmt.Sprintf("/run/user/%d/bus", os.Getuid())); err == nil {
		return nil
	}
	return ErrNoKeyring
}

func explain(what, name string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, keyring.ErrNotFound):
		return fmt.Errorf("%s the key %q: %w", what, name, ErrNone)
	case errors.Is(err, keyring.ErrUnsupportedPlatform), strings.Contains(err.Error(), "org.freedesktop.secrets was not provided"):
		return fmt.Errorf("%s the key %q: %w", what, name, ErrNoKeyring)
	}
	return fmt.Errorf("%s the key %q: %w", what, name, err)
}
