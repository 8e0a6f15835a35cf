package overlap

import (
	"fmt"
	"time"

	"example.com/overlap/internal/tune"
)

// mostlyAsleep is the share of a job's time in which hardly a call ran, since those that were left waited to be made again, from which
// on that is what held it up.
const mostlyAsleep = 0.5

// waitedAgain reports whether a job was held up by calls that waited to be made again.
func (r AutoReport) waitedAgain() bool {
	return r.Asleep > 0 && float64(r.Asleep) >= mostlyAsleep*float64(r.Took)
}

// waitedAgainAdvice is the advice for such a job.
func (r AutoReport) waitedAgainAdvice() string {
	what := "had failed"
	if r.Refused > 0 {
		what = "were refused"
	}
	text := fmt.Sprintf("more in flight cannot help: for %s of %s hardly any ran, as those that were left %s and waited to be made again",
		shortly(r.Asleep), shortly(r.Took), what)
	if r.BadInputs {
		text += "; most are refused for what they ask, whenever they are made"
	}
	return text
}

// noneThrough reports whether every call was refused, or failed.
func (r AutoReport) noneThrough() bool { return r.Refused+r.FailedOtherwise > 0 && r.Rate == 0 }

// noneThroughAdvice is the advice for such a job.
func (r AutoReport) noneThroughAdvice() string {
	switch {
	case r.Refused == 0:
		return "every call failed, which says nothing of what those take that succeed"
	case r.FailedOtherwise > 0:
		return fmt.Sprintf("none got through: calls were refused %s, and failed otherwise %s", times(r.Refused), times(r.FailedOtherwise))
	}
	return "what the calls wait for let none through: all were refused"
}

// refusedAdvice is the advice for a job of which some calls were refused, and which has no rate.
func (r AutoReport) refusedAdvice() string {
	switch {
	case r.Bound == bounds[tune.ByRefusals]:
		return fmt.Sprintf("what the calls wait for refused calls %s, so that no more than %d are in flight; %s got through in a second",
			times(r.Refused), r.Level, digits(r.Rate))
	case r.BadInputs:
		return fmt.Sprintf("calls were refused %s, most of them for what they ask, whenever they were made", times(r.Refused))
	}
	return fmt.Sprintf("calls were refused %s, and others held back meanwhile", times(r.Refused))
}

// heldByRefusals reports whether refusals are what kept more calls from being in flight for the job as a whole, whatever did in
// the end.
func (r AutoReport) heldByRefusals() bool {
	freeOrBusy := r.wasFree() || r.Bound == bounds[tune.ByCores]
	return r.Class == ServerLimited && r.Refused > 0 && freeOrBusy
}

// times says how many times something was.
func times(n int64) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// refusals says how many there were.
func refusals(n int64) string {
	if n == 1 {
		return "1 refusal"
	}
	return fmt.Sprintf("%d refusals", n)
}

// shortly is a time with no more digits than anybody reads.
func shortly(d time.Duration) time.Duration {
	if d < time.Second {
		return d.Round(time.Millisecond)
	}
	return d.Round(10 * time.Millisecond)
}

// farMore is how many times as many calls may start in a second in the end as got through over the job where that says nothing of how
// many may: as while a rate is raised in the pauses of a far end that lets so many through in each second of the clock.
const farMore = 1.5

// letThrough is how many calls a far end that limits the rate lets through in a second.
func (r AutoReport) letThrough() float64 {
	if r.StartRate > farMore*r.Rate {
		return r.Rate
	}
	return r.StartRate
}
