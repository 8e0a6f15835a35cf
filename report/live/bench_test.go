package live

import (
	"encoding/json"
	"testing"
	"time"

	"example.com/overlap"
)

// What a tick costs, of which there are ten a second, and an event for each who looks.
func BenchmarkTick(b *testing.B) {
	for _, calls := range []int{0, 200, 100_000} {
		job := newBusy()
		b.Run(time.Duration(calls).String()+" calls", func(b *testing.B) {
			var c cursor
			for b.Loop() {
				b.StopTimer()
				for i := range calls {
					job.Ended(i%8, i, time.Duration(i), time.Duration(i+1000), false)
				}
				job.calls.Ended += int64(calls)
				b.StartTimer()
				job.tick()
				e, _ := job.next(&c)
				if _, err := json.Marshal(e); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// What a call costs that ends, and one that starts and is watched.
func BenchmarkCall(b *testing.B) {
	b.Run("ends", func(b *testing.B) {
		job := newBusy()
		job.every.Store(1 << 40)
		for b.Loop() {
			job.Ended(1, 1, 0, 1000, false)
		}
	})
	b.Run("is watched", func(b *testing.B) {
		job := newBusy()
		events := []overlap.Event{{Kind: overlap.EventStarted}, {Kind: overlap.EventFinished}}
		for b.Loop() {
			job.observe(1, events)
		}
	})
}
