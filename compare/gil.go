package compare

import (
	"context"
	"fmt"

	"example.com/overlap/internal/figures"
)

// The lock of Python's interpreter (the GIL) lets one thread of a process compute at a time. No counter tells how long
// threads wait for it. So one more run is made, which is not timed, of a strategy that seems to be held up by it, with a
// thread beside the calls that wants the lock every few milliseconds, and sees how late it gets it.

// gilBusy is up to how many cores a process keeps busy whose threads wait for the GIL: more than one, as code in C may
// leave it.
const gilBusy = 1.3

// probeGIL makes that run, if there is such a strategy.
func (r *rounds) probeGIL(ctx context.Context) {
	for _, row := range r.report.Strategies {
		if len(row.Measurements) == 0 || !row.SharesGIL {
			continue
		}
		m := &row.Measurements[0]
		if m.CoresBusy == nil || *m.CoresBusy < gilBusy/2 || *m.CoresBusy >= gilBusy || m.PeakInFlight < 2 {
			continue
		}
		order := r.order(row.Name, r.plan.Workers)
		order.ProbeGIL = true
		if m, err := r.one(ctx, order); err == nil { // else nothing is said of it
			row.GILWaitSeconds = m.GILWaitSeconds
		}
		return
	}
}

// gilSentence says why threads of a Python program did not compute at the same time.
func (j *JobReport) gilSentence(order []*StrategyReport) string {
	var names []string
	var waits string
	most := 0.0
	for _, s := range order {
		if s.SharesGIL && s.PeakInFlight > 1 && s.CoresBusy != nil && *s.CoresBusy < gilBusy && s.Name != j.Winner {
			names, most = append(names, s.Name), max(most, *s.CoresBusy)
		}
		if s.GILWaitSeconds != nil {
			waits = fmt.Sprintf(" Under %s a thread that wanted the lock waited about %s for it, by the estimate of a thread "+
				"beside the calls, in a run of its own.", s.Name, figures.Seconds(*s.GILWaitSeconds))
		}
	}
	if j.Class != CPUBound || len(names) == 0 || j.machine.GOMAXPROCS == 1 {
		return ""
	}
	return fmt.Sprintf("%s ran in one process, whose lock (the GIL) lets one thread compute at a time: at most %s of %s "+
		"were busy.%s", figures.List(names), figures.Digits(most), j.cores(), waits)
}
