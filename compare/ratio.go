package compare

import (
	"math"
	"slices"
)

// ratioInterval says how many times as long b's runs take as a's: a confidence interval of the ratio at a level of at
// least 1-alpha, which assumes nothing of how times are distributed but that one distribution is the other, stretched.
// It holds the ratios that [mannWhitney] would not reject. There is none for samples that are too small for the level.
// (Hodges and Lehmann, "Estimates of Location Based on Rank Tests", Annals of Mathematical Statistics 34, 1963, for the
// difference; for the ratio, that of the logarithms.)
func ratioInterval(a, b []float64, alpha float64) (low, high float64, ok bool) {
	place := outermost(len(a), len(b), alpha)
	if place == 0 {
		return 0, 0, false
	}
	ratios := allRatios(a, b)
	return ratios[place-1], ratios[len(ratios)-place], true
}

// outermost is the place, from 1 and from either end, of the ratio that ends the interval; 0 if there is none.
func outermost(n, m int, alpha float64) int {
	if n > exactUpTo || m > exactUpTo {
		deviation := math.Sqrt(float64(n*m) / 12 * float64(n+m+1))
		return max(0, int(float64(n*m)/2-math.Sqrt2*math.Erfinv(1-alpha)*deviation))
	}
	place := 0
	for _, share := range ordersUpTo(n, m) {
		if 2*share > alpha {
			break
		}
		place++
	}
	return place
}

// allRatios are those of each of b's times to each of a's, sorted.
func allRatios(a, b []float64) []float64 {
	ratios := make([]float64, 0, len(a)*len(b))
	for _, of := range b {
		for _, to := range a {
			ratios = append(ratios, of/to)
		}
	}
	slices.Sort(ratios)
	return ratios
}
