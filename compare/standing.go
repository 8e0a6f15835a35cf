package compare

import "slices"

const (
	// outFrom is by what factor a strategy must be slower than the fastest in every run to be out without a test.
	outFrom = 5
	// worthSaying is by what factor a winner must be faster: less than 5 % is not worth choosing by.
	worthSaying = 1.05
	// significant is the p-value up to which a difference counts. There are up to three looks at the runs, and each may
	// find one by chance: together in less than 5 % of comparisons. It is also what 6 runs a side can just give against
	// 7 others.
	significant = 0.016
)

// looks are the numbers of runs at which strategies are tested, and no others: who tests after each run, and stops when
// a difference looks significant, finds one where there is none in every fifth comparison.
var looks = []int{6, 12, 24}

// contender is a strategy that can win, as far as its runs tell.
type contender struct {
	walls  []float64 // the seconds of each run, in the order they were made
	beaten bool      // has been found slower before, and ran no further
}

// standing is what is known of a strategy against the fastest.
type standing int

const (
	fastestOfAll standing = iota
	beaten                // slower by more than 5 %: at least 5 times as slow in each run, or by the test
	within                // measured to be within 5 %
	unclear               // tested, and neither
	untested              // for want of runs
)

// against is how a strategy compares with the fastest.
type against struct {
	standing standing
	p        *float64  // of being slower by no more than 5 %
	ratio    *Interval // how many times as long it takes
}

// compareAll finds the fastest contender, and how the others stand against it. In a comparison of which the number of
// runs follows from what is found, only runs up to a look count.
func compareAll(all []contender, atLooks bool) (fastest int, stand []against) {
	medians := make([]float64, len(all))
	for i, c := range all {
		medians[i] = median(c.walls)
	}
	fastest = -1
	for i, c := range all {
		if !c.beaten && (fastest < 0 || medians[i] < medians[fastest]) {
			fastest = i
		}
	}
	stand = make([]against, len(all))
	if fastest < 0 {
		return fastest, stand
	}
	var tested []int
	var values []float64
	base := countedRuns(all[fastest].walls, atLooks)
	for i, c := range all {
		runs := countedRuns(c.walls, atLooks)
		switch {
		case i == fastest:
			continue
		case c.beaten || slices.Min(c.walls) >= outFrom*medians[fastest]:
			stand[i].standing = beaten
			continue
		case base == nil || runs == nil:
			stand[i].standing = untested
			continue
		}
		tested, values = append(tested, i), append(values, slowerByChance(base, runs))
		if low, high, ok := ratioInterval(base, runs, significant); ok {
			stand[i].ratio = &Interval{low, high}
		}
	}
	for n, p := range holm(values) {
		at := &stand[tested[n]]
		at.p = &p
		switch {
		case p <= significant:
			at.standing = beaten
		case at.ratio != nil && at.ratio.Low >= 1/worthSaying && at.ratio.High <= worthSaying:
			at.standing = within
		default:
			at.standing = unclear
		}
	}
	return fastest, stand
}

// countedRuns are the runs that a test may use, nil if there are too few.
func countedRuns(walls []float64, atLooks bool) []float64 {
	if !atLooks {
		if len(walls) < looks[0] {
			return nil
		}
		return walls
	}
	for _, look := range slices.Backward(looks) {
		if len(walls) >= look {
			return walls[:look]
		}
	}
	return nil
}

// slowerByChance is the p-value of b's runs taking more than 5 % longer than a's.
func slowerByChance(a, b []float64) float64 {
	longer := make([]float64, len(a))
	for i, wall := range a {
		longer[i] = wall * worthSaying
	}
	if u, _ := rankSum(longer, b); u >= float64(len(a)*len(b))/2 { // they take less
		return 1
	}
	return mannWhitney(longer, b)
}

// decide says what a comparison comes to.
func decide(stand []against) Decision {
	count := map[standing]int{}
	for _, s := range stand {
		count[s.standing]++
	}
	switch {
	case len(stand) == 0:
		return NoDecision
	case count[untested] > 0:
		return TooFewRuns
	case count[unclear] > 0:
		return CannotTell
	case count[within] > 0:
		return Tied
	}
	return Won
}
