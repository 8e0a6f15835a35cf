package compare

import (
	"context"
	"slices"
	"time"
)

// Sweep has the best strategies of a job measured with From, twice From and so on up to To calls at once, To as well,
// but with no more than there are calls. The zero Sweep measures none.
type Sweep struct{ From, To int }

const (
	mostSwept = 3 // strategies
	sweepRuns = 3 // of each level, where the budget allows
)

// levels are the numbers of calls at once, for a job of so many calls.
func (s Sweep) levels(calls int) []int {
	var all []int
	last := min(s.To, calls)
	for n := s.From; n >= 1 && n < last; n *= 2 {
		all = append(all, n)
	}
	if last >= 1 && last >= s.From {
		all = append(all, last)
	}
	return all
}

// sweep measures how the best strategies scale.
func (r *rounds) sweep(ctx context.Context) {
	if r.plan.Sweep == (Sweep{}) {
		return
	}
	var swept []string
	order := r.report.inOrder()
	stand := r.report.compareStrategies(order)
	for i, row := range order {
		at := slices.IndexFunc(r.plan.Strategies, func(s Strategy) bool { return s.Name == row.Name })
		scales := r.plan.Strategies[at].Scales
		if scales == "" || stand[i].standing == beaten || slices.Contains(swept, scales) || len(swept) == mostSwept {
			continue
		}
		swept = append(swept, scales)
	}
	for _, strategy := range swept {
		if scaling := r.sweepOne(ctx, strategy); scaling != nil {
			r.report.Scaling = append(r.report.Scaling, scaling)
		}
	}
}

// sweepOne measures how one strategy scales, nil if it cannot be measured. The first round goes from the highest level
// down, and ends before one that would take longer than the budget: half as many at once take up to twice as long.
func (r *rounds) sweepOne(ctx context.Context, strategy string) *Scaling {
	levels := r.plan.Sweep.levels(r.job.Inputs.Len())
	made := map[int][]Measurement{}
	start := time.Now()
	for round := range sweepRuns {
		for _, place := range r.sweepOrder(round, len(levels)) {
			level := levels[place]
			if round > 0 && (made[level] == nil || time.Since(start) > r.plan.Budget) {
				continue
			}
			begun := time.Now()
			m := r.measureLevel(ctx, strategy, level, round)
			if m == nil {
				break
			}
			made[level] = append(made[level], *m)
			if round == 0 && 2*time.Since(begun) > r.plan.Budget {
				break
			}
		}
		if ctx.Err() != nil {
			break
		}
	}
	scaling := &Scaling{Strategy: strategy}
	for _, level := range levels {
		if made[level] != nil {
			scaling.Levels = append(scaling.Levels, newLevel(level, made[level]))
		}
	}
	if scaling.Levels == nil {
		return nil
	}
	scaling.summarize(r.report)
	return scaling
}

// sweepOrder is the order of the levels in a round.
func (r *rounds) sweepOrder(round, levels int) []int {
	if round > 0 {
		return r.random.Perm(levels)
	}
	var down []int
	for i := range levels {
		down = append(down, levels-1-i)
	}
	return down
}

// measureLevel makes one measurement, nil if it fails.
func (r *rounds) measureLevel(ctx context.Context, strategy string, level, round int) *Measurement {
	progress := Progress{Job: r.report.Title, Strategy: strategy, AtOnce: level, Round: round + 1, Rounds: sweepRuns}
	r.plan.Progress(progress)
	if !r.prepare(ctx) {
		return nil
	}
	m, err := r.plan.Runner.Measure(ctx, r.order(strategy, level))
	if err != nil && ctx.Err() != nil { // it was stopped
		return nil
	}
	progress.Measurement, progress.Err = m, err
	r.plan.Progress(progress)
	return m
}

func newLevel(atOnce int, made []Measurement) Level {
	row := StrategyReport{Measurements: made}
	level := Level{AtOnce: atOnce, Seconds: row.walls(), MedianSeconds: median(row.walls()), Failed: row.mostFailed()}
	level.CoresBusy = row.medianKnown(func(m *Measurement) *float64 { return m.CoresBusy })
	if level.MedianSeconds > 0 {
		level.CallsPerSecond = float64(made[0].Calls) / level.MedianSeconds
	}
	return level
}
