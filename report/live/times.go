package live

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

const (
	timesParts = 5 // of the recent past
	timesPart  = 2 * time.Second
)

// recentTimes are how long calls took in the last 10 seconds or so: those that were noted.
type recentTimes struct {
	window        *hdrhistogram.WindowedHistogram
	rotated       time.Duration // since the job's start
	calls         int64
	p50, p90, p99 float64 // seconds; 0 where no call ended
}

// newRecentTimes tells times from a nanosecond to 10 hours apart by 2 digits: 37 kB for each part.
func newRecentTimes() recentTimes {
	return recentTimes{window: hdrhistogram.NewWindowed(timesParts, 1, (10 * time.Hour).Nanoseconds(), 2)}
}

func (t *recentTimes) add(took time.Duration) {
	now := t.window.Current
	_ = now.RecordValue(min(max(1, took.Nanoseconds()), now.HighestTrackableValue()))
}

// tick finds the percentiles, and forgets what is not recent any more.
func (t *recentTimes) tick(now time.Duration) {
	all := t.window.Merge()
	t.calls = all.TotalCount()
	seconds := func(percent float64) float64 {
		if t.calls == 0 {
			return 0
		}
		return time.Duration(all.ValueAtQuantile(percent)).Seconds()
	}
	t.p50, t.p90, t.p99 = seconds(50), seconds(90), seconds(99)
	if now-t.rotated >= timesPart {
		t.rotated = now
		t.window.Rotate()
	}
}
