// Package timespan is how flags take times: 250ms, 1m30s or, as GNU parallel takes it, a plain number of seconds.
package timespan

import (
	"errors"
	"math"
	"strconv"
	"time"

	"github.com/spf13/pflag"
)

// Span is a flag's time.
type Span time.Duration

// Var adds a flag for a time, which is the default until the user gives one.
func Var(set *pflag.FlagSet, to *time.Duration, name string, usual time.Duration, usage string) {
	*to = usual
	set.Var((*Span)(to), name, usage)
}

// Set implements pflag.Value.
func (t *Span) Set(text string) error {
	number, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil || math.IsNaN(number) || math.IsInf(number, 0):
		d, err := time.ParseDuration(text)
		*t = Span(d)
		return err
	case math.Abs(number) >= math.MaxInt64/1e9:
		return errors.New("time: out of range")
	}
	*t = Span(math.Round(number * 1e9))
	return nil
}

// Type implements pflag.Value.
func (*Span) Type() string { return "duration" }

// String implements pflag.Value; "" for none.
func (t *Span) String() string {
	if *t == 0 {
		return ""
	}
	return time.Duration(*t).String()
}
