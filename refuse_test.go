package overlap

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
)

// refusing is a pool that makes a few calls of each job, and then no more.
type refusing struct {
	slots *Slots
	makes int
	err   error
}

func (r refusing) Start(job *Job) error {
	made := 0
	job.Serve(r.slots, func(w *Worker) {
		for {
			c, ok := w.Next()
			if !ok {
				return
			}
			if made++; made <= r.makes {
				w.Run(c)
				continue
			}
			job.Refuse(r.err)
			c.Requeue()
		}
	})
	return nil
}

func (refusing) String() string { return "refusing" }

// An executor that can make no more calls of a job ends it: what has been made counts, and the error is the executor's.
func TestExecutorRefusesAJobThatItHasBegun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refusal := errors.New("there is nobody for it")
		x := refusing{NewSlots(1), 3, refusal}
		id := Func(func(_ context.Context, i int) (int, error) { return i, nil })
		drain, stop := context.WithCancel(t.Context())
		defer stop()
		for _, options := range [][]Option{nil, {KeepGoing()}, {KeepGoing(), Drain(drain)}} {
			_, err := Map(t.Context(), x, id, make([]int, 100), options...)
			job, ok := errors.AsType[*JobError](err)
			if !ok || !errors.Is(err, refusal) || len(job.Failed) > 0 {
				t.Errorf("Map: %v", err)
			}
			made, left := 0, 0
			var last Result[int, int]
			for r := range Stream(t.Context(), x, id, func(yield func(int) bool) {
				for i := 0; i < 100 && yield(i); i++ {
				}
			}, options[min(1, len(options)):]...) {
				switch last = r; r.Outcome {
				case Succeeded:
					made++
				case NeverStarted:
					left++
				}
			}
			if made != 3 || left == 0 || last.Index != -1 || !errors.Is(last.Err, refusal) {
				t.Errorf("Stream: %d calls were made, %d not, and the last result is %+v", made, left, last)
			}
			group := NewGroup(t.Context(), x, options...)
			for i := range 10 {
				Submit(group, id, i)
			}
			if err := group.Wait(); !errors.Is(err, refusal) {
				t.Errorf("Group: %v", err)
			}
		}
	})
}
