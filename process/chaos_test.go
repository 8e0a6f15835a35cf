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

// TestChaos makes many calls while a random worker gets SIGKILL every 20 ms.
func TestChaos(t *testing.T) {
	nothingLeft(t)
	calls := 500_000
	if raceDetector || testing.Short() {
		calls = 100_000
	}
	p := New(2, Silent())
	defer p.Close()
	ready(t, p, 3)
	run := func() time.Duration {
		started := time.Now()
		ended := make([]uint8, calls)
		retry := overlap.RetryPolicy{Extra: 100, Base: time.Microsecond}
		within(t, "chaos", func() {
			for r := range overlap.Stream(context.Background(), p, again, slices.Values(numbers(calls)), overlap.Window(4096), retry) {
				if r.Err != nil || r.Value != 2*r.Index {
					t.Errorf("call %d: %d, %v", r.Index, r.Value, r.Err)
					break
				}
				ended[r.Index]++
			}
		})
		if i := slices.IndexFunc(ended, func(n uint8) bool { return n != 1 }); i >= 0 {
			t.Errorf("call %d ended %d times", i, ended[i])
		}
		return time.Since(started)
	}
	calm := run()
	stop, stopped := make(chan struct{}), make(chan int)
	go func() {
		killed := 0
		every := time.NewTicker(20 * time.Millisecond)
		defer every.Stop()
		for {
			select {
			case <-stop:
				stopped <- killed
				return
			case <-every.C:
				if pids := children(); len(pids) > 0 && syscall.Kill(pids[rand.IntN(len(pids))], syscall.SIGKILL) == nil {
					killed++
				}
			}
		}
	}()
	chaos := run()
	close(stop)
	t.Logf("%d calls: %v undisturbed, %v with %d kills", calls, calm, chaos, <-stopped)
}
