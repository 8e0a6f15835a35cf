package cli

import (
	"fmt"
	"strconv"
	"strings"
)

// leveled is the name of a row of compare: a strategy, and how many calls it runs at once.
func leveled(strategy string, atOnce int) string { return fmt.Sprintf("%s(%d)", strategy, atOnce) }

// splitLevel takes a name such as pool(8) apart; a level of 0 means that it has none.
func splitLevel(name string) (strategy string, atOnce int, err error) {
	strategy, level, ok := strings.Cut(name, "(")
	if !ok {
		return name, 0, nil
	}
	digits, closed := strings.CutSuffix(level, ")")
	atOnce, err = strconv.Atoi(digits)
	switch {
	case !closed || err != nil || atOnce < 1 || tooMany("--on", atOnce) != nil:
		return "", 0, usageErrorf("--on %s is none: give a strategy, and how many calls it runs at once like pool(8)", name)
	case strategy == "sync" || strategy == "loop":
		return "", 0, usageErrorf("--on %s makes no sense: %s has no number of calls that run at once", name, strategy)
	}
	return strategy, atOnce, nil
}
