package shelf

import (
	"errors"
	"io"
	"slices"
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
			err := s.Judge(t.Context(), offer, func(p Part) error {
				if seen = p.Beginning.(interface{ Size() int64 }).Size(); seen < tt.need {
					return io.ErrUnexpectedEOF
				}
				return nil
			}, func(parts []Part) error {
				if len(parts) != 1 || parts[0].Name != "Long-Q4_K_M.gguf" || parts[0].SizeBytes != int64(len(text)) {
					t.Errorf("the parts are %+v, want one of %d bytes", parts, len(text))
				}
				end := make([]byte, 3)
				if n, err := parts[0].Beginning.ReadAt(end, 5<<20); seen > 5<<20 && (n != 3 || string(end) != "END") {
					t.Errorf("the bytes are not in their places: %q, %v", end, err)
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

// TestASplitModelIsJudgedByAllItsParts: of the later ones a little is enough.
func TestASplitModelIsJudgedByAllItsParts(t *testing.T) {
	part := strings.Repeat("weights ", 1<<19)
	s, _ := open(t, map[string]string{
		"hub/some/Big-GGUF/Big-Q4_K_M-00001-of-00003.gguf": part, "hub/some/Big-GGUF/Big-Q4_K_M-00002-of-00003.gguf": part,
		"hub/some/Big-GGUF/Big-Q4_K_M-00003-of-00003.gguf": part + part,
	})
	offer, err := s.Offer(t.Context(), "some/Big-GGUF")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	var sizes []int64
	err = s.Judge(t.Context(), offer, func(p Part) error {
		if p.Beginning.(interface{ Size() int64 }).Size() == headerLater && strings.Contains(p.Name, "00003-of") {
			return io.ErrUnexpectedEOF // once
		}
		return nil
	}, func(parts []Part) error {
		for _, p := range parts {
			names, sizes = append(names, p.Name), append(sizes, p.Beginning.(interface{ Size() int64 }).Size())
			if want := int64(len(part)); p.SizeBytes != want && p.SizeBytes != 2*want {
				t.Errorf("%s has %d bytes", p.Name, p.SizeBytes)
			}
		}
		return nil
	})
	if want := []int64{headerFirst, headerLater, 2 * headerLater}; err != nil || !slices.Equal(sizes, want) || len(names) != 3 || !strings.Contains(names[2], "00003") {
		t.Errorf("%v: of %v came %v bytes, want %v", err, names, sizes, want)
	}
}
