package cluster

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"example.com/overlap"
)

// breaking is an executor of a worker on which things go wrong. It lends the work to whoever waits for a call, as worker
// processes do.
type breaking struct {
	slots   *overlap.Slots
	refusal error
	calls   atomic.Int64
}

func (b *breaking) Start(job *overlap.Job) error {
	if b.refusal != nil {
		return b.refusal
	}
	job.Serve(b.slots, func(w *overlap.Worker) {
		for {
			call, ok := w.Next()
			if !ok {
				return
			}
			if b.calls.Add(1) > 1 {
				call.End(new(any), overlap.Succeeded, nil)
				continue
			}
			call.End(nil, overlap.Failed, overlap.ErrGoexit)
			runtime.Goexit() // as the decoder of a type may
		}
	})
	job.Lend()
	return nil
}

func (*breaking) String() string { return "breaking" }

// A call that travels alone ends once, also when its value ends the goroutine that waits for it in the worker, and when the
// worker's executor refuses it. The worker makes the next one, whether it has been told how many to make at once or not.
func TestCallThatTravelsAloneEndsOnce(t *testing.T) {
	for name, slots := range map[string]int{"its goroutine ends": 1, "its turn's goroutine ends": 0, "it is refused": 1} {
		on := &breaking{slots: overlap.NewSlots(1)}
		if name == "it is refused" {
			on.refusal = errors.New("not today")
		}
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := honest()
				x, err := newExecutor(e, settings{})
				if err != nil {
					t.Fatal(err)
				}
				ctx, leave := context.WithCancel(context.Background())
				gone := make(chan error)
				go func() { gone <- serve(ctx, e, on, slots, settings{}) }()
				_, err = overlap.Do(t.Context(), x, double, 1)
				switch {
				case on.refusal != nil && (err == nil || !strings.Contains(err.Error(), on.refusal.Error())):
					t.Errorf("the error is %v", err)
				case on.refusal == nil && (!errors.Is(err, overlap.ErrGoexit) || on.calls.Load() != 1):
					t.Errorf("the error is %v, after %d calls", err, on.calls.Load())
				}
				if on.refusal == nil {
					if _, err = overlap.Do(t.Context(), x, double, 1); err != nil {
						t.Errorf("the next call: %v", err)
					}
				}
				leave()
				if err := <-gone; err != nil {
					t.Error(err)
				}
				x.Close()
			})
		})
	}
}
