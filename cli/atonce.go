package cli

import (
	"errors"
	"math"
	"runtime"
	"strconv"
	"strings"

	"example.com/overlap/internal/figures"
)

// atOnce is how many calls a user wants to run at once, as -j takes it: N, a share of the cores as N%, as many more or
// fewer than cores as +N or -N, or 0 for as many as there are inputs for.
type atOnce struct {
	text  string // as it was given; "" where it was not
	calls int    // 0 where it was not given
}

// unlimited is what -j 0 asks for: the library is never asked for more, and nothing has as many calls at once.
const unlimited = math.MaxInt32

var errAtOnce = errors.New("give a whole number of calls, a share of the cores as 50%, +N or -N cores, or 0 for no limit")

// Set implements pflag.Value.
func (a *atOnce) Set(text string) error {
	calls, err := parseAtOnce(text, runtime.GOMAXPROCS(0))
	if err == nil {
		*a = atOnce{text: text, calls: calls}
	}
	return err
}

// Type implements pflag.Value.
func (*atOnce) Type() string { return "number" }

// String implements pflag.Value.
func (a *atOnce) String() string { return a.text }

// parseAtOnce reads what -j says on a machine of so many cores. The result is at least 1 and at most unlimited.
func parseAtOnce(text string, cores int) (calls int, err error) {
	number, sign, percent := text, "", strings.HasSuffix(text, "%")
	switch {
	case percent:
		number = strings.TrimSuffix(text, "%")
	case strings.HasPrefix(text, "+"), strings.HasPrefix(text, "-"):
		sign, number = text[:1], text[1:]
	}
	n, err := strconv.ParseUint(number, 10, 64)
	switch {
	case errors.Is(err, strconv.ErrRange) || n > mostCount:
		return 0, errors.New("that is more than there can be: give at most " + figures.Grouped(mostCount))
	case err != nil || percent && n == 0:
		return 0, errAtOnce
	}
	atMost := func(n uint64) int { return int(max(1, min(n, unlimited))) }
	switch {
	case percent:
		return atMost(uint64(cores) * n / 100), nil
	case sign == "+":
		return atMost(uint64(cores) + n), nil
	case sign == "-":
		return max(1, cores-int(min(n, unlimited))), nil
	case n == 0:
		return unlimited, nil
	}
	return atMost(n), nil
}
