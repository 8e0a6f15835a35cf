package overlap

import (
	"fmt"
	"time"

	"example.com/overlap/internal/tune"
)

// AutoReport is what an [Auto] has found out about a job: what holds its calls up, the figures that prove it, and how
// many were in flight.
type AutoReport struct {
	Class Class
	Level int    // how many calls might be in flight in the end, at least 1
	Peak  int    // the highest level of the job
	Bound string // what kept the level from being higher in the end, in words: "the cores", "every call is in flight"; see KeptBy

	MeanLevel float64 // how many might be in flight on average over the job; 0: not known
	AtStart   int     // how many are put in flight before anything is known of them
	PerWorker int     // how many calls each worker of [Over] makes at once; 0: not known, or there are none
	HeldBack  string  // which of the job's own limits held calls back, in words: "its rate"; empty: none that is known did

	Took      time.Duration // from when calls first waited for others to the end of the job; 0: none ever did
	CallTime  time.Duration // how long a call took, on average; 0: not known
	AtFirst   time.Duration // how long the first calls took that ended, on average; 0: not known
	Cores     int           // how many cores there are for this process
	CoresBusy float64       // how many of them were busy with it, on average; negative: the system does not tell
	Others    float64       // how many were busy with other programs; 0 as well where the system does not tell
	Waiting   float64       // the share of the calls in flight that neither ran nor wanted to, 0 to 1; negative: not known
	InFlight  float64       // how many calls were in flight on average; 0: not known
	Rate      float64       // how many calls ended in a second
	Calls     int64         // how many calls ended
	Refused   int64         // how many times calls were refused, also those that the policy of their key (KeyPolicy) sees to
	TimedOut  int64         // how many attempts of calls failed since their time was up
	BadInputs bool          // most of them are refused whenever they are made, for what they ask, and not since too much was asked
	StartRate float64       // how many calls might start in a second in the end; 0: any number

	FailedOtherwise int64         // how many attempts failed, and were not refused
	Asleep          time.Duration // for how long hardly a call ran, since those that were left waited to be made again

	Lower  int     // a level below Level that was tried; 0: none
	Gain   float64 // by what share more calls ended in a second at Level than at Lower
	Higher int     // a level above Level that was tried and brought no more; 0: none

	Levels   []AutoLevel // how the level changed, oldest first; of many changes only some
	Readings int         // how many readings of the process and the job were taken

	stopped bool // the job was, so it may have had more calls than ended
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
	return fmt.Sprintf("after %v: %d in flight instead of %d: %s", threeDigits(s.At), s.To, s.From, s.Why)
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
	tune.ByThreads: "the limit of processes and threads", tune.ByDescriptors: "the limit of file descriptors",
	tune.ByPorts: "the number of local ports", tune.ByTimeouts: "calls that time out", tune.ByMax: "Max",
}

func newAutoReport(r tune.Report, cores int) AutoReport {
	report := AutoReport{
		Class: classes[r.Class], Level: r.Level, Peak: r.Peak, Bound: bounds[r.Bound], MeanLevel: r.MeanLevel, AtStart: r.AtStart,
		Took: r.Took, CallTime: r.Typical, AtFirst: r.AtFirst,
		Cores: cores, CoresBusy: r.CoresBusy, Others: r.Others, Waiting: r.Waiting, InFlight: r.InFlight, Rate: r.Rate, Calls: r.Calls, Refused: r.Refused, TimedOut: r.TimedOut, BadInputs: r.BadInputs, StartRate: r.StartRate,
		Lower: r.Lower, Gain: r.Gain, Higher: r.Higher, Readings: r.Readings,
	}
	for _, change := range r.Changes {
		report.Levels = append(report.Levels, AutoLevel{change.At, change.Level})
	}
	return report
}
