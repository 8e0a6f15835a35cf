// Package compare measures one job under every strategy and says which wins, and why.
//
// # How it measures
//
// [Run] takes a [Plan]: jobs and strategies. Every measurement is made in a process of its own ([Child]), so that one
// strategy's garbage, threads, warm connections or memory never count into another's. The measurements are made in
// rounds, each strategy once a round and in a shuffled order, so that whatever slows the machine for a while does not
// hit one strategy alone. A strategy at least 5 times as slow as the fastest runs once, the others 6 times, and while
// it is not known which of them is the fastest 12 and 24 times; fewer times within a budget, and the report says how
// many.
//
// Inside a process, the clock runs around one [overlap.Map] over all inputs and nothing else: inputs are decoded,
// garbage is collected and memory given back before it starts; times are sorted, counted and hashed after it stops.
//
// # What it reports
//
// Medians and ranges, never means: one hiccup must not move the figure. The winner is more than 5 % faster than each
// other strategy, which at least 6 runs of both have shown (see [StrategyReport].P). Strategies tie when they are
// measured to be within 5 %; otherwise the report says that it cannot tell, and what it takes ([Decision]). Of
// strategies that are equally fast, one wins by chance in less than 5 % of comparisons. The job's [Class] is the share
// of the calls' time that was spent on a CPU. The answers of all runs are compared by hash (see [Measurement].Answers
// for what that covers), because a strategy that is fast and wrong has won nothing.
//
// The statistics follow benchstat's (golang.org/x/perf/benchmath): the median with a confidence interval from order
// statistics, and the Mann-Whitney U test, which assume nothing of how times are distributed; the warnings follow
// hyperfine's.
package compare
