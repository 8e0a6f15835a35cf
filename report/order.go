package report

import (
	"cmp"
	"slices"

	"example.com/overlap/compare"
)

// ByTime is the same report with the strategies of each job in the order of their medians, the fastest first, and those
// that have none last. It shares everything else with r, which stays as it is.
func ByTime(r *compare.Report) *compare.Report {
	sorted := *r
	sorted.Jobs = make([]*compare.JobReport, len(r.Jobs))
	for i, j := range r.Jobs {
		job := *j
		job.Strategies = slices.Clone(j.Strategies)
		slices.SortStableFunc(job.Strategies, func(a, b *compare.StrategyReport) int {
			switch {
			case !measured(a) || !measured(b):
				return cmp.Compare(unmeasured(a), unmeasured(b))
			}
			return cmp.Compare(*a.MedianSeconds, *b.MedianSeconds)
		})
		sorted.Jobs[i] = &job
	}
	return &sorted
}

func unmeasured(s *compare.StrategyReport) int {
	if measured(s) {
		return 0
	}
	return 1
}
