package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"example.com/overlap/internal/figures"
)

// serviceTimes are how long the last attempts of calls took that succeeded.
type serviceTimes struct{ histogram *hdrhistogram.Histogram }

// newServiceTimes tells times from a microsecond to 10 hours apart by 3 digits.
func newServiceTimes() *serviceTimes {
	return &serviceTimes{hdrhistogram.New(1, (10 * time.Hour).Microseconds(), 3)}
}

func (s *serviceTimes) add(took time.Duration) {
	_ = s.histogram.RecordValue(min(max(1, took.Microseconds()), s.histogram.HighestTrackableValue()))
}

// text has some percentiles. Calls begin when others have ended, however slow these are, so the times do not say what
// somebody would wait who sends requests at a rate of his own.
func (s *serviceTimes) text() string {
	var parts []string
	for _, p := range []struct {
		name     string
		quantile float64
	}{{"p50", 50}, {"p90", 90}, {"p99", 99}, {"p99.9", 99.9}} {
		seconds := float64(s.histogram.ValueAtQuantile(p.quantile)) / 1e6
		parts = append(parts, fmt.Sprintf("%s %s", p.name, figures.Seconds(seconds)))
	}
	return "service times, in a closed loop: " + strings.Join(parts, ", ")
}
