package cli

import (
	"errors"

	"example.com/overlap/compare"
	"example.com/overlap/report"
)

// sortFlag is the order in which compare shows strategies, in the words of hyperfine: "auto", "command", "mean-time".
type sortFlag string

const byTime = "mean-time"

// Set implements pflag.Value.
func (f *sortFlag) Set(text string) error {
	switch text {
	case "auto", "command", byTime:
		*f = sortFlag(text)
		return nil
	}
	return errors.New("give auto, command or mean-time")
}

// Type implements pflag.Value.
func (*sortFlag) Type() string { return "order" }

// String implements pflag.Value.
func (f *sortFlag) String() string { return string(*f) }

// sorted is the report in that order.
func (f sortFlag) sorted(r *compare.Report) *compare.Report {
	if f == byTime {
		return report.ByTime(r)
	}
	return r
}
