package overlap

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// Under Spacing two starts are never closer than it says, also when the one before was late; a Rate catches that up.
func TestSpacingCatchesNothingUp(t *testing.T) {
	for _, c := range []struct {
		limit *RateLimit
		least time.Duration
	}{{Spacing(10 * time.Millisecond), 10 * time.Millisecond}, {Rate(1, 10*time.Millisecond), 5 * time.Millisecond}} {
		for name, option := range map[string]Option{
			"a job": c.limit, "a key": PerKey(func(time.Duration) string { return "" }, c.limit),
		} {
			synctest.Test(t, func(t *testing.T) {
				var starts []time.Time
				task := Func(func(_ context.Context, d time.Duration) (int, error) {
					starts = append(starts, time.Now())
					time.Sleep(d)
					return 0, nil
				})
				in := []time.Duration{15 * time.Millisecond, 0, 0}
				if _, err := Map(t.Context(), Pool(1), task, in, option); err != nil {
					t.Error(err)
				}
				if between := starts[2].Sub(starts[1]); between != c.least {
					t.Errorf("%s, %v: after a start that was 5 ms late, the next was %v later, want %v",
						name, c.limit, between, c.least)
				}
				time.Sleep(time.Second)
			})
		}
	}
}
