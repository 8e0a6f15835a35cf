package main

import "math"

// interval is that of Clopper and Pearson, at 95 %, for a share of which some of all were seen. ("The Use of Confidence
// or Fiducial Limits Illustrated in the Case of the Binomial", Biometrika 26, 1934.)
func interval(some, all int) (low, high float64) {
	low, high = 0, 1
	if some > 0 { // the share at which so many or more are seen by a chance of 2.5 %
		low = root(func(p float64) bool { return 1-atMost(some-1, all, p) > 0.025 })
	}
	if some < all {
		high = root(func(p float64) bool { return atMost(some, all, p) < 0.025 })
	}
	return low, high
}

// root is from which share on something holds.
func root(holds func(p float64) bool) float64 {
	low, high := 0.0, 1.0
	for range 60 {
		if middle := (low + high) / 2; holds(middle) {
			high = middle
		} else {
			low = middle
		}
	}
	return (low + high) / 2
}

// atMost is the chance that at most some of all are seen where the share is p.
func atMost(some, all int, p float64) float64 {
	sum := 0.0
	for k := range some + 1 {
		lgAll, _ := math.Lgamma(float64(all + 1))
		lgK, _ := math.Lgamma(float64(k + 1))
		lgRest, _ := math.Lgamma(float64(all - k + 1))
		sum += math.Exp(lgAll - lgK - lgRest + float64(k)*math.Log(p) + float64(all-k)*math.Log1p(-p))
	}
	return sum
}
