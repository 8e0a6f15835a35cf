package cluster

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
)

// Where an engine comes back with other keys, a job that has no way to it any more ends and says so, and so does whoever
// watches a job there. The key of the engine's certificate is another one then as well, where it has any.
func TestEngineThatIsStartedAgainWithOtherKeys(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	for name, address := range map[string]func(*testing.T) string{
		"loopback": func(*testing.T) string { return "127.0.0.1:0" },
		"TLS":      outward,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			first, at := newEngine(t, Listen(address(t)), Keys(filepath.Join(folder, "first.json")))
			x, watcher := connected(t, first.Submit()), connected(t, first.Submit())
			offered, err := x.Offer(func() Job { return Job{} }, func(string) error { return nil })
			if err != nil {
				t.Fatal(err)
			}
			seen, watched := make(chan struct{}, 1), make(chan error, 1)
			go func() {
				_, err := watcher.Watch(t.Context(), offered.ID(), func(Job, error) {
					select {
					case seen <- struct{}{}:
					default:
					}
				})
				watched <- err
			}()
			<-seen
			ended := make(chan error, 1)
			go func() {
				_, err := overlap.Map(t.Context(), x, double, numbers(3)) // no worker is there
				ended <- err
			}()
			eventually(t, "the job has begun", x.busy)
			if err := first.Close(); err != nil {
				t.Fatal(err)
			}
			newEngine(t, Listen(at), Keys(filepath.Join(folder, "second.json")))
			if err := <-ended; !errors.Is(err, errShutOut) {
				t.Errorf("the job ends with %v", err)
			}
			if err := <-watched; !errors.Is(err, errShutOut) {
				t.Errorf("who watches a job is told %v", err)
			}
			if _, err := overlap.Map(t.Context(), x, double, numbers(3)); !errors.Is(err, errShutOut) {
				t.Errorf("another job ends with %v", err)
			}
			if err := x.Ready(t.Context()); !errors.Is(err, errShutOut) {
				t.Errorf("whoever waits for a worker is told %v", err)
			}
		})
	}
}

// A call that a worker has then is canceled, so that a run that goes on makes it again; one that waits never starts. One that
// is to be made at most once may have run.
func TestCallsOfWhoIsShutOut(t *testing.T) {
	for name, c := range map[string]struct {
		options []overlap.Option
		want    map[overlap.Outcome]int
	}{
		"as often as it takes": {want: map[overlap.Outcome]int{overlap.Canceled: 2}},
		"at most once":         {[]overlap.Option{overlap.AtMostOnce()}, map[overlap.Outcome]int{overlap.WorkerDied: 2}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := newFake(nil)
				x, err := newExecutor(e, settings{})
				if err != nil {
					t.Fatal(err)
				}
				ctx, leave := context.WithCancel(t.Context())
				gone := make(chan error, 1)
				go func() { gone <- serve(ctx, e, overlap.Pool(2), 2, settings{tasks: []overlap.AnyTask{naps}}) }()
				time.AfterFunc(3*time.Second, func() {
					e.mu.Lock()
					defer e.mu.Unlock()
					e.away, e.shut = true, errShutOut
				})
				start, got := time.Now(), map[overlap.Outcome]int{}
				for r := range overlap.Stream(t.Context(), x, naps, func(yield func(time.Duration) bool) {
					for range 10 {
						if !yield(time.Minute) {
							return
						}
					}
				}, c.options...) {
					if !errors.Is(r.Err, errShutOut) {
						t.Errorf("%v: %v", r.Outcome, r.Err)
					}
					if r.Outcome != overlap.NeverStarted {
						got[r.Outcome]++
					}
				}
				if took := time.Since(start); took > 2*silence {
					t.Errorf("it took %v", took)
				}
				for o, want := range c.want {
					if got[o] != want || len(got) != 1 {
						t.Errorf("the outcomes are %v, want %v", got, c.want)
					}
				}
				leave()
				<-gone
				x.Close()
				time.Sleep(10 * time.Minute)
			})
		})
	}
}
