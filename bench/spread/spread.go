// Package spread says what a few measurements of the same thing show: their median, and how far they lie apart.
package spread

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// Spread is the middle and the ends of some measurements, in their own unit.
type Spread struct{ Median, Min, Max float64 }

// Of returns the spread of values, which may be in any order and are left as they are; of an even number, the median is
// the mean of the middle two. Of panics when there are none.
func Of(values []float64) Spread {
	if len(values) == 0 {
		panic("spread: Of: needs at least one value")
	}
	sorted := slices.Sorted(slices.Values(values))
	upper := len(sorted) / 2
	median := sorted[upper]
	if len(sorted)%2 == 0 {
		median = (sorted[upper-1] + sorted[upper]) / 2
	}
	return Spread{Median: median, Min: sorted[0], Max: sorted[len(sorted)-1]}
}

// Ratios divides ours by theirs round by round: what slowed the machine down for a whole round slowed both, and drops
// out. It panics when they differ in length.
func Ratios(ours, theirs []float64) Spread {
	return pairwise("Ratios", ours, theirs, func(our, their float64) float64 { return our / their })
}

// Differences takes theirs from ours round by round. It panics when they differ in length.
func Differences(ours, theirs []float64) Spread {
	return pairwise("Differences", ours, theirs, func(our, their float64) float64 { return our - their })
}

func pairwise(name string, ours, theirs []float64, compare func(our, their float64) float64) Spread {
	if len(ours) != len(theirs) {
		panic(fmt.Sprintf("spread: %s: %d rounds of ours, %d of theirs", name, len(ours), len(theirs)))
	}
	values := make([]float64, len(ours))
	for i, our := range ours {
		values[i] = compare(our, theirs[i])
	}
	return Of(values)
}

// Text is the median and, in brackets, the range, each written by format.
func (s Spread) Text(format func(float64) string) string {
	return fmt.Sprintf("%s (%s..%s)", format(s.Median), format(s.Min), format(s.Max))
}

// Number writes three digits that matter, and never an exponent for what people read as a plain number.
func Number(value float64) string {
	size := math.Abs(value)
	switch {
	case size == 0:
		return "0"
	case size >= 100:
		return fmt.Sprintf("%.0f", value)
	case size >= 10:
		return fmt.Sprintf("%.1f", value)
	case size >= 0.01:
		return fmt.Sprintf("%.2f", value)
	}
	digits := int(math.Ceil(-math.Log10(size))) // one that matters: more would only be noise
	return fmt.Sprintf("%.*f", digits, value)
}

// Duration writes nanoseconds in the unit that suits them.
func Duration(nanoseconds float64) string {
	for _, unit := range []struct {
		size time.Duration
		name string
	}{{time.Second, "s"}, {time.Millisecond, "ms"}, {time.Microsecond, "µs"}} {
		if math.Abs(nanoseconds) >= float64(unit.size) {
			return Number(nanoseconds/float64(unit.size)) + " " + unit.name
		}
	}
	return Number(nanoseconds) + " ns"
}
