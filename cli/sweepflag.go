package cli

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"example.com/overlap/compare"
)

// sweepFlag is the numbers of calls at once between which compare doubles them, as 1..64.
type sweepFlag compare.Sweep

// Set implements pflag.Value.
func (f *sweepFlag) Set(text string) error {
	from, to, isRange := strings.Cut(text, "..")
	first, fromErr := strconv.Atoi(from)
	last, toErr := strconv.Atoi(to)
	if !isRange || fromErr != nil || toErr != nil || first < 1 || last < first || tooMany("--sweep", last) != nil {
		return errors.New("give a range of calls at once, such as 1..64")
	}
	*f = sweepFlag{first, last}
	return nil
}

// Type implements pflag.Value.
func (*sweepFlag) Type() string { return "range" }

// String implements pflag.Value.
func (f *sweepFlag) String() string {
	if *f == (sweepFlag{}) {
		return ""
	}
	return fmt.Sprintf("%d..%d", f.From, f.To)
}
