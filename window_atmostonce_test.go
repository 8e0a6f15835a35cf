package overlap_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	. "example.com/overlap"
)

// Of calls that are to be made at most once, no more inputs are drawn than can run at once: whoever keeps notes of them could
// not tell later which of them had begun.
func TestAtMostOnceDrawsNoneAhead(t *testing.T) {
	for name, c := range map[string]struct {
		options []Option
		most    int64 // inputs that are drawn while three calls run
	}{
		"at most once":            {[]Option{AtMostOnce()}, 3},
		"and in their order":      {[]Option{AtMostOnce(), Ordered()}, 64},
		"and with other attempts": {[]Option{AtMostOnce(), RetryPolicy{Extra: 1}}, 64},
		"and a window":            {[]Option{AtMostOnce(), Window(10)}, 10},
		"otherwise":               {nil, 64},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var drawn atomic.Int64
				inputs := func(yield func(int) bool) {
					for n := range 100 {
						if drawn.Add(1); !yield(n) {
							return
						}
					}
				}
				nap := Func(func(context.Context, int) (int, error) { time.Sleep(time.Second); return 0, nil })
				most := make(chan int64, 1)
				time.AfterFunc(time.Second/2, func() { most <- drawn.Load() })
				ended := 0
				for range Stream(t.Context(), Pool(3), nap, inputs, c.options...) {
					ended++
				}
				if n := <-most; ended != 100 || n != c.most {
					t.Errorf("%d calls ended, and %d inputs were drawn while three ran, want %d", ended, n, c.most)
				}
			})
		})
	}
}
