package cluster

import (
	"errors"
	"testing"
	"time"

	"example.com/overlap"
)

// Close ends the calls that are under way, and those that have not begun, whenever it comes.
func TestCloseEndsCalls(t *testing.T) {
	for _, rest := range []time.Duration{0, 5 * time.Millisecond, 15 * time.Millisecond} {
		for _, workers := range []int{0, 1} {
			onFake(t, honest, workers, func(t *testing.T, x *Executor) {
				failed := make(chan error, 1)
				go func() {
					_, err := overlap.Map(t.Context(), x, naps, []time.Duration{time.Hour, time.Hour, time.Hour}, overlap.KeepGoing())
					failed <- err
				}()
				time.Sleep(10*time.Second + rest)
				if err := x.Close(); err != nil {
					t.Error(err)
				}
				select {
				case err := <-failed:
					if !errors.Is(err, ErrClosed) {
						t.Errorf("got %v, want %v", err, ErrClosed)
					}
				case <-time.After(time.Minute):
					t.Fatalf("Close %v after a tick, with %d workers: the calls have not ended", rest, workers)
				}
			})
		}
	}
}
