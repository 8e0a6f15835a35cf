package timespan

import (
	"testing"
	"time"
)

// A plain number is seconds, and anything else is what Go reads as a duration.
func TestTimespan(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"10": 10 * time.Second, "0": 0, ".5": 500 * time.Millisecond, "1e-3": time.Millisecond,
		"250ms": 250 * time.Millisecond,
		"1m30s": 90 * time.Second, "-1": -time.Second,
	} {
		var got Span
		if err := got.Set(text); err != nil || time.Duration(got) != want {
			t.Errorf("%q is %v, %v: want %v", text, time.Duration(got), err, want)
		}
	}
	for _, text := range []string{"", "x", "NaN", "Inf", "10 s", "9223372037", "1e300"} {
		var got Span
		if err := got.Set(text); err == nil {
			t.Errorf("%q is %v: want an error", text, time.Duration(got))
		}
	}
}
