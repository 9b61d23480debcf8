package spelling

import (
	"slices"
	"testing"
)

func TestNear(t *testing.T) {
	names := []string{"new", "clear", "reset", "export", "thinking", "temp", "theme", "model", "help"}
	tests := []struct {
		name string
		word string
		want []string
	}{
		{"a beginning", "th", []string{"thinking", "theme"}},
		{"a missing letter", "thinkng", []string{"thinking"}},
		{"a letter too many", "modell", []string{"model"}},
		{"a wrong letter", "halp", []string{"help"}},
		{"two swapped letters", "cler", []string{"clear"}},
		{"two swapped neighbours", "rseet", []string{"reset"}},
		{"the nearest comes first", "temq", []string{"temp"}},
		{"case does not count", "EXPROT", []string{"export"}},
		{"a short word is near to nothing", "ab", nil},
		{"another word", "banana", nil},
		{"nothing", "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Near(tt.word, names); !slices.Equal(got, tt.want) {
				t.Errorf("near to %q is %q, want %q", tt.word, got, tt.want)
			}
		})
	}
}
