package runner

import (
	"math/rand/v2"
	"slices"
	"testing"

	"notso/engine"
)

func TestARecordingReadsBack(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		var marks []mark
		for range random.IntN(12) {
			size := uint16(1 + random.IntN(140))
			m := mark{row: uint16(random.IntN(int(size))), size: size, threads: uint16(1 + random.IntN(3))}
			if random.IntN(3) == 0 {
				size = uint16(2 + random.IntN(maxGuessesGPU))
				m = mark{size: size, threads: m.threads, guessed: true}
			}
			n := 1 + random.IntN(int(size-m.row))
			for range 1 + random.IntN(3) {
				for i := range n {
					next := m
					next.row += uint16(i)
					marks = append(marks, next)
				}
			}
		}
		text := record(marks)
		if got, err := recorded(text, maxBatch, len(marks)); err != nil || !slices.Equal(got, marks) {
			t.Fatalf("%v\nwas recorded as %q\nand read back as %v, %v", marks, text, got, err)
		}
		got, state, err := splitMarks(withMarks(marks, []byte("state")), len(marks))
		if err != nil || !slices.Equal(got, marks) || string(state) != "state" {
			t.Fatalf("%q beside a state: %v, %q, %v", text, got, state, err)
		}
	}
}

func TestARecordingIsShort(t *testing.T) {
	var marks []mark
	for _, run := range []struct {
		n, row, size, times int
		guessed             bool
	}{{128, 0, 128, 3, false}, {44, 0, 44, 1, false}, {1, 0, 1, 57, false}, {1, 1, 2, 2, false}, {3, 0, 5, 2, true}, {5, 0, 5, 1, true}} {
		for range run.times {
			for i := range run.n {
				marks = append(marks, mark{uint16(run.row + i), uint16(run.size), 2, run.guessed})
			}
		}
	}
	if got, want := record(marks), engine.Batches("128@2*3 44@2 1@2*57 1+1/2@2*2 3~5@2*2 5~5@2"); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestWhatIsNoRecordingIsRefused(t *testing.T) {
	for _, text := range []engine.Batches{
		"x", "0@1", "-1@1", "5", "5@0", "5@2000", "900@1", "5+3/7@1", "5+0/900@1", "5@1*0", "5@1*-1", "5@1*x", "101@1", "1@1*101", "60@1 60@1", "5@1*99999999999", "3~2@1", "0~4@1", "2~100@1", "2~4",
	} {
		if marks, err := recorded(text, maxBatch, 100); err == nil {
			t.Errorf("%q was read as %v", text, marks)
		}
	}
	for _, data := range []string{"", "abc", "\x09\x00\x00\x00abc", "\xff\xff\xff\xffabc"} {
		if _, _, err := splitMarks([]byte(data), 3); err == nil {
			t.Errorf("%q was taken for marks and a state", data)
		}
	}
}
