//go:build unix

package main

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestHandOver(t *testing.T) {
	lock := filepath.Join(t.TempDir(), "lock")
	if err := os.WriteFile(lock, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Run("a window answers and is shown", func(t *testing.T) {
		shown := make(chan bool, 1)
		stop := onHandOver(lock, func() { shown <- true })
		defer stop()
		if err := handOver(os.Getpid(), lock, time.Minute); err != nil {
			t.Fatalf("the window did not answer: %v", err)
		}
		<-shown
	})
	t.Run("a program without a window lives on and does not answer", func(t *testing.T) {
		if err := handOver(os.Getpid(), lock, 50*time.Millisecond); !errors.Is(err, errNoAnswer) {
			t.Errorf("got %v, want %v", err, errNoAnswer)
		}
	})
}
