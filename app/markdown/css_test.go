package markdown

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/alecthomas/chroma/v2"
)

// luminance is the relative luminance of a colour, by WCAG 2.2.
func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	n, err := strconv.ParseUint(strings.TrimPrefix(colour, "#"), 16, 24)
	if err != nil {
		t.Fatal(err)
	}
	linear := func(shift uint) float64 {
		c := float64(n>>shift&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(16) + 0.7152*linear(8) + 0.0722*linear(0)
}

func TestCodeIsLegibleInBothThemes(t *testing.T) {
	contrast := func(a, b string) float64 {
		x, y := luminance(t, a), luminance(t, b)
		return (max(x, y) + 0.05) / (min(x, y) + 0.05)
	}
	for _, m := range marks() {
		for _, background := range []string{"#ffffff", "#dfe4ec"} {
			if c := contrast(m.light, background); c < 4.5 {
				t.Errorf("%s: %s on %s has contrast %.2f, want 4.5", m.class, m.light, background, c)
			}
		}
		for _, background := range []string{"#000000", "#2a2f3a"} {
			if c := contrast(m.dark, background); c < 4.5 {
				t.Errorf("%s: %s on %s has contrast %.2f, want 4.5", m.class, m.dark, background, c)
			}
		}
	}
}

func TestEveryMarkHasARule(t *testing.T) {
	for _, theme := range []Theme{Light, Dark} {
		var css strings.Builder
		if err := CSS(&css, theme); err != nil {
			t.Fatal(err)
		}
		for kind := range chroma.StandardTypes {
			if class := class(kind); class != "" && !strings.Contains(css.String(), ".hl-"+class+" ") {
				t.Errorf("%s is marked as %s, which has no rule", kind, class)
			}
		}
	}
}
