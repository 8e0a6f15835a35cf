package overlap_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
)

// lending runs calls on one slot, and lends the work to whoever waits for them, as executors of processes do.
type lending struct{ slots *overlap.Slots }

func (l lending) Start(job *overlap.Job) error {
	job.Serve(l.slots, func(w *overlap.Worker) {
		for {
			call, ok := w.Next()
			if !ok {
				return
			}
			late := int(time.Since(*call.Input().(*time.Time)))
			call.End(&late, overlap.Succeeded, nil)
		}
	})
	job.Lend()
	return nil
}

func (lending) String() string { return "lending" }

// A single call that somebody waits for in a way that cannot make it begins at once.
func TestCallThatIsWaitedForBeginsAtOnce(t *testing.T) {
	ways := map[string]func(context.Context, *overlap.Future[int]){
		"Wait with its own context": func(ctx context.Context, f *overlap.Future[int]) { _, _ = f.Wait(ctx) },
		"Wait with another context": func(ctx context.Context, f *overlap.Future[int]) { waitOtherwise(ctx, f) },
		"Done":                      func(_ context.Context, f *overlap.Future[int]) { <-f.Done() },
		"All":                       func(ctx context.Context, f *overlap.Future[int]) { _ = overlap.All(ctx, f) },
	}
	for name, wait := range ways {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := overlap.NewGroup(t.Context(), lending{overlap.NewSlots(1)})
				for range 3 { // also after the first, which sets the alarm up
					start := time.Now()
					f := overlap.Submit(g, now, start)
					wait(t.Context(), f)
					if late, err := f.Wait(t.Context()); err != nil || late != 0 {
						t.Errorf("began %v late, %v", time.Duration(late), err)
					}
				}
				if err := g.Wait(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func waitOtherwise(ctx context.Context, f *overlap.Future[int]) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	_, _ = f.Wait(ctx)
}

// now returns how late its call began, in nanoseconds: [lending] makes it.
var now = overlap.Func(func(context.Context, time.Time) (int, error) { panic("not made here") })
