package cli

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"example.com/overlap"
	"example.com/overlap/internal/timespan"
)

// timeoutFlag is how long an attempt may take: a time, or a share of the median of those that succeeded, such as 200%.
type timeoutFlag struct {
	time   timespan.Span
	factor float64 // of the median; 0: the time holds
	text   string  // as it was given; "" where it was not
}

// Set implements pflag.Value.
func (f *timeoutFlag) Set(text string) error {
	if share, ok := strings.CutSuffix(text, "%"); ok {
		percent, err := strconv.ParseFloat(share, 64)
		if err != nil || !(percent > 0 && percent <= 1e9) {
			return errors.New("give a share such as 200%, which is twice the median")
		}
		*f = timeoutFlag{factor: percent / 100, text: text}
		return nil
	}
	var span timespan.Span
	if err := span.Set(text); err != nil {
		return err
	}
	*f = timeoutFlag{time: span, text: text}
	return nil
}

// Type implements pflag.Value.
func (*timeoutFlag) Type() string { return "duration" }

// String implements pflag.Value.
func (f *timeoutFlag) String() string { return f.text }

// check refuses what makes no sense.
func (f *timeoutFlag) check() error {
	if f.time < 0 {
		return usageErrorf("--timeout %v makes no sense: give a positive time, such as 10s", time.Duration(f.time))
	}
	return nil
}

// option is that of the job; nil for no limit.
func (f *timeoutFlag) option() overlap.Option {
	switch {
	case f.factor > 0:
		return overlap.MedianTimeout(f.factor)
	case f.time > 0:
		return overlap.Timeout(time.Duration(f.time))
	}
	return nil
}
