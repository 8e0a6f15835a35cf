package overlap_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
	"example.com/overlap/internal/tune"
)

// elsewhere is an executor whose workers make calls as worker processes do: they take a while to start, and one whose call outlasts
// its timeout is killed for it.
type elsewhere struct {
	starts time.Duration
	serve  func(ctx context.Context, i int) error
}

func (elsewhere) String() string { return "elsewhere" }

func (e elsewhere) Start(job *overlap.Job) error { return e.StartOn(job, overlap.NewSlots(2)) }

func (e elsewhere) StartOn(job *overlap.Job, slots *overlap.Slots) error {
	job.Serve(slots, e.work)
	return nil
}

func (e elsewhere) work(w *overlap.Worker) {
	for lives := false; ; {
		call, ok := w.Next()
		if !ok {
			return
		}
		if !lives {
			ready := w.Waits()
			time.Sleep(e.starts)
			ready()
			lives = true
		}
		ctx, cancel := call.Context(), func() {}
		timeout, grace := call.Timeout()
		if timeout > 0 {
			ctx, cancel = context.WithTimeout(ctx, timeout)
		}
		switch err := e.serve(ctx, call.Index()); {
		case err == nil:
			call.End(new(int), overlap.Succeeded, nil)
		case ctx.Err() != nil:
			lives = false
			call.End(nil, overlap.TimedOut, &overlap.TimeoutError{Timeout: timeout, Grace: grace, Err: err})
		default:
			call.End(nil, overlap.Failed, err)
		}
		cancel()
	}
}

// Calls of worker processes that time out since too many are in flight have fewer made at once, as those of this process do.
func TestAutoOverWorkersOfCallsThatTimeOut(t *testing.T) {
	for _, starts := range []time.Duration{0, 300 * ms} {
		t.Run(fmt.Sprint(starts), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				overlap.SenseProcesses(t, 2, func(r *tune.Reading) { r.Processes.Known = true })
				workers := elsewhere{starts, (&places{notices: true, most: func() int { return 6 }}).Serve}
				var report overlap.AutoReport
				auto := overlap.Auto(overlap.Over(workers), overlap.Explain(func(r overlap.AutoReport) { report = r }))
				_, err := overlap.Map(t.Context(), auto, nothing, upTo(4000), overlap.KeepGoing(), overlap.Timeout(500*ms))
				lost := 0
				if failed, ok := errors.AsType[*overlap.JobError](err); ok {
					lost = len(failed.Failed)
				}
				t.Logf("%d lost\n%v", lost, report)
				if lost > 3*report.Peak {
					t.Errorf("%d calls were lost, with up to %d in flight", lost, report.Peak)
				}
				if report.TimedOut != int64(lost) || report.Class != overlap.ServerLimited {
					t.Errorf("%d calls timed out, and the report says %d: %v", lost, report.TimedOut, report)
				}
				time.Sleep(time.Second) // for a reading that was being taken
			})
		})
	}
}

// What a worker process takes to start is not how long its calls take, and while many do it is not known whether more pay.
func TestAutoOverWorkersThatStartSlowly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		overlap.SenseProcesses(t, 2, func(r *tune.Reading) { r.Processes.Known = true })
		workers := elsewhere{2 * time.Second, func(context.Context, int) error { time.Sleep(100 * ms); return nil }}
		var report overlap.AutoReport
		auto := overlap.Auto(overlap.Over(workers), overlap.Explain(func(r overlap.AutoReport) { report = r }))
		if _, err := overlap.Map(t.Context(), auto, nothing, make([]int, 60)); err != nil {
			t.Error(err)
		}
		if report.CallTime != 100*ms || report.Peak > 8 {
			t.Errorf("60 calls of 100 ms on workers that take 2 s to start: a call took %v, up to %d in flight", report.CallTime, report.Peak)
		}
		time.Sleep(time.Second)
	})
}

// An attempt that fails elsewhere, and is made again, is no failed call.
func TestAutoOverWorkersOfCallsThatAreMadeAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		overlap.SenseProcesses(t, 2, func(r *tune.Reading) { r.Processes.Known = true })
		tried := map[int]bool{}
		workers := elsewhere{0, func(_ context.Context, i int) error {
			time.Sleep(100 * ms)
			if !tried[i] {
				tried[i] = true
				return errors.New("not yet")
			}
			return nil
		}}
		var report overlap.AutoReport
		auto := overlap.Auto(overlap.Over(workers), overlap.Max(1), overlap.Explain(func(r overlap.AutoReport) { report = r }))
		begun := time.Now()
		if _, err := overlap.Map(t.Context(), auto, nothing, make([]int, 50), overlap.RetryPolicy{Extra: 1}); err != nil {
			t.Error(err)
		}
		if rate := 50 / time.Since(begun).Seconds(); report.Calls != 50 || report.FailedOtherwise != 50 || report.Rate > 1.1*rate {
			t.Errorf("50 calls, %.3g in a second, each of which failed once, and the report says: %+v", rate, report)
		}
		time.Sleep(time.Second)
	})
}
