package overlap_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
	"example.com/overlap/internal/tune"
)

// several is an executor each of whose workers makes up to 20 calls at once, as worker processes may. A call takes 100 ms.
type several struct{ workers int }

const severalEach = 20

func (s several) String() string { return fmt.Sprintf("several(%d)", s.workers) }

func (several) PerWorker() int { return severalEach }

func (s several) Start(job *overlap.Job) error { return s.StartOn(job, overlap.NewSlots(s.workers)) }

func (s several) StartOn(job *overlap.Job, slots *overlap.Slots) error {
	job.Serve(slots, s.work)
	return nil
}

func (s several) work(w *overlap.Worker) {
	w.MakesAtOnce(severalEach)
	type made struct {
		call  overlap.Call
		began time.Time
	}
	ended := make(chan made, severalEach)
	for open := 0; ; {
		for open < severalEach {
			call, ok := w.Next()
			if !ok {
				break
			}
			open++
			began := time.Now()
			time.AfterFunc(100*ms, func() { ended <- made{call, began} })
		}
		if open == 0 {
			return
		}
		one := <-ended
		open--
		w.Took(time.Since(one.began))
		one.call.End(new(int), overlap.Succeeded, nil)
	}
}

var nothing = overlap.Func(func(context.Context, int) (int, error) { return 0, nil })

// A Stream has as many inputs in hand as workers that make several calls at once have room for, and twice as many.
func TestStreamToWorkersThatMakeSeveralCallsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		for r := range overlap.Stream(t.Context(), several{8}, nothing, slices.Values(make([]int, 1600))) {
			if r.Err != nil {
				t.Error(r.Err)
			}
		}
		// In each 100 ms 160 of them can be made. Until the window has been found out, they are 64.
		if took := time.Since(begun); took > 1200*ms {
			t.Errorf("1,600 calls of 100 ms, 160 at once, took %v", took)
		}
	})
}

// What Auto says of such workers is what their calls do, however soon one call is pulled after another.
func TestAutoOverWorkersThatMakeSeveralCallsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		overlap.SenseProcesses(t, 2, func(r *tune.Reading) { r.Processes.Known = true })
		var report overlap.AutoReport
		auto := overlap.Auto(overlap.Over(several{64}), overlap.Explain(func(r overlap.AutoReport) { report = r }))
		if _, err := overlap.Map(t.Context(), auto, nothing, make([]int, 4000)); err != nil {
			t.Error(err)
		}
		if report.CallTime != 100*ms || report.Class != overlap.IOBound || report.PerWorker != severalEach {
			t.Errorf("calls that wait for 100 ms, 20 for each worker: %v", report)
		}
		if text := report.String(); !strings.Contains(text, "workers of 20 calls each") || strings.Contains(text, "in flight ▁") {
			t.Errorf("the report counts workers, and says:\n%s", text)
		}
		time.Sleep(time.Second) // for a reading that was being taken
	})
}
