package overlap

import (
	"context"
	"runtime"
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

// A call that was canceled, and has then been given its key, gives it back if its group is over before it is handed out.
func TestCanceledCallsGiveTheirKeysBackWhenAllHaveEnded(t *testing.T) {
	id := Func(func(_ context.Context, i int) (int, error) { return i, nil })
	g := NewGroup(t.Context(), Pool(1), PerKey(func(int) string { return "one" }, AtOnce(1)))
	f := Submit(g, id, 1)
	<-f.Done()
	j, c := &g.job.Job, Call{future: f.base()}
	for j.keys().holds(c) { // its worker is about to give it back
		runtime.Gosched()
	}
	if !j.keys().enter(c, ending{}, true) {
		t.Fatal("the key is not free")
	}
	j.mu.Lock()
	j.requeued = append(j.requeued, waitingCall{Call: c})
	j.requeuedCount.Add(1)
	j.mu.Unlock()
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	if j.keys().holds(c) {
		t.Error("the key is lost")
	}
}
