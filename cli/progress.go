package cli

import (
	"fmt"
	"strings"
	"time"

	"example.com/overlap/internal/figures"
)

// progressInterval is how often the progress line is drawn anew; the jobs only ever count.
const progressInterval = 100 * time.Millisecond

// progress is where a job stands.
type progress struct {
	total    int64 // inputs; -1 when not known
	before   int64 // of them, how many have a result of an earlier run
	drawn    int64
	underWay int64 // of those drawn; the others have ended, or wait for their turn to begin or to be written
	queued   int64 // of those under way, how many wait for a worker elsewhere to take them
	ended    int64
	failed   int64
	workers  int // that are there and make its calls, on machines of a cluster; 0 where that is not said
	draining bool
	elapsed  time.Duration
}

// line shows it with a rate of calls a second, which may be 0.
func (s progress) line(rate float64) string {
	var b strings.Builder
	done := s.before + s.ended
	b.WriteString(figures.Grouped(done))
	if s.total >= 0 {
		fmt.Fprintf(&b, " of %s (%d %%)", figures.Grouped(s.total), 100*done/max(1, s.total))
	} else {
		fmt.Fprintf(&b, " of ≥ %s", figures.Grouped(s.before+s.drawn))
	}
	if s.underWay > 0 {
		fmt.Fprintf(&b, ", %s under way", figures.Grouped(s.underWay))
		if s.workers > 0 {
			fmt.Fprintf(&b, " on %s", figures.Count(s.workers, "worker"))
		}
		if s.queued > 0 {
			fmt.Fprintf(&b, ", %s of them queued", figures.Grouped(s.queued))
		}
	}
	if s.failed > 0 {
		fmt.Fprintf(&b, ", %s failed", figures.Grouped(s.failed))
	}
	fmt.Fprintf(&b, ", %s, %s", rateText(rate), clock(s.elapsed))
	left := s.total - done
	if s.draining {
		left = s.underWay // What has been drawn and not begun is given back.
	}
	switch {
	case s.total < 0 && !s.draining:
	case rate > 0 && left > 0:
		if seconds := float64(left) / rate; seconds < 1e6 {
			fmt.Fprintf(&b, ", %s left", clock(time.Duration(seconds*float64(time.Second))))
		}
	}
	return b.String()
}

// average shows it with the rate since the job's beginning.
func (s progress) average() string { return s.line(float64(s.ended) / max(s.elapsed.Seconds(), 1e-9)) }

// pace measures the rate over the last seconds, since the whole job's says little once it has changed.
type pace struct {
	samples [150]struct { // one each progressInterval
		at    time.Duration
		ended int64
	}
	taken int
}

// add takes a sample, and returns the rate in calls a second since the oldest one that is kept.
func (p *pace) add(at time.Duration, ended int64) float64 {
	oldest := p.samples[p.taken%len(p.samples)] // zero, the job's start, until it is overwritten
	p.samples[p.taken%len(p.samples)].at, p.samples[p.taken%len(p.samples)].ended = at, ended
	p.taken++
	if at <= oldest.at {
		return 0
	}
	return float64(ended-oldest.ended) / (at - oldest.at).Seconds()
}

// rateText is 12,345/s, 1.5/s or, below one in two seconds, 20/min.
func rateText(rate float64) string {
	switch {
	case rate >= 100:
		return figures.Grouped(int64(rate)) + "/s"
	case rate >= 0.5 || rate == 0:
		return fmt.Sprintf("%.1f/s", rate)
	}
	return fmt.Sprintf("%.1f/min", rate*60)
}

// clock is 0:07, 12:05 or 3:00:01.
func clock(d time.Duration) string {
	seconds := int64(d.Round(time.Second).Seconds())
	if seconds < 3600 {
		return fmt.Sprintf("%d:%02d", seconds/60, seconds%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", seconds/3600, seconds/60%60, seconds%60)
}
