//go:build linux

package process

import (
	"context"
	"math/rand/v2"
	"slices"
	"syscall"
	"testing"
	"time"

	"example.com/overlap"
)

// TestChaos makes many calls while a random worker gets SIGKILL again and again. The kills follow the calls rather than a
// clock, since on a slow machine a worker can take longer to start than the clock would leave it.
func TestChaos(t *testing.T) {
	nothingLeft(t)
	calls, kills := 500_000, 50
	if raceDetector || testing.Short() {
		calls, kills = 50_000, 20
	}
	p := New(2, Silent())
	defer p.Close()
	ready(t, p, 3)
	run := func(kills int) time.Duration {
		started := time.Now()
		ended := make([]uint8, calls)
		retry := overlap.RetryPolicy{Extra: 100, Base: time.Microsecond}
		results, killed := 0, 0
		within(t, "chaos", func() {
			in := slices.Values(numbers(calls))
			for r := range overlap.Stream(context.Background(), p, again, in, overlap.Window(4096), retry) {
				if r.Err != nil || r.Value != 2*r.Index {
					t.Errorf("call %d: %d, %v", r.Index, r.Value, r.Err)
					break
				}
				ended[r.Index]++
				if results++; kills > 0 && results%(calls/kills) == 0 {
					if pids := children(); len(pids) > 0 && syscall.Kill(pids[rand.IntN(len(pids))], syscall.SIGKILL) == nil {
						killed++
					}
				}
			}
		})
		if i := slices.IndexFunc(ended, func(n uint8) bool { return n != 1 }); i >= 0 {
			t.Errorf("call %d ended %d times", i, ended[i])
		}
		if killed < kills/2 {
			t.Errorf("only %d workers were killed", killed)
		}
		return time.Since(started)
	}
	t.Logf("%d calls: %v undisturbed, %v with %d kills", calls, run(0), run(kills), kills)
}
