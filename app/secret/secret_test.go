package secret

import (
	"errors"
	"strings"
	"testing"

	"github.com/zalando/go-keyring"
)

func TestAKeyIsKeptAndForgotten(t *testing.T) {
	keyring.MockInit()
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
	t.Setenv(Variable(Remote), "")
	if _, err := Get(Remote); !errors.Is(err, ErrNone) {
		t.Errorf("before: %v", err)
	}
	if err := Set(Remote, " sk-1234\n"); err != nil {
		t.Fatal(err)
	}
	if key, err := Get(Remote); key != "sk-1234" || err != nil {
		t.Errorf("got %q, %v", key, err)
	}
	t.Setenv("NOTSO_REMOTE_KEY", "sk-environment")
	if key, err := Get(Remote); key != "sk-environment" || err != nil {
		t.Errorf("the environment comes second: %q, %v", key, err)
	}
	t.Setenv("NOTSO_REMOTE_KEY", "")
	if err := Delete(Remote); err != nil {
		t.Fatal(err)
	}
	if _, err := Get(Remote); !errors.Is(err, ErrNone) {
		t.Errorf("afterwards: %v", err)
	}
}

func TestWhatIsNoKeyIsRefusedWithoutRepeatingIt(t *testing.T) {
	keyring.MockInit()
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
	for _, key := range []string{"", " \n", "two words", "ключ", "tab\there", strings.Repeat("x", maxSize+1)} {
		if err := Set(Remote, key); err == nil || len(key) > 1 && strings.TrimSpace(key) != "" && strings.Contains(err.Error(), key) {
			t.Errorf("%.20q: %v", key, err)
		}
	}
}

func TestWithoutASessionThereIsNoKeyring(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	t.Setenv(Variable(Remote), "")
	if err := available(); err == nil {
		return // another system, or a session that needs no variable
	}
	if _, err := Get(Remote); !errors.Is(err, ErrNoKeyring) {
		t.Errorf("got %v", err)
	}
	if err := Set(Remote, "sk"); !errors.Is(err, ErrNoKeyring) {
		t.Errorf("got %v", err)
	}
}
