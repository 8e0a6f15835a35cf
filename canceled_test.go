package overlap

import (
	"context"
	"testing"
	"time"
)

// A call that is canceled while it waits for another attempt is not made again once its group is over: what handed it out then never
// ended, and took a core.
func TestCanceledBetweenAttemptsWhenAllHaveEnded(t *testing.T) {
	fails := Func(func(context.Context, int) (int, error) { return 0, errAgain })
	for _, executor := range ours()[1:] { // on Sync, Submit returns when the call has ended
		t.Run(executor.String(), func(t *testing.T) {
			waits := make(chan struct{}, 1)
			g := NewGroup(t.Context(), executor, RetryPolicy{Extra: 1, Base: time.Hour}, KeepGoing(), Observe(func(_ int, events []Event) {
				for _, e := range events {
					if e.Kind == EventRetried {
						waits <- struct{}{}
					}
				}
			}))
			f := Submit(g, fails, 1)
			<-waits
			f.Cancel()
			if err := g.Wait(); err != nil {
				t.Fatal(err)
			}
			j := &g.job.Job
			j.mu.Lock()
			if n := len(j.sleeping) + len(j.requeued) + int(j.requeuedCount.Load()); n > 0 {
				t.Errorf("%d calls wait", n)
			}
			j.sleeping = []waitingCall{{Call: Call{future: f.base()}}} // as when its wait was over at that moment
			j.mu.Unlock()
			due := make(chan struct{})
			go func() { defer close(due); j.requeueDue() }()
			select {
			case <-due:
			case <-time.After(10 * time.Second):
				t.Fatal("it is handed out for ever")
			}
		})
	}
}
