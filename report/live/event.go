package live

import "example.com/overlap/internal/plain"

// event is what is sent: where the job stands, and what is new since the last event of the same stream. Times are in
// seconds since the job's start.
type event struct {
	About    *aboutJSON     `json:"about,omitempty"` // of the first event, after which nothing of before counts
	At       float64        `json:"at"`
	Total    int64          `json:"total"`
	Done     int64          `json:"done"` // with those of earlier runs
	Before   int64          `json:"before"`
	Failed   int64          `json:"failed"`
	InFlight float64        `json:"inFlight"` // on average, over the last second
	Queued   int64          `json:"queued,omitempty"`
	Ending   bool           `json:"ending"`
	Rate     float64        `json:"rate"`
	Left     float64        `json:"left"`  // −1: not known
	Times    [4]float64     `json:"times"` // p50, p90 and p99 in seconds, and of how many calls
	Every    int64          `json:"every"` // of how many calls one is noted
	Lanes    int            `json:"lanes"`
	Spans    spanList       `json:"spans"`
	Running  [][3]int64     `json:"running"` // lane, start in microseconds, index
	Each     int            `json:"each"`    // ticks that a point of the curves stands for
	From     int            `json:"from"`    // the number of the first point here; 0: all of before are void
	Points   [][7]float32   `json:"points"`
	Auto     *autoState     `json:"auto,omitempty"`
	Failures []failureGroup `json:"failures,omitempty"`
	Workers  []workerRow    `json:"workers,omitempty"`
	More     int            `json:"more,omitempty"` // workers that are not listed
	Over     string         `json:"over,omitempty"`
}

type aboutJSON struct {
	Task    string  `json:"task"`
	Where   string  `json:"where"`
	Command string  `json:"command"`
	Keeps   float64 `json:"keeps"` // for how many seconds calls are shown
}

// cursor is how far a stream of events has got. The zero cursor is at the beginning.
type cursor struct {
	begun             bool
	frames            int64
	each, points      int
	failures, workers int
}

func (j *Job) follow() func() (event any, over bool, more <-chan struct{}) {
	var at cursor
	return func() (any, bool, <-chan struct{}) {
		e, more := j.next(&at)
		return e, e.Over != "", more
	}
}

// next is what is new for a stream, and what is closed when there will be more.
func (j *Job) next(c *cursor) (e event, more <-chan struct{}) {
	j.mu.Lock()
	defer j.mu.Unlock()
	e = event{
		At: j.now.Seconds(), Total: j.calls.Total, Done: j.calls.Before + j.calls.Ended, Before: j.calls.Before,
		Failed: j.calls.Failed, InFlight: j.inFlight(), Queued: j.calls.Queued, Ending: j.calls.Ending, Rate: j.pace.rate(shownTicks), Left: j.left(),
		Times: [4]float64{j.times.p50, j.times.p90, j.times.p99, float64(j.times.calls)}, Every: j.every.Load(),
		Lanes: j.lanes.count, Spans: j.frames.since(c.frames), Over: j.over,
	}
	for _, r := range j.running.byWorker {
		e.Running = append(e.Running, [3]int64{int64(r.lane), r.start.Microseconds(), int64(r.index)})
	}
	if !c.begun {
		line := func(text string) string { return plain.Shorten(plain.Line(text), 4*mostText) }
		e.About = &aboutJSON{
			Task: line(j.about.Task), Where: line(j.about.Where), Command: line(j.about.Command),
			Keeps: (framesKept * tick).Seconds(),
		}
	}
	if c.each == j.history.each {
		e.From = c.points
	}
	for _, p := range j.history.points[e.From:] {
		e.Points = append(e.Points, p.row())
	}
	e.Each = j.history.each
	if j.auto.Level > 0 {
		e.Auto = new(j.auto)
	}
	if c.failures != j.failures.version {
		e.Failures = j.failures.list()
	}
	if c.workers != j.workers.version {
		e.Workers, e.More = j.workers.list, j.workers.more
	}
	*c = cursor{true, j.frames.added, j.history.each, len(j.history.points), j.failures.version, j.workers.version}
	return e, j.changed
}

// left is how many seconds the rest will take at the rate of now; −1 when that cannot be said. The mutex is held.
func (j *Job) left() float64 {
	calls := j.calls.Total - j.calls.Before - j.calls.Ended
	if j.calls.Ending {
		calls = j.calls.Drawn - j.calls.Ended
	} else if j.calls.Total < 0 {
		return -1
	}
	rate := j.pace.rate(leftTicks)
	if rate <= 0 {
		if calls <= 0 {
			return 0
		}
		return -1
	}
	return float64(max(0, calls)) / rate
}
