package bench

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

func TestAReportSaysWhatIsMetAndWhatIsMissing(t *testing.T) {
	r := &Report{Machine: Machine{CPU: "Abacus", Cores: 2}}
	for _, f := range figures() {
		switch f.key {
		case "decode_over_bare":
			r.add(f, 0.991, "fast", nil)
		case "prefill_over_bare":
			r.add(f, 0.5, "slow", nil)
		case "growth_ratio":
			r.add(f, 2.5, "grows", nil)
		case "idle_cpu_percent":
			r.add(f, 0.04, "sleeps", nil)
		default:
			r.add(f, 0, "", errors.New("no sensor"))
		}
	}
	var table strings.Builder
	if err := r.Print(&table); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"0.991  ≥ 0.98 times", "met",
		"0.5    ≥ 0.98 times", "missed by 0.48",
		"2.5    ≤ 2 times", "missed by 0.5",
		"0.04   ≤ 0 %", "n/a", "not measured", "no sensor",
	} {
		if !strings.Contains(table.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, table.String())
		}
	}
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if got["decode_over_bare"] != 0.991 {
		t.Errorf("decode_over_bare is %v", got["decode_over_bare"])
	}
	for _, key := range []string{
		"decode_over_bandwidth", "reopen_speedup", "typed_decode_steps", "after_thinking_decode_steps",
		"background_ttft_ratio", "busy_over_default", "two_chats_over_one",
	} {
		if value, ok := got[key]; !ok || value != nil {
			t.Errorf("%s was not measured, but is %v (there: %v)", key, value, ok)
		}
	}
}

func TestAModelThatIsNotThereIsNotMeasured(t *testing.T) {
	_, err := Run(t.Context(), Options{Model: "nowhere.gguf"})
	if err == nil {
		t.Error("a model that is not there was measured")
	}
}

func TestProse(t *testing.T) {
	if a, b := prose(1, 50), prose(1, 50); a != b || len(strings.Fields(a)) != 50 {
		t.Errorf("50 words of one seed are %q and %q", a, b)
	}
	if a, b := prose(100, 5), prose(101, 5); a == b {
		t.Errorf("two seeds give the same words %q", a)
	}
}

func TestDigits(t *testing.T) {
	for x, want := range map[float64]string{0: "0", 0.5: "0.5", 0.98: "0.98", 1.2345: "1.234", 3: "3", 100: "100", 270.66: "270.7", -0.25: "-0.25"} {
		if got := digits(x); got != want {
			t.Errorf("%g is %q, want %q", x, got, want)
		}
	}
}
