package overlap

import (
	"fmt"
	"strings"
	"time"

	"example.com/overlap/internal/tune"
)

// AutoReport is what an [Auto] has found out about a job: what holds its calls up, the figures that prove it, and how
// many were in flight.
type AutoReport struct {
	Class Class
	Level int    // how many calls might be in flight in the end, at least 1
	Peak  int    // the highest level of the job
	Bound string // what kept the level from being higher, in words: "the cores", "every call is in flight"

	Took      time.Duration // from when calls first waited for others to the end of the job; 0: none ever did
	CallTime  time.Duration // how long a call took, on average; 0: not known
	AtFirst   time.Duration // how long the first calls took that ended, on average; 0: not known
	Cores     int           // how many cores there are for this process
	CoresBusy float64       // how many were busy with it, on average; negative: the system does not tell
	Others    float64       // how many were busy with other programs; 0 as well where the system does not tell
	Waiting   float64       // the share of the calls in flight that neither ran nor wanted to, 0 to 1
	InFlight  float64       // how many calls were in flight on average; 0: not known
	Rate      float64       // how many calls ended in a second
	Calls     int64         // how many calls ended
	Refused   int64         // how many calls were refused and offered again
	StartRate float64       // how many calls might start in a second in the end; 0: any number

	Lower  int     // a level below Level that was tried; 0: none
	Gain   float64 // by what share more calls ended in a second at Level than at Lower
	Higher int     // a level above Level that was tried and brought no more; 0: none

	Levels   []AutoLevel // how the level changed, oldest first; of many changes only some
	Readings int         // how many readings of the process and the job were taken
}

// AutoLevel is one change of how many calls of a job might be in flight.
type AutoLevel struct {
	At    time.Duration // since the job's start
	Level int           // from then on
}

// AutoStep is a change of how many calls of a job may be in flight, and what was seen before it.
type AutoStep struct {
	At       time.Duration // since the job's start
	From, To int           // how many might be before, and may be from then on
	Why      string        // in words: "the cores have room", "more are refused"
	InFlight int           // how many calls were in flight
	Ended    int64         // how many calls had ended, without those that failed
}

// String says it in a line.
func (s AutoStep) String() string {
	return fmt.Sprintf("after %v: %d in flight instead of %d: %s", s.At.Round(max(1, s.At/1000)), s.To, s.From, s.Why)
}

// AutoCap is how many calls of a job may be in flight from a time on, and what keeps it from being more.
type AutoCap struct {
	At    time.Duration // since the job's start
	Level int
	Bound string // in words: "the cores", "refusals", "nothing so far"
}

// bounds are what keeps a level from being higher, in words.
var bounds = map[tune.Bound]string{
	tune.ByNothing: "nothing so far", tune.ByCalls: "every call is in flight", tune.ByCores: "the cores",
	tune.ByFarEnd: "the far end", tune.ByRefusals: "refusals", tune.ByRate: "a rate limit", tune.ByMemory: "memory",
	tune.ByMax: "Max",
}

func newAutoReport(r tune.Report, cores int) AutoReport {
	report := AutoReport{
		Class: classes[r.Class], Level: r.Level, Peak: r.Peak, Bound: bounds[r.Bound], Took: r.Took, CallTime: r.Typical, AtFirst: r.AtFirst,
		Cores: cores, CoresBusy: r.CoresBusy, Others: r.Others, Waiting: r.Waiting, InFlight: r.InFlight, Rate: r.Rate, Calls: r.Calls, Refused: r.Refused, StartRate: r.StartRate,
		Lower: r.Lower, Gain: r.Gain, Higher: r.Higher, Readings: r.Readings,
	}
	for _, change := range r.Changes {
		report.Levels = append(report.Levels, AutoLevel{change.At, change.Level})
	}
	return report
}

// String says it in up to three lines: the class and the figures that prove it, how the level changed, and what would
// change the time that the job takes.
func (r AutoReport) String() string {
	lines := []string{r.proof()}
	if picture := r.picture(); picture != "" {
		lines = append(lines, picture)
	}
	if advice := r.Advice(); advice != "" {
		lines = append(lines, advice)
	}
	return strings.Join(lines, "\n")
}

