package words

import "testing"

func TestAKeptSentenceIsSaidInTheLanguageOfToday(t *testing.T) {
	en, fr := In("en", ""), In("fr", "")
	for key, args := range map[string][]any{
		"error.interrupted": nil,
		"error.disk_full":   nil,
		"error.model_file":  {"tiny.gguf", "no reason that is known"},
		"error.too_long":    {"9000", "8192"},
		"device.gone":       nil,
	} {
		for _, from := range []Words{en, fr} {
			for _, to := range []Words{en, fr} {
				if got, want := to.Anew(from.Say(key, args...)), to.Say(key, args...); got != want {
					t.Errorf("%s from %s is said %q, want %q", key, from.Code(), got, want)
				}
			}
		}
	}
	if got := fr.Anew("cudaMalloc failed: 17"); got != "cudaMalloc failed: 17" {
		t.Errorf("what nobody here says becomes %q", got)
	}
}
