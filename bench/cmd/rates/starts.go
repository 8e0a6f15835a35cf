package main

import (
	"slices"
	"time"
)

func earliestAndLatest(starts []time.Time) (first, last time.Time) {
	return slices.MinFunc(starts, time.Time.Compare), slices.MaxFunc(starts, time.Time.Compare)
}

// busiestSecond is how many starts there are in the second that has most of them, wherever it begins.
func busiestSecond(starts []time.Time) int {
	sorted := slices.Clone(starts)
	slices.SortFunc(sorted, time.Time.Compare)
	most, first := 0, 0
	for i, at := range sorted {
		for at.Sub(sorted[first]) >= time.Second {
			first++
		}
		most = max(most, i-first+1)
	}
	return most
}
