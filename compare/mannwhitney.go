package compare

import (
	"cmp"
	"math"
	"slices"
	"sync"
)

// exactUpTo is the sample size up to which the test without ties counts orders instead of approximating.
const exactUpTo = 50

// mannWhitney is the two-sided p-value of the Mann-Whitney U test: how likely values that differ this much in rank are
// if both samples come from one distribution. Exact when there are no ties and neither sample is larger than 50;
// else the normal approximation with corrections for ties and continuity. 1 if a sample is empty or all are equal.
// (Mann and Whitney, "On a Test of Whether one of Two Random Variables is Stochastically Larger than the Other",
// Annals of Mathematical Statistics 18, 1947.)
func mannWhitney(a, b []float64) float64 {
	if len(a) == 0 || len(b) == 0 {
		return 1
	}
	u, ties := rankSum(a, b)
	n, m := len(a), len(b)
	if ties == 0 && n <= exactUpTo && m <= exactUpTo {
		return min(1, 2*shareOfOrders(n, m, int(min(u, float64(n*m)-u))))
	}
	all := float64(n + m)
	variance := float64(n*m) / 12 * (all + 1 - ties/(all*(all-1)))
	if variance <= 0 {
		return 1
	}
	distance := max(0, math.Abs(u-float64(n*m)/2)-0.5)
	return math.Erfc(distance / math.Sqrt(2*variance))
}

// rankSum is U, the number of pairs in which a's value is the larger (a tie counts one half), and the sum of t³-t over
// the groups of t equal values.
func rankSum(a, b []float64) (u, ties float64) {
	type value struct {
		v     float64
		fromA bool
	}
	all := make([]value, 0, len(a)+len(b))
	for _, v := range a {
		all = append(all, value{v, true})
	}
	for _, v := range b {
		all = append(all, value{v, false})
	}
	slices.SortFunc(all, func(x, y value) int { return cmp.Compare(x.v, y.v) })
	below := 0.0 // values of b smaller than the group
	for i := 0; i < len(all); {
		j, ofA := i, 0.0
		for ; j < len(all) && all[j].v == all[i].v; j++ {
			if all[j].fromA {
				ofA++
			}
		}
		group := float64(j - i)
		ofB := group - ofA
		u += ofA * (below + ofB/2)
		ties += group*group*group - group
		below += ofB
		i = j
	}
	return u, ties
}

// shareOfOrders is the share of all orders of n and m values whose U is at most u, if no two values are equal.
func shareOfOrders(n, m, u int) float64 { return ordersUpTo(n, m)[u] }

var knownOrders sync.Map // of ordersUpTo, by the sizes of the samples

// ordersUpTo are, for each U up to half of the most, the share of all orders of n and m values whose U is at most that.
func ordersUpTo(n, m int) []float64 {
	sizes := [2]int{n, m}
	if known, ok := knownOrders.Load(sizes); ok {
		return known.([]float64)
	}
	most := n * m / 2
	// ways[j][k]: orders of i values of the one and j of the other with U = k, as a share of all orders of these.
	// The largest value is of the one sample with probability i/(i+j), and then adds j to U; else it adds nothing.
	ways := make([][]float64, m+1)
	for j := range ways {
		ways[j] = make([]float64, most+1)
		ways[j][0] = 1
	}
	for i := 1; i <= n; i++ {
		for j := 1; j <= m; j++ { // ways[0] stays: without the other sample U is 0
			next := make([]float64, most+1)
			chance := float64(i) / float64(i+j)
			for k := range next {
				if k >= j {
					next[k] = chance * ways[j][k-j]
				}
				next[k] += (1 - chance) * ways[j-1][k]
			}
			ways[j] = next
		}
	}
	sums := ways[m]
	for k := 1; k < len(sums); k++ {
		sums[k] += sums[k-1]
	}
	knownOrders.Store(sizes, sums)
	return sums
}