// proof is the class and what proves it.
func (r AutoReport) proof() string {
	var facts []string
	add := func(format string, args ...any) { facts = append(facts, fmt.Sprintf(format, args...)) }
	if r.CoresBusy >= 0 && r.Took > 0 {
		add("%.2f of %d cores busy", r.CoresBusy, r.Cores)
		if r.Others >= 0.1*float64(r.Cores) {
			add("other programs used %.2f", r.Others)
		}
	}
	switch r.Class {
	case TooFewCalls:
		if r.InFlight > 0 {
			add("%.2f were in flight on average, for want of inputs, of somebody who takes results, or by the job's own limits", r.InFlight)
		} else {
			add("no call waited for another to end")
		}
	case UnknownClass:
		if r.Took < shortJob {
			add("the job was too short to tell")
		}
	case RateLimited:
		add("%d calls refused; %s started in a second without refusals", r.Refused, inSecond(r.StartRate))
	case ServerLimited, LockBound:
		if r.Refused > 0 {
			add("%d calls refused", r.Refused)
		}
		if r.Higher > 0 {
			add("%d in flight brought no more than %d", r.Higher, r.Level)
		}
	case IOBound, Mixed:
		if r.Readings < 2 { // and so there was no time between two of them
			break
		}
		add("%.0f %% of the calls in flight waited", 100*r.Waiting)
	}
	if r.CallTime > 0 {
		add("a call took %v", r.CallTime.Round(max(1, r.CallTime/1000)))
	}
	if len(facts) == 0 {
		return string(r.Class)
	}
	return string(r.Class) + ": " + strings.Join(facts, ", ")
}

// shortJob is how long a job takes at least of which it is odd that nothing was found out.
const shortJob = 50 * time.Millisecond

// usedLevel is the share of the highest level that a job uses on average at least if more in flight would help it.
const usedLevel = 0.25

// picture shows how the level changed.
func (r AutoReport) picture() string {
	if len(r.Levels) == 0 {
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
	bound := r.Bound
	if r.Bound == bounds[tune.ByCalls] && !r.hadAll() {
		bound = "the end of the job"
	}
	return fmt.Sprintf("in flight %s up to %d, in the end %d, kept from more by %s", b.String(), r.Peak, min(r.Level, r.Peak), bound)
}

// slowed is how many times as long as the first calls a call takes of a job that more in flight may slow down.
const slowed = 1.5

// inSecond prints how many there are in a second.
func inSecond(rate float64) string {
	if rate >= 100 {
		return fmt.Sprintf("%.0f", rate)
	}
	return fmt.Sprintf("%.3g", rate)
}

// hadAll reports whether all calls were in flight at once.
func (r AutoReport) hadAll() bool { return r.Calls <= int64(r.Peak) }

// Advice says what would make the job faster, or that nothing in this program would; empty if there is nothing to say.
func (r AutoReport) Advice() string {
	switch r.Class {
	case CPUBound:
		if r.CallTime > 0 && r.CallTime < tiny {
			return "more in flight cannot help: a call takes hardly longer than to hand it out, so more work in each would"
		}
		return fmt.Sprintf("more in flight cannot help: the calls compute, and %d cores are all there are; "+
			"twice as many would halve the time", r.Cores)
	case Mixed:
		return fmt.Sprintf("the cores are what is lacking: with %d in flight they are busy", r.Level)
	case ServerLimited:
		return fmt.Sprintf("what the calls wait for gave %s a second, and no more with more in flight", inSecond(r.Rate))
	case RateLimited:
		return fmt.Sprintf("what the calls wait for lets %s start in a second, however many are in flight", inSecond(r.StartRate))
	case LockBound:
		return "the calls wait for one another's locks: hold them for a shorter time, or lock less at once"
	case MemoryBound:
		return "more memory, or calls that need less of it, would let more run at once"
	case IOBound:
		switch {
		case r.Bound == bounds[tune.ByCalls] && r.hadAll():
			return "more in flight cannot help: every call was"
		case r.Bound == bounds[tune.ByMax]:
			return "more in flight may help, which Max keeps it from"
		case r.InFlight < usedLevel*float64(r.Peak):
			return fmt.Sprintf("of %d that might be in flight, %.3g were on average: for want of inputs, of somebody who takes "+
				"results, by the job's own limits, or since some calls take far longer than others", r.Peak, r.InFlight)
		}
		if at := r.AtFirst; at > 0 && float64(r.CallTime) > slowed*float64(at) { // as at a server that serves some at once
			return fmt.Sprintf("the first calls took %v: that those took longer which had more beside them may be why, and then "+
				"more in flight does not help", at.Round(max(1, at/1000)))
		}
		return fmt.Sprintf("next time begin with as many: StartWith(%d)", r.Peak)
	}
	return ""
}
