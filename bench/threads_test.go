package bench

import "testing"

func TestTokensAreCountedByTheThreadsThatWroteThem(t *testing.T) {
	c := threadCounts{}
	c.add("128@2*3 44@1 1@2*57 1@1*19 1+1/2@1*5 1@2")
	c.add("1@2*18 1@1")
	if c[2] != 76 || c[1] != 20 || c.fewer() != 20.0/96 {
		t.Errorf("%v, %.2f by fewer", c, c.fewer())
	}
	if share := (threadCounts{}).fewer(); share != 0 {
		t.Errorf("of nothing %.2f were written by fewer", share)
	}
}
