package app

import (
	"fmt"
	"math"
	"reflect"
	"testing"

	"notso/app/config"
	"notso/app/webtest"
)

// TestEveryColourPairHasContrast holds the tokens to WCAG AA in every theme with
// every accent, whether the desktop asks for more contrast or not: 4.5:1 for text,
// 3:1 for what marks a control.
func TestEveryColourPairHasContrast(t *testing.T) {
	_, p := openCanned(t, webtest.NewBrowser(t), cannedPage(cannedEmpty()))
	surfaces := []string{"surface", "surface-raised", "surface-sunk", "surface-code"}
	texts := []string{"text", "text-soft", "accent", "bad", "warn", "good", "live"}
	code := []string{"violet", "cyan-deep", "blue", "green", "orange", "amber", "red", "ash"}
	read := func(tokens []string) map[string][]float64 {
		list := ""
		for _, token := range tokens {
			list += "'" + token + "',"
		}
		return webtest.Get[map[string][]float64](p, `(() => {
			const probe = document.body.appendChild(document.createElement('i'));
			const context = new OffscreenCanvas(1, 1).getContext('2d', {willReadFrequently: true});
			const colours = {};
			for (const token of [`+list+`]) {
				probe.style.color = 'var(--' + token + ')';
				context.clearRect(0, 0, 1, 1);
				context.fillStyle = getComputedStyle(probe).color;
				context.fillRect(0, 0, 1, 1);
				colours[token] = [...context.getImageData(0, 0, 1, 1).data];
			}
			probe.remove();
			return colours;
		})()`)
	}
	checked := 0
	for _, desktop := range []struct{ scheme, contrast string }{{"light", "no-preference"}, {"dark", "no-preference"}, {"light", "more"}, {"dark", "more"}} {
		p.Media("prefers-color-scheme", desktop.scheme, "prefers-contrast", desktop.contrast)
		for _, accent := range config.Accents() {
			themes := map[config.Theme]map[string][]float64{}
			for _, theme := range config.Themes() {
				p.Do(webtest.Script(fmt.Sprintf(`Object.assign(document.documentElement.dataset, {theme: %q, accent: %q})`, theme, accent)))
				all := append(append(append([]string{"edge", "accent-fill", "on-accent", "accent-veil"}, surfaces...), texts...), code...)
				colours := read(all)
				themes[theme] = colours
				need := func(least float64, on []float64, what, where string) {
					t.Helper()
					checked++
					if c := contrast(colours[what], on); c < least {
						t.Errorf("%s, %s, %s: --%s on --%s has contrast %.2f, want %.1f", theme, desktop, accent, what, where, c, least)
					}
				}
				for _, surface := range surfaces {
					for _, text := range texts {
						need(4.5, colours[surface], text, surface)
					}
					need(3, colours[surface], "edge", surface)
				}
				for _, ink := range code {
					need(4.5, colours["surface-code"], ink, "surface-code")
				}
				need(4.5, colours["accent-fill"], "on-accent", "accent-fill")
				need(4.5, over(colours["accent-veil"], colours["surface-raised"]), "accent", "accent-veil")
			}
			if same := reflect.DeepEqual(themes[config.ThemeSystem], themes[config.ThemeContrast]); same != (desktop.contrast == "more") {
				t.Errorf("%s, %s: the desktop's colours and those of the strongest contrast are the same: %v\n%v\n%v", desktop, accent, same, themes[config.ThemeSystem], themes[config.ThemeContrast])
			}
		}
	}
	if want := 4 * len(config.Themes()) * len(config.Accents()) * 42; checked != want {
		t.Errorf("%d pairs were checked, want %d", checked, want)
	}
}

// over is a colour with alpha laid over another.
func over(colour, below []float64) []float64 {
	alpha := colour[3] / 255
	mixed := make([]float64, 3)
	for i := range mixed {
		mixed[i] = colour[i]*alpha + below[i]*(1-alpha)
	}
	return mixed
}

// contrast is the contrast ratio of two colours by WCAG 2.2.
func contrast(a, b []float64) float64 {
	luminance := func(c []float64) float64 {
		linear := func(v float64) float64 {
			if v /= 255; v <= .04045 {
				return v / 12.92
			}
			return math.Pow((v+.055)/1.055, 2.4)
		}
		return .2126*linear(c[0]) + .7152*linear(c[1]) + .0722*linear(c[2])
	}
	x, y := luminance(a), luminance(b)
	return (max(x, y) + .05) / (min(x, y) + .05)
}
