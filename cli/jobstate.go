package cli

import "time"

// toldInterval is how often --progress tells where the job stands where no line can be drawn anew.
const toldInterval = time.Second

// state is where the job stands, once it runs.
func (j *job) state() progress {
	now := j.counts()
	now.elapsed = time.Since(j.tally.start)
	return now
}

// counts is where the job stands but for the time, which has no beginning before it runs.
func (j *job) counts() progress {
	var before int64
	if j.kept != nil {
		before = j.kept.run.Progress().Before
	}
	now := progress{
		before: before, total: j.inputs.Count, ended: j.ended.Load(), failed: j.failed.Load(), drawn: j.drawn.Load(),
		underWay: j.running(), draining: j.interrupted.Load(),
	}
	if j.elsewhere != nil {
		now.workers, now.underWay, now.queued = j.elsewhere()
	}
	return now
}

// showProgress tells where the job stands until stop is called: by a line that is drawn anew, where there can be one
// beside the results, else by messages if the user wants them.
func (j *job) showProgress() (stop func()) {
	var rate pace
	switch {
	case j.show.quiet:
	case j.messages.redraws && !j.watched:
		undraw := every(progressInterval, func() {
			now := j.state()
			j.messages.draw(now.line(rate.add(now.elapsed, now.ended)))
		})
		return func() {
			undraw()
			j.messages.draw("")
		}
	case j.show.told():
		return every(toldInterval, j.tellState)
	}
	return func() {}
}

// tellState tells where the job stands, with the rate since its beginning.
func (j *job) tellState() {
	if !j.opened.Load() {
		j.messages.sayf("no call has begun yet")
		return
	}
	j.messages.say(j.state().average())
}
