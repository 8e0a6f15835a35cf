package cluster

import (
	"errors"
	"testing"
	"time"
)

func TestJobsAreSeenAndObey(t *testing.T) {
	onFake(t, func() *fake { return newFake(nil) }, 0, func(t *testing.T, x *Executor) {
		var obeys []string
		stop, err := x.Offer(
			func() Job { return Job{Name: "primes", Ended: 3, Total: 10, Began: time.Now()} },
			func(order string) error {
				if order == "dance" {
					return errors.New("it cannot dance")
				}
				obeys = append(obeys, order)
				return nil
			})
		if err != nil {
			t.Fatal(err)
		}
		other, err := newExecutor(x.engine, settings{})
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		jobs, err := other.Jobs(t.Context(), time.Second)
		if err != nil || len(jobs) != 1 || jobs[0].Name != "primes" || jobs[0].Ended != 3 || jobs[0].ID == "" || jobs[0].From == "" {
			t.Fatalf("%+v, %v", jobs, err)
		}
		if err := other.OrderJob(t.Context(), jobs[0].ID, PauseJob); err != nil || len(obeys) != 1 || obeys[0] != PauseJob {
			t.Errorf("%v, %v", obeys, err)
		}
		if err := other.OrderJob(t.Context(), jobs[0].ID, "dance"); err == nil || err.Error() != "it cannot dance" {
			t.Errorf("an order that is refused: %v", err)
		}
		stop()
		if jobs, err := other.Jobs(t.Context(), time.Second); err != nil || len(jobs) != 0 {
			t.Errorf("after its end: %+v, %v", jobs, err)
		}
		for _, id := range []string{"", "*", "a.b", "0123"} {
			if err := other.OrderJob(t.Context(), id, PauseJob); !errors.Is(err, ErrNoJob) {
				t.Errorf("job %q: %v", id, err)
			}
		}
	})
}
