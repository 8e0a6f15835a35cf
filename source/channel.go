package source

import (
	"context"
	"iter"
)

// Channel gives what comes through a channel, until that is closed or ctx has ended. A [overlap.Stream] over a channel
// by itself waits for the next value, whatever happens; this one ends with ctx. So that leaving the loop over the
// results ends it as well, let [Within] make the stream.
func Channel[T any](ctx context.Context, values <-chan T) iter.Seq[T] {
	return func(yield func(T) bool) {
		for ctx.Err() == nil {
			select {
			case v, open := <-values:
				if !open || !yield(v) {
					return
				}
			case <-ctx.Done():
				return
			}
		}
	}
}

// Within gives what stream gives, under a context of its own that ends as soon as the loop is left. So a break ends
// what stream and its source wait for, where they have got that context:
//
//	results := source.Within(ctx, func(ctx context.Context) iter.Seq[overlap.Result[Order, Receipt]] {
//		return overlap.Stream(ctx, overlap.Pool(8), ship, source.Channel(ctx, orders))
//	})
//
// Each range over the returned sequence calls stream anew.
func Within[R any](ctx context.Context, stream func(context.Context) iter.Seq[R]) iter.Seq[R] {
	return func(yield func(R) bool) {
		ctx, leave := context.WithCancel(ctx)
		defer leave()
		for r := range stream(ctx) {
			if !yield(r) {
				leave() // before the stream waits for its source
				return
			}
		}
	}
}
