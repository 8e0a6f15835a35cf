// Package bench holds Overlap beside other people's libraries: the same calls, made by each in turn. The contests are
// run as ordinary Go benchmarks (go test -bench) and, for figures to rely on, round by round by cmd/sidebyside.
package bench

import (
	"context"
	"fmt"

	"example.com/overlap"
)

// Contest is one job that several libraries do.
type Contest struct {
	Name       string // as cmd/sidebyside's flag takes it
	What       string // a line for people
	Calls      int    // calls in one run, which figures are divided by; 1 where the run as a whole is of interest
	Runs       int    // runs in one measured round: enough for a clock and a garbage collector to be fair
	Contenders []Contender
	Target     Target
}

// Contender is one way to do the job. The first one of a contest is ours.
type Contender struct {
	Name string
	Run  func() error // does all calls of the contest once; an error when an answer is wrong
}

// Target is what ours is to reach: at most a ratio of the time of one contender, or at most some nanoseconds more.
type Target struct {
	Against string  // the contender's name; "" for a contest without a target
	Ratio   float64 // ours / theirs; 0 where Added is the target
	Added   float64 // nanoseconds a call, ours − theirs
}

// Contests are all of them, in the order of the table.
func Contests() []Contest {
	return []Contest{
		mapContest(), mapOthersContest(), bimodalContest(), streamContest(), smallWindowContest(),
		pipelinedContest(), oneByOneContest(), asyncContest(), observeContest(),
		rateContest(), perKeyContest(), perKeyRateContest(),
	}
}

const (
	calls   = 100_000
	workers = 8
)

var inputs = func() []int {
	all := make([]int, calls)
	for i := range all {
		all[i] = i
	}
	return all
}()

// increment is the trivial call: what is left of the time is the library's.
func increment(_ context.Context, n int) (int, error) { return n + 1, nil }

var incrementTask = overlap.Func(increment)

// incremented checks a sample of the answers: both ends and the middle, so that checking takes no part in the time.
func incremented(out []int, err error) error {
	if err != nil {
		return err
	}
	if len(out) != len(inputs) {
		return fmt.Errorf("%d results for %d inputs", len(out), len(inputs))
	}
	for _, i := range []int{0, len(out) / 2, len(out) - 1} {
		if out[i] != i+1 {
			return fmt.Errorf("result %d is %d, want %d", i, out[i], i+1)
		}
	}
	return nil
}

func outOfOrder(index, value int) error {
	return fmt.Errorf("result %d is %d, want %d: out of order", index, value, index+1)
}

// total checks the sum of all results, where a contender hands them out one by one.
func total(sum, results int) error {
	if want := results * (results + 1) / 2; sum != want {
		return fmt.Errorf("the results add up to %d, want %d", sum, want)
	}
	return nil
}
