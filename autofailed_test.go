package overlap_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
)

// Calls that fail for what they ask say nothing of how many may be in flight, however many they are: that a round has more of them than
// another is chance.
func TestAutoOfInputsThatFail(t *testing.T) {
	for _, of100 := range []int{10, 33, 50, 80} {
		for seed := range uint64(3) {
			synctest.Test(t, func(t *testing.T) {
				overlap.SenseNothing(t)
				random := rand.New(rand.NewPCG(seed, uint64(of100)))
				fails := make([]bool, 4000)
				for i := range fails {
					fails[i] = random.IntN(100) < of100
				}
				task := overlap.Func(func(_ context.Context, i int) (int, error) {
					time.Sleep(20 * ms)
					if fails[i] {
						return 0, errors.New("there is no such page")
					}
					return 0, nil
				})
				var report overlap.AutoReport
				begun := time.Now()
				auto := overlap.Auto(overlap.Explain(func(r overlap.AutoReport) { report = r }))
				overlap.Map(t.Context(), auto, task, upTo(len(fails)), overlap.KeepGoing())
				if took := time.Since(begun); took > 160*ms || report.Class != overlap.IOBound {
					t.Errorf("%d of 100 fail: took %v, want at most 160 ms as where none does; called %v", of100, took, report.Class)
				}
			})
		}
	}
}

// A job whose calls all fail is looked at no more often than others.
func TestAutoHardlyLooksAtCallsThatAllFail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		overlap.SenseNothing(t)
		task := overlap.Func(func(_ context.Context, i int) (int, error) {
			time.Sleep(time.Duration(20+i%10) * ms)
			return 0, errors.New("no")
		})
		var report overlap.AutoReport
		auto := overlap.Auto(overlap.Explain(func(r overlap.AutoReport) { report = r }))
		overlap.Map(t.Context(), auto, task, upTo(20_000), overlap.KeepGoing())
		if report.Readings > 3000 {
			t.Errorf("20,000 calls: %d readings, want at most 3000", report.Readings)
		}
	})
}
