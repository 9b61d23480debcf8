package shelf

import (
	"errors"
	"io"
	"strings"
	"testing"
)

func TestAModelIsJudgedByItsBeginning(t *testing.T) {
	text := strings.Repeat("x", 5<<20) + "END" + strings.Repeat("weights ", 3<<20)
	s, root := open(t, map[string]string{"hub/some/Long-GGUF/Long-Q4_K_M.gguf": text})
	offer, err := s.Offer(t.Context(), "some/Long-GGUF")
	if err != nil {
		t.Fatal(err)
	}
	errBad := errors.New("it is no model")
	for _, tt := range []struct {
		name     string
		need     int64 // bytes that the judge wants
		verdict  error
		want     error
		wantSeen int64 // bytes at the last look
	}{
		{name: "by two megabytes", need: 1 << 20, wantSeen: 2 << 20},
		{name: "by more where that is not enough", need: 5<<20 + 3, wantSeen: 8 << 20},
		{name: "and refused", need: 1 << 20, verdict: errBad, want: errBad, wantSeen: 2 << 20},
		{name: "never by more than sixteen", need: 17 << 20, want: ErrHeader, wantSeen: 16 << 20},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var seen int64
			err := s.Judge(t.Context(), offer.Requests[0], func(name string, beginning io.ReaderAt, size int64) error {
				seen = beginning.(interface{ Size() int64 }).Size()
				if name != "Long-Q4_K_M.gguf" || size != int64(len(text)) {
					t.Errorf("%s has %d bytes, want %d", name, size, len(text))
				}
				if seen < tt.need {
					return io.ErrUnexpectedEOF
				}
				part := make([]byte, 3)
				if n, err := beginning.ReadAt(part, 5<<20); seen > 5<<20 && (n != 3 || string(part) != "END") {
					t.Errorf("the bytes are not in their places: %q, %v", part, err)
				}
				return tt.verdict
			})
			if !errors.Is(err, tt.want) || seen != tt.wantSeen {
				t.Errorf("%v after %d bytes, want %v after %d", err, seen, tt.want, tt.wantSeen)
			}
		})
	}
	if !gone(root + "/models/Long-Q4_K_M.gguf") {
		t.Error("a file was kept")
	}
}
