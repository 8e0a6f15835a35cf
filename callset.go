package overlap

import "time"

// callSet is where a job's calls come from and their results go. Map, Stream and Group each have one, which knows the
// types; everything else of a job is the same for all and knows none.
type callSet interface {
	// ready is how many calls nobody has claimed; it may be out of date at once.
	ready() int
	// known is how many calls there have been so far, those that nobody has claimed included.
	known() int
	// claimOne claims one call. It never blocks.
	claimOne() (Call, bool)
	// claimSeveral claims up to len(calls) calls, all of one task and its options: of those that are ready, a part that
	// leaves as much to others. It never blocks.
	claimSeveral(calls []Call) int
	// claimBatch gives w a batch of up to most calls, and returns how many. It never blocks.
	claimBatch(w *Worker, most int) int
	// runBatch makes an attempt at each call of w's batch, on this goroutine.
	runBatch(w *Worker)
	// run makes one attempt at a call, on this goroutine.
	run(c Call)
	// endUnclaimed ends the calls that nobody has claimed as never started, and hands out no more.
	endUnclaimed(cause error)
	// endWaiting ends a call that waited for an attempt when the job stopped; last is how its last one ended, if known.
	endWaiting(c Call, last ending, cause error)

	// What an executor elsewhere needs of one call.
	taskOf(c Call) AnyTask
	input(c Call) any // *In
	rules(c Call) *policy
	index(c Call) int
	started(c Call, at time.Duration)
	// endAttempt notes that an attempt made elsewhere has ended, and hasEnded reports whether it has, other than by a
	// cancel of its future. endAttempt reports false when it had before.
	endAttempt(c Call) bool
	hasEnded(c Call) bool
	// ended takes how an attempt ended; out is *Out, or nil.
	ended(c Call, out any, o Outcome, err error)
}
