package source

import (
	"fmt"
	"iter"
)

// Batches gives what seq gives in slices of n, and what is left over in a last one, so that one call does what is
// cheaper for many at once. Each slice is the caller's. A slice is given when it is full: where inputs are long in
// coming, so are their batches. Batches panics when n is less than 1.
func Batches[T any](seq iter.Seq[T], n int) iter.Seq[[]T] {
	mustBeBatch(n)
	return func(yield func([]T) bool) {
		var batch []T
		for v := range seq {
			if batch == nil {
				batch = make([]T, 0, min(n, 1024))
			}
			if batch = append(batch, v); len(batch) == n {
				if !yield(batch) {
					return
				}
				batch = nil
			}
		}
		if len(batch) > 0 {
			yield(batch)
		}
	}
}

// BatchesErr is [Batches] of a source that can fail. Its error comes after a batch of what came before it.
func BatchesErr[T any](seq iter.Seq2[T, error], n int) iter.Seq2[[]T, error] {
	mustBeBatch(n)
	return func(yield func([]T, error) bool) {
		var failure error
		whole := func(yield func(T) bool) {
			for v, err := range seq {
				if failure = err; err != nil || !yield(v) {
					return
				}
			}
		}
		for batch := range Batches(whole, n) {
			if !yield(batch, nil) {
				return
			}
		}
		if failure != nil {
			yield(nil, failure)
		}
	}
}

func mustBeBatch(n int) {
	if n < 1 {
		panic(fmt.Sprintf("overlap/source: Batches: a batch of %d makes no sense: give 1 or more", n))
	}
}
