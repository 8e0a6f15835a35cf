package bench

import (
	"fmt"

	"example.com/overlap/bench/spread"
)

// Heading is the header of the rows that Rows gives.
var Heading = []string{"what", "beside", "ours a call", "theirs a call", "ours / theirs", "target", "met",
	"our B, allocs a call", "their B, allocs a call"}

// Rows is a table row for each peer of the contest, from what Measure returned.
func (c Contest) Rows(all []Series) [][]string {
	var rows [][]string
	ours := all[0]
	for i, peer := range c.Contenders[1:] {
		theirs := all[i+1]
		ratio := spread.Ratios(ours.Nanoseconds, theirs.Nanoseconds)
		compared := ratio.Text(spread.Number)
		added := spread.Differences(ours.Nanoseconds, theirs.Nanoseconds)
		target, met := "", ""
		if peer.Name == c.Target.Against {
			target, met = c.Target.judge(ratio, added)
			if c.Target.Ratio == 0 {
				compared = added.Text(signed)
			}
		}
		rows = append(rows, []string{c.What, peer.Name,
			spread.Of(ours.Nanoseconds).Text(spread.Duration), spread.Of(theirs.Nanoseconds).Text(spread.Duration),
			compared, target, met, ours.allocated(), theirs.allocated()})
	}
	return rows
}

// judge says what the target is and whether the median reaches it.
func (t Target) judge(ratio, added spread.Spread) (target, met string) {
	if t.Ratio > 0 {
		return "≤ " + spread.Number(t.Ratio), yesNo(ratio.Median <= t.Ratio)
	}
	return "≤ +" + spread.Duration(t.Added), yesNo(added.Median <= t.Added)
}

func (s Series) allocated() string {
	return fmt.Sprintf("%s, %s", spread.Number(spread.Of(s.Bytes).Median), spread.Number(spread.Of(s.Allocations).Median))
}

// signed writes nanoseconds with the sign of what was added.
func signed(nanoseconds float64) string {
	if nanoseconds < 0 {
		return spread.Duration(nanoseconds)
	}
	return "+" + spread.Duration(nanoseconds)
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}
