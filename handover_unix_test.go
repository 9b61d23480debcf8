//go:build unix

package main

import (
	"errors"
	"os"
	"os/signal"
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
	t.Run("a window that is only just coming answers, too", func(t *testing.T) {
		lost, answered := make(chan os.Signal, 1), make(chan error, 1)
		signal.Notify(lost, raise)
		go func() { answered <- handOver(os.Getpid(), lock, time.Minute) }()
		<-lost
		defer onHandOver(lock, func() {})()
		signal.Stop(lost)
		if err := <-answered; err != nil {
			t.Errorf("the window did not answer: %v", err)
		}
	})
	t.Run("a program without a window lives on and does not answer", func(t *testing.T) {
		if err := handOver(os.Getpid(), lock, 50*time.Millisecond); !errors.Is(err, errNoAnswer) {
			t.Errorf("got %v, want %v", err, errNoAnswer)
		}
	})
}
