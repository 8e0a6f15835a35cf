package live

import (
	"testing"
	"testing/synctest"
	"time"
)

// Of workers whose calls are counted it is said how many they make in a second, also of two of one name.
func TestWorkersThatAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		now := func() int64 { return int64(time.Since(begun) / time.Second) }
		left := false
		job := New(About{Workers: func() []Worker {
			all := []Worker{
				{ID: "1", Name: "m/1", Counted: true, Runs: "a task, 2 calls at once", Made: 40 * now()},
				{ID: "2", Name: "m/1", Counted: true, Runs: "no calls of this job"},
				{PID: 1 << 30},
			}
			if left {
				return all[:1]
			}
			for range mostWorkers {
				all = append(all, Worker{PID: 1 << 30})
			}
			return all
		}}, noCalls)
		var at cursor
		look := func() (rows []workerRow, more int) {
			for range 20 { // two seconds
				time.Sleep(tick)
				job.tick()
			}
			e, _ := job.next(&at)
			return e.Workers, e.More
		}
		look()
		rows, more := look()
		first, second, third := rows[1], rows[2], rows[3]
		if first.Name != "m/1" || first.Calls.Runs != "a task, 2 calls at once" || first.Calls.Made < 120 || first.Calls.Rate != 40 {
			t.Errorf("of a worker it says %+v, %+v", first, *first.Calls)
		}
		if second.Calls.Rate != 0 || second.Calls.Made != 0 || third.Calls != nil {
			t.Errorf("of others it says %+v, %+v", second, third)
		}
		if len(rows) != 1+mostWorkers || more != 3 {
			t.Errorf("%d are listed, and %d more", len(rows), more)
		}
		left = true
		if rows, more = look(); len(rows) != 2 || more != 0 || len(job.workers.made) != 1 {
			t.Errorf("when they have left, %d are listed and %d more, and %d are remembered", len(rows), more, len(job.workers.made))
		}
	})
}
