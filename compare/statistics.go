package compare

import (
	"math"
	"slices"
)

// median is the middle of the values, which need not be sorted; of an even number, the mean of the middle two.
// NaN if there are none.
func median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// medianInterval is a confidence interval for the median of what the values are a sample of, at a level of at least
// 95 %: the k-th smallest to the k-th largest, for the largest k that allows it. It assumes nothing of the
// distribution. There is none for fewer than 6 values.
// (Conover, Practical Nonparametric Statistics, 3rd edition, section 3.2.)
func medianInterval(values []float64) (low, high float64, ok bool) {
	n := len(values)
	// Each value lies below the median with probability 1/2, so how many do is binomial: outside sums the chance that
	// fewer than k do, in 2ⁿ.
	k, chance, outside := 0, math.Ldexp(1, -n), 0.0
	for outside+chance <= 0.025 && k < n/2 {
		outside += chance
		chance *= float64(n-k) / float64(k+1)
		k++
	}
	if k == 0 {
		return 0, 0, false
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[k-1], sorted[n-k], true
}

// holm corrects p-values for being several: the chance that any one is at most 0.05 by luck stays 5 %.
// (Holm, "A Simple Sequentially Rejective Multiple Test Procedure", Scandinavian Journal of Statistics 6, 1979.)
func holm(p []float64) []float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if p[a] < p[b] {
			return -1
		}
		return +1
	})
	corrected, highest := make([]float64, len(p)), 0.0
	for rank, i := range order {
		highest = min(1, max(highest, p[i]*float64(len(p)-rank)))
		corrected[i] = highest
	}
	return corrected
}

// outliers are the indexes of values further from the median than 14.826 times the median absolute deviation, which for
// normal values is 10 standard deviations: the modified z-score (Iglewicz and Hoaglin, How to Detect and Handle
// Outliers, 1993) with hyperfine's threshold. They must also be 5 % off: when three times happen to be all but equal,
// the fourth need not be far.
func outliers(values []float64) []int {
	if len(values) < 3 {
		return nil
	}
	middle := median(values)
	deviations := make([]float64, len(values))
	for i, v := range values {
		deviations[i] = math.Abs(v - middle)
	}
	limit := max(14.826*median(deviations), 0.05*math.Abs(middle))
	var far []int
	for i, d := range deviations {
		if d > limit {
			far = append(far, i)
		}
	}
	return far
}

// drift is by what fraction values, in the order they were measured, rise (or fall, below 0) from their first half to
// their second, if they do so beyond chance: Kendall's rank correlation of value and place, p ≤ 0.05, which takes at
// least 5 values.
func drift(values []float64) (change float64, beyondChance bool) {
	n := len(values)
	falls := 0 // pairs of which the later is smaller
	for i := range values {
		for j := i + 1; j < n; j++ {
			if values[j] < values[i] {
				falls++
			}
		}
	}
	most := n * (n - 1) / 2
	if 2*shareWithInversions(n, min(falls, most-falls)) > 0.05 {
		return 0, false
	}
	first, second := median(values[:n/2]), median(values[(n+1)/2:])
	if first == 0 {
		return 0, false
	}
	return second/first - 1, true
}

// shareWithInversions is the share of the orders of n things in which at most k pairs are the wrong way round.
func shareWithInversions(n, k int) float64 {
	ways := []float64{1} // ways[i] is the share of orders with i inversions, for the first things alone
	for size := 2; size <= n; size++ {
		next := make([]float64, len(ways)+size-1)
		for i, w := range ways {
			for more := range size { // the new thing can stand before 0 to size-1 others
				next[i+more] += w / float64(size)
			}
		}
		ways = next
	}
	sum := 0.0
	for _, w := range ways[:min(k+1, len(ways))] {
		sum += w
	}
	return sum
}
