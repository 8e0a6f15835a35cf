package overlap

import (
	"fmt"
	"strings"
	"time"

	"example.com/overlap/internal/tune"
)

// String says it in up to four lines: the class and the figures that prove it, how the level changed, what would change
// the time that the job takes, and that fewer workers would do.
func (r AutoReport) String() string {
	lines := []string{r.proof()}
	if picture := r.picture(); picture != "" {
		lines = append(lines, picture)
	}
	if advice := r.Advice(); advice != "" {
		lines = append(lines, advice)
	}
	if r.OneCallEach() {
		lines = append(lines, "each worker makes one call at a time, and the calls wait: fewer workers that make several at once would do")
	}
	return strings.Join(lines, "\n")
}

// proof is the class and what proves it.
func (r AutoReport) proof() string {
	var facts []string
	add := func(format string, args ...any) { facts = append(facts, fmt.Sprintf(format, args...)) }
	class := string(r.Class)
	switch {
	case r.Class == TooFewCalls && r.InFlight > 0 && r.Took < shortJob:
		return string(UnknownClass) + ": the job was too short to tell"
	case r.Class == TooFewCalls && r.InFlight > 0:
		class = "too few in flight to tell"
		add("%s on average", digits(r.InFlight))
	}
	if r.CoresBusy >= 0 && r.Took > 0 {
		add("%.2f of %d cores busy", r.CoresBusy, r.Cores)
		if r.Others >= 0.1*float64(r.Cores) {
			add("other programs used %.2f", r.Others)
		}
	}
	switch r.Class {
	case TooFewCalls:
		if r.InFlight == 0 {
			add("no call waited for another to end")
		}
	case UnknownClass:
		if r.Took < shortJob {
			add("the job was too short to tell")
		}
	case RateLimited:
		add("%s; %s a second got through", refusals(r.Refused), digits(r.letThrough()))
	case ServerLimited, LockBound:
		if r.Higher > 0 {
			add("%d in flight brought no more than %d", r.Higher, r.Level)
		}
	case IOBound, Mixed:
		if r.Readings >= 2 && r.Waiting >= 0 { // else there was no time between two of them
			add("%.0f %% of the calls in flight waited", 100*r.Waiting)
		}
	}
	if r.Refused > 0 && r.Class != RateLimited {
		add("%s", refusals(r.Refused))
	}
	if r.TimedOut > 0 {
		add("%d timed out", r.TimedOut)
	}
	if r.CallTime > 0 {
		add("a call took %v", threeDigits(r.CallTime))
	}
	if len(facts) == 0 {
		return class
	}
	return class + ": " + strings.Join(facts, ", ")
}

// shortJob is how long a job takes at least of which it is odd that nothing was found out.
const shortJob = 50 * time.Millisecond

// picture shows how the level changed, unless so few calls were in flight that it says nothing.
func (r AutoReport) picture() string {
	if len(r.Levels) == 0 || r.Class == TooFewCalls {
		return ""
	}
	const columns = 24
	bars := []rune("▁▂▃▄▅▆▇█")
	end := max(r.Took, r.Levels[len(r.Levels)-1].At, 1)
	var b strings.Builder
	at := 0
	for column := range columns {
		until := end * time.Duration(column+1) / columns
		for at+1 < len(r.Levels) && r.Levels[at+1].At <= until {
			at++
		}
		b.WriteRune(bars[(len(bars)-1)*min(r.Levels[at].Level, r.Peak)/max(1, r.Peak)])
	}
	what := "in flight"
	if r.PerWorker > 1 {
		what = fmt.Sprintf("workers of %d calls each", r.PerWorker)
	}
	return fmt.Sprintf("%s %s up to %d, in the end %d, kept from more by %s",
		what, b.String(), r.Peak, min(r.Level, r.Peak), r.KeptBy())
}

// KeptBy is what kept more calls from being in flight, in words: Bound, unless it was something else for the job as a whole.
func (r AutoReport) KeptBy() string {
	switch {
	case r.noneThrough() && r.Refused > 0:
		return bounds[tune.ByRefusals]
	case r.waitedAgain():
		return "the wait for calls to be made again"
	case r.heldBack():
		return r.HeldBack
	case r.heldByRefusals():
		return bounds[tune.ByRefusals]
	case r.Class == RateLimited:
		return bounds[tune.ByRate]
	case r.hadAll():
		return "the number of calls"
	case r.Class == LockBound && r.wasFree():
		return "locks"
	case r.Bound == bounds[tune.ByCalls]:
		return "the end of the job"
	case r.othersHaveCores():
		return bounds[tune.ByCores] + ", which other programs use"
	}
	return r.Bound
}

// threeDigits is a time with as many digits as say something.
func threeDigits(d time.Duration) time.Duration {
	last := time.Duration(1)
	for d/last >= 1000 {
		last *= 10
	}
	return d.Round(last)
}

// digits prints a figure with three digits, and whole from 100 on.
func digits(n float64) string {
	switch {
	case n >= 99.95:
		return fmt.Sprintf("%.0f", n)
	case 0 < n && n < 0.01:
		return "less than 0.01"
	}
	return fmt.Sprintf("%.3g", n)
}
