package cli

import "testing"

func TestSplitLevel(t *testing.T) {
	for name, want := range map[string]struct {
		strategy string
		atOnce   int
	}{"pool": {"pool", 0}, "pool(8)": {"pool", 8}, leveled("async", 64): {"async", 64}} {
		strategy, atOnce, err := splitLevel(name)
		if err != nil || strategy != want.strategy || atOnce != want.atOnce {
			t.Errorf("%s: %s, %d, %v", name, strategy, atOnce, err)
		}
	}
	for _, bad := range []string{"pool(", "pool(8", "pool(0)", "pool(-1)", "pool(x)", "pool(8)x", "sync(2)", "loop(2)"} {
		if _, _, err := splitLevel(bad); err == nil {
			t.Errorf("%s is a strategy", bad)
		}
	}
}
