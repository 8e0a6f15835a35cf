package overlap

import "testing"

// readyCalls is a set of calls of which only is known how many nobody has tried.
type readyCalls struct {
	callSet
	n int
}

func (r readyCalls) ready() int { return r.n }

// While refusals go on, as where a rate is being found, a call that has waited is not among those that are refused, unless no other is
// left: of jobs of a hundred calls at ten a second, one of 200 lost a call that was refused six times.
func TestACallThatHasWaitedIsHandedOutWhenItIsCalm(t *testing.T) {
	for _, c := range []struct {
		waited       bool
		ended, ready int
		handedOut    bool
	}{
		{waited: true, ended: othersFirst - 1, ready: 1, handedOut: false},
		{waited: true, ended: othersFirst - 1, ready: 0, handedOut: true},
		{waited: true, ended: othersFirst, ready: 1, handedOut: true},
		{waited: false, ended: othersFirst - 1, ready: 1, handedOut: true},
	} {
		j := &Job{tuner: &tuner{}, callSet: readyCalls{n: c.ready}}
		j.addLater(waitingCall{waited: c.waited}, 0)
		j.tuner.calmAt.Store(othersFirst)
		j.tuner.ended.Store(int64(c.ended))
		if j.takeLater(); (len(j.requeued) > 0) != c.handedOut || len(j.requeued)+len(j.later) != 1 {
			t.Errorf("%+v: %d are handed out, %d wait", c, len(j.requeued), len(j.later))
		}
	}
}
