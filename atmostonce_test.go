package overlap

import (
	"context"
	"errors"
	"testing"
)

// asks makes calls on goroutines of its own and notes what they say of being made twice; each then fails as one whose
// worker died.
type asks struct{ idempotent, atMostOnce []bool }

func (a *asks) Start(job *Job) error {
	job.Go(func(w *Worker) {
		for {
			call, ok := w.Next()
			if !ok {
				return
			}
			a.idempotent = append(a.idempotent, call.Idempotent())
			a.atMostOnce = append(a.atMostOnce, call.AtMostOnce())
			call.End(nil, WorkerDied, errors.New("gone"))
		}
	})
	return nil
}

func (*asks) String() string { return "asks" }

// A job's or a task's AtMostOnce wins over Idempotent, so that no call whose worker died is made again.
func TestAtMostOnceOverridesIdempotent(t *testing.T) {
	id := func(_ context.Context, n int) (int, error) { return n, nil }
	for name, c := range map[string]struct {
		task     []TaskOption
		job      []Option
		attempts int
	}{
		"idempotent": {[]TaskOption{Idempotent()}, nil, 3},
		"job":        {[]TaskOption{Idempotent()}, []Option{AtMostOnce()}, 1},
		"task":       {[]TaskOption{Idempotent(), AtMostOnce()}, nil, 1},
		"neither":    {nil, nil, 1},
	} {
		t.Run(name, func(t *testing.T) {
			a := &asks{}
			if _, err := Map(t.Context(), a, Func(id, c.task...), []int{1}, append(c.job, RetryPolicy{Extra: 2, Base: 1})...); err == nil {
				t.Error("there is no error")
			}
			if len(a.idempotent) != c.attempts {
				t.Errorf("%d attempts, want %d", len(a.idempotent), c.attempts)
			}
			if a.idempotent[0] != (name == "idempotent") || a.atMostOnce[0] != (name == "job" || name == "task") {
				t.Errorf("the call says idempotent: %v, at most once: %v", a.idempotent[0], a.atMostOnce[0])
			}
		})
	}
}
