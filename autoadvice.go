package overlap

import (
	"fmt"

	"example.com/overlap/internal/tune"
)

const (
	// usedLevel is the share of the level that a job uses on average at least if it is the level that holds it up.
	usedLevel = 0.5
	// slowStart is the share of the highest level that the level is on average at most if to begin with that would have helped.
	slowStart = 0.9
	// busyCores is the share of the cores that are busy from which on cores are what is lacking.
	busyCores = 0.85
	// mostlyWaiting is the share of the calls in flight that wait from which on others that use the cores do not hold a job up.
	mostlyWaiting = 0.5
	// tooMany is the share of the mean level that the level is in the end at most if there were too many in flight for most of the job.
	tooMany = 0.5
	// slowed is how many times as long as the first calls a call takes of a job that more in flight may slow down.
	slowed = 1.5
)

// Advice says what would make the job faster, or that nothing in this program would; empty if there is nothing to say.
func (r AutoReport) Advice() string {
	switch {
	case r.Class == TooFewCalls && (r.InFlight == 0 || r.Took < shortJob):
		return ""
	case r.noneThrough():
		return r.noneThroughAdvice()
	case r.waitedAgain():
		return r.waitedAgainAdvice()
	}
	switch r.Class {
	case TooFewCalls:
		switch {
		case r.heldBack():
			return r.heldBackAdvice()
		case r.Bound == bounds[tune.ByRefusals]:
			return r.refusedAdvice()
		case r.CoresBusy >= 0 && r.lacksCores():
			return "more in flight cannot help: this program and others keep the cores busy"
		}
		text := "more in flight cannot help: inputs come, or results are taken, no faster, or the job's own limits let no more start"
		if r.Refused > 0 {
			text += ", or for what is refused calls are held back"
		}
		return text
	case CPUBound:
		switch {
		case r.CallTime > 0 && r.CallTime < tiny:
			return "more in flight cannot help: a call takes hardly longer than to hand it out, so more work in each would"
		case r.CoresBusy >= 0 && r.Others > r.CoresBusy:
			return fmt.Sprintf("more in flight cannot help: the calls compute, and other programs use most of the %d cores", r.Cores)
		}
		return fmt.Sprintf("more in flight cannot help: the calls compute, and %d cores are all there are; "+
			"twice as many would halve the time", r.Cores)
	case ServerLimited:
		if r.Bound == bounds[tune.ByTimeouts] {
			return fmt.Sprintf("what the calls wait for got %s a second done, and no more than %d in flight in time: others timed out",
				digits(r.Rate), r.Level)
		}
		if r.Refused > 0 && r.Bound != bounds[tune.ByFarEnd] {
			return r.refusedAdvice()
		}
		if float64(r.Level) < tooMany*r.MeanLevel {
			return fmt.Sprintf("what the calls wait for does more with fewer in flight: they were %s on average, and may be %d in the end; "+
				"Max(%d) has there be no more from the first", digits(r.MeanLevel), r.Level, r.Level)
		}
		return fmt.Sprintf("what the calls wait for gave %s a second, and no more with more in flight", digits(r.Rate))
	case RateLimited:
		return fmt.Sprintf("what the calls wait for lets %s start in a second, however many are in flight", digits(r.letThrough()))
	case LockBound:
		return "the calls wait for one another's locks: hold them for a shorter time, or lock less at once"
	case MemoryBound:
		return "more memory, or calls that need less of it, would let more run at once"
	case Mixed:
		if r.lacksCores() && !r.othersHaveCores() {
			return fmt.Sprintf("the cores are what is lacking: with %d in flight they are busy", min(r.Level, r.Peak))
		}
		return r.waitingAdvice()
	case IOBound:
		return r.waitingAdvice()
	}
	return ""
}

// waitingAdvice is the advice for calls that wait, while cores are idle or others use them.
func (r AutoReport) waitingAdvice() string {
	switch {
	case r.heldBack():
		return r.heldBackAdvice()
	case r.hadAll():
		return "more in flight cannot help: every call was"
	case r.othersHaveCores():
		return "other programs use the cores: with those idle, more would be in flight"
	case r.Bound == bounds[tune.ByMax]:
		return "more in flight may help, which Max keeps it from"
	case r.Bound == bounds[tune.ByThreads]:
		return "more in flight may help, which the limit of processes and threads keeps it from (ulimit -u, and pids.max of control groups)"
	case r.Bound == bounds[tune.ByDescriptors]:
		return "more in flight may help, which the limit of file descriptors keeps it from (ulimit -n)"
	case r.Bound == bounds[tune.ByPorts]:
		return "more in flight may help, which the number of local ports keeps it from"
	case r.Refused > 0:
		return r.refusedAdvice()
	case r.InFlight < usedLevel*r.MeanLevel:
		return fmt.Sprintf("of %s that might be in flight on average, %s were: for want of inputs, of somebody who takes "+
			"results, by the job's own limits, or since some calls take far longer than others", digits(r.MeanLevel), digits(r.InFlight))
	}
	if at := r.AtFirst; at > 0 && float64(r.CallTime) > slowed*float64(at) { // as at a server that serves some at once
		return fmt.Sprintf("the first calls took %v: that those took longer which had more beside them may be why, and then "+
			"more in flight does not help", threeDigits(at))
	}
	if r.Peak > r.AtStart && r.MeanLevel > 0 && r.MeanLevel <= slowStart*float64(r.Peak) {
		return fmt.Sprintf("next time begin with as many: StartWith(%d)", r.Peak)
	}
	return ""
}

// OneCallEach reports whether the job had more workers at work than cores since each makes one call at a time, and the
// calls wait: fewer workers that make several at once would do.
func (r AutoReport) OneCallEach() bool {
	return r.PerWorker == 1 && r.Class == IOBound && r.Took >= shortJob && r.Waiting >= mostlyWaiting &&
		r.InFlight > float64(r.Cores)
}

// heldBackAdvice is the advice for a job whose own limits hold calls back.
func (r AutoReport) heldBackAdvice() string {
	return fmt.Sprintf("more in flight cannot help: %s lets no more calls start", r.HeldBack)
}

// hadAll reports whether all calls might be in flight at once, and nothing kept them from it.
func (r AutoReport) hadAll() bool { return !r.stopped && r.Calls <= int64(r.Peak) && r.wasFree() }

// wasFree reports whether the level would have been higher had there been use for that.
func (r AutoReport) wasFree() bool {
	return r.Bound == bounds[tune.ByNothing] || r.Bound == bounds[tune.ByCalls]
}

// heldBack reports whether it was limits of the job's own that kept more calls from being in flight.
func (r AutoReport) heldBack() bool {
	return r.HeldBack != "" && (r.wasFree() || r.InFlight < usedLevel*r.MeanLevel)
}

// lacksCores reports whether the cores are busy, whoever uses them.
func (r AutoReport) lacksCores() bool { return r.CoresBusy+r.Others >= busyCores*float64(r.Cores) }

// othersHaveCores reports whether the job is held up by cores that are busy with other programs.
func (r AutoReport) othersHaveCores() bool {
	if r.CoresBusy < 0 || r.Others <= r.CoresBusy {
		return false
	}
	wantsCores := r.lacksCores() && r.Waiting >= 0 && r.Waiting < mostlyWaiting
	mayBeCores := r.wasFree() || r.Bound == bounds[tune.ByFarEnd] // else it is known what holds it up
	return r.Bound == bounds[tune.ByCores] || wantsCores && mayBeCores
}
