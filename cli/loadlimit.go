package cli

import (
	"errors"
	"strings"
)

// loadLimit is how many threads of the machine --load allows, read as -j is.
type loadLimit struct{ atOnce }

var errLoad = errors.New("give a whole number of threads in digits, a share of the cores as 50%, +N or -N cores, or 0 for no limit")

// Set implements pflag.Value.
func (l *loadLimit) Set(text string) error {
	err := l.atOnce.Set(text)
	number, isShare := strings.CutSuffix(text, "%")
	switch {
	case err != errAtOnce:
		return err
	case isShare && number != "" && strings.Trim(number, "0") == "":
		return errors.New("a machine is never without a thread to run, so no call would begin: give 1% or more, or 0 for no limit")
	}
	return errLoad
}
