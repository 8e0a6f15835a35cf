package cli

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"example.com/overlap"
	"example.com/overlap/internal/timespan"
)

// rateFlag is how many calls may start in a time: 100/s, 5/m, 1000/h, 10/2s.
type rateFlag struct {
	text string // as it was given; "" where it was not
	n    int
	per  time.Duration
}

// Set implements pflag.Value.
func (f *rateFlag) Set(text string) error {
	number, time, ok := strings.Cut(text, "/")
	n, err := strconv.Atoi(number)
	per, known := rateUnit(time)
	if !ok || err != nil || n < 1 || !known {
		return errors.New("give a whole number of calls and a time, as in 100/s, 5/m or 1/2s")
	}
	*f = rateFlag{text: text, n: n, per: per}
	return nil
}

// rateUnit reads the time of a rate: a unit, or a number of them.
func rateUnit(text string) (per time.Duration, ok bool) {
	switch text {
	case "s", "sec", "second":
		return time.Second, true
	case "m", "min", "minute":
		return time.Minute, true
	case "h", "hour":
		return time.Hour, true
	}
	var span timespan.Span
	err := span.Set(text)
	return time.Duration(span), err == nil && span > 0
}

// Type implements pflag.Value.
func (*rateFlag) Type() string { return "rate" }

// String implements pflag.Value.
func (f *rateFlag) String() string { return f.text }

// limit is the option of the job; nil where the flag was not given.
func (f *rateFlag) limit() overlap.Option {
	if f.n == 0 {
		return nil
	}
	return overlap.Rate(f.n, f.per)
}
