package overlap

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"
)

// JobError is how a job failed. It says which of its calls have a value and which have none, and why: those that
// failed by themselves, those that were canceled because of that or because the job's context ended, and those that
// never started.
type JobError struct {
	// Failed are the calls that failed by themselves, in the order of their indexes: all of a Map, and of a Group,
	// which may go on for ever, the first 1,000 that failed.
	Failed []*CallError
	More   int // calls of a Group that failed by themselves and are not in Failed
	Total  int // calls the job had
	// Cause is the cause of an outer cancel, if there was one before all calls had ended, and what an observer broke
	// by (see [Observe]); else nil.
	Cause error

	others *indexSet // calls that were canceled or never started
}

// Missing yields the indexes of the calls that have no value, in their order: those in Failed, and those that were
// canceled or never started. All other calls have theirs, except for More that failed, and futures that were canceled
// one by one. It may be called at any time, by several goroutines, and takes little memory also where a million calls
// are missing.
func (e *JobError) Missing() iter.Seq[int] {
	return func(yield func(int) bool) {
		failed := e.Failed
		for i := range e.without().all() {
			for ; len(failed) > 0 && failed[0].Index < i; failed = failed[1:] {
				if !yield(failed[0].Index) {
					return
				}
			}
			if !yield(i) {
				return
			}
		}
		for _, c := range failed {
			if !yield(c.Index) {
				return
			}
		}
	}
}

// Lacks reports whether the call with the index is one of those that Missing yields: whether the value that a [Map]
// returned for it is not real.
func (e *JobError) Lacks(index int) bool {
	if e.without().has(index) {
		return true
	}
	byIndex := func(c *CallError, i int) int { return cmp.Compare(c.Index, i) }
	_, failed := slices.BinarySearchFunc(e.Failed, index, byIndex)
	return failed
}

func (e *JobError) without() *indexSet {
	if e.others == nil {
		return &indexSet{}
	}
	return e.others
}

// Error prints the first three failures.
func (e *JobError) Error() string {
	const most = 3
	var b strings.Builder
	if len(e.Failed) == 0 {
		return e.withoutFailures()
	}
	all := len(e.Failed) + e.More
	fmt.Fprintf(&b, "%d of %d calls failed: ", all, e.Total)
	for i, c := range e.Failed {
		if i == most {
			fmt.Fprintf(&b, "; and %d more", all-most)
			break
		}
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(c.Error())
	}
	if e.Cause != nil {
		b.WriteString("; canceled: " + textOf(e.Cause))
	}
	return b.String()
}

func (e *JobError) withoutFailures() string {
	n := e.without().count
	switch {
	case n == 0 && e.Cause != nil: // an observer broke
		return textOf(e.Cause)
	case e.Cause != nil:
		return fmt.Sprintf("%d of %d calls have no value: %s", n, e.Total, textOf(e.Cause))
	}
	return fmt.Sprintf("%d of %d calls have no value", n, e.Total)
}

// Unwrap returns the failures, and the cause of the cancel if there was one.
func (e *JobError) Unwrap() []error {
	all := make([]error, 0, len(e.Failed)+1)
	for _, c := range e.Failed {
		all = append(all, c)
	}
	if e.Cause != nil {
		all = append(all, e.Cause)
	}
	return all
}
