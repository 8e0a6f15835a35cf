package tune

import "time"

// leastQuiet is how long there must be no refusal for a wave of them to be over, at least: twice the least that Go's timers take
// where nothing runs. Half or twice changes nothing in the sweeps once, limits and cliffs.
const leastQuiet = 2 * time.Millisecond

// wave is a number of refusals that follow one another closely: those of calls that were in flight together.
type wave struct {
	on       bool          // refusals come in
	began    time.Duration // when the call began that was refused first
	ended    int64         // how many calls had ended when its refusal came
	through  int64         // how many had been let through by then, without those in flight
	inFlight int           // how many calls were in flight, at most, when it began
	first    time.Duration // when its refusal came
	last     time.Duration // when the last refusal came
	took     time.Duration // how long a refusal takes, at most
}

// begin is told of the first refusal of a wave.
func (w *wave) begin(r Reading, of Refusal, gaveUp int64) {
	*w = wave{
		on: true, through: r.Ended + r.Failed - gaveUp, began: r.At - of.Took, ended: r.Ended + r.Failed, inFlight: r.InFlight + int(of.Ended),
		first: r.At, last: r.At, took: of.Took,
	}
}

// add is told of another refusal of the wave.
func (w *wave) add(r Reading, of Refusal) { w.took, w.last = max(w.took, of.Took), r.At }

// isOver reports whether no call that is in flight can still be refused. Where calls go on starting meanwhile, that takes
// twice as long.
func (w *wave) isOver(r Reading, callsStart bool) bool {
	return r.InFlight == 0 || r.At-w.last >= w.quiet(callsStart)
}

// quiet is how long there must be no refusal for that.
func (w *wave) quiet(callsStart bool) time.Duration {
	if callsStart {
		return max(leastQuiet, 2*w.took)
	}
	return max(leastQuiet, w.took)
}

// survived is how many of the calls that were in flight when the wave began have got through. More have ended where some began
// meanwhile.
func (w *wave) survived(r Reading) int {
	return min(w.inFlight, int(r.Ended+r.Failed-w.ended)+r.InFlight)
}
