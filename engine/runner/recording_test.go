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
			m := mark{uint16(random.IntN(int(size))), size, uint16(1 + random.IntN(3))}
			n := 1 + random.IntN(int(size-m.row))
			for range 1 + random.IntN(3) {
				for i := range n {
					marks = append(marks, mark{m.row + uint16(i), m.size, m.threads})
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
	for _, run := range []struct{ n, row, size, times int }{{128, 0, 128, 3}, {44, 0, 44, 1}, {1, 0, 1, 57}, {1, 1, 2, 2}} {
		for range run.times {
			for i := range run.n {
				marks = append(marks, mark{uint16(run.row + i), uint16(run.size), 2})
			}
		}
	}
	if got, want := record(marks), engine.Batches("128@2*3 44@2 1@2*57 1+1/2@2*2"); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestWhatIsNoRecordingIsRefused(t *testing.T) {
	for _, text := range []engine.Batches{
		"x", "0@1", "-1@1", "5", "5@0", "5@2000", "900@1", "5+3/7@1", "5+0/900@1", "5@1*0", "5@1*-1", "5@1*x", "101@1", "1@1*101", "60@1 60@1", "5@1*99999999999",
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
