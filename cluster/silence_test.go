package cluster

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
)

// What is said of a worker that says nothing any more is what becomes of its calls.
func TestWhatSilenceMeans(t *testing.T) {
	for _, c := range []struct {
		says    string
		options []overlap.Option
	}{
		{"worker rack7/1 has said nothing for 5s: its calls are made again", nil},
		{"worker rack7/1 has said nothing for 5s: its calls that have not begun are made by others, and those that may have run fail",
			[]overlap.Option{overlap.AtMostOnce()}},
	} {
		synctest.Test(t, func(t *testing.T) {
			var said notes
			x, err := newExecutor(newFake(nil), settings{notices: said.add})
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				_, _ = overlap.Map(ctx, x, double, []int{1}, c.options...)
			}()
			x.hearWorker((&workerInfo{id: "w", name: "rack7/1", slots: 1, tasks: []mark{markOf(double)}}).append(nil))
			time.Sleep(10 * time.Second)
			said.want(t, "worker rack7/1 has joined: it makes one call at once", 1)
			said.want(t, c.says, 1)
			cancel()
			<-ended
			x.Close()
			time.Sleep(time.Minute)
		})
	}
}
