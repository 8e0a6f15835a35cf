package overlap

import (
	"context"
	"errors"
	"fmt"
	"iter"
)

// All returns when every future has ended. Its error joins those of the futures that did not succeed, in their order,
// each future once. When ctx ends first, the error is its cause and says how many have not ended; nothing is canceled. A
// call that waits with its own context lends its slot meanwhile.
func All(ctx context.Context, futures ...AnyFuture) error {
	var failed []error
	if err := gather(ctx, futures, func(AnyFuture) bool { return true }); err != nil {
		return err
	}
	counted := map[*future]bool{}
	for _, f := range futures {
		if err := f.Err(); err != nil && !counted[f.base()] {
			counted[f.base()] = true
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

// First returns when at least one future has ended: those that have, in the order in which they were given. When ctx
// ends first, the error is its cause and says how many have not ended. First of no futures returns nothing at once.
func First(ctx context.Context, futures ...AnyFuture) ([]AnyFuture, error) {
	if err := gather(ctx, futures, func(AnyFuture) bool { return false }); err != nil {
		return nil, err
	}
	var ended []AnyFuture
	for _, f := range futures {
		if f.base().ended() {
			ended = append(ended, f)
		}
	}
	return ended, nil
}

// FirstError returns the error of the first future that did not succeed, as soon as there is one, or nil when all have
// ended and succeeded. When ctx ends first, the error is its cause and says how many have not ended.
func FirstError(ctx context.Context, futures ...AnyFuture) error {
	var first error
	err := gather(ctx, futures, func(f AnyFuture) bool { first = f.Err(); return first == nil })
	if err != nil {
		return err
	}
	return first
}

// AsCompleted yields each future once, those that have ended first and then each as it ends. When ctx ends before all
// have, a last pair has the zero F and an error that wraps ctx's cause and says how many have not ended; they go on, as they
// do after a break. What has been yielded is not kept.
func AsCompleted[F AnyFuture](ctx context.Context, futures ...F) iter.Seq2[F, error] {
	return func(yield func(F, error) bool) {
		all := append([]F(nil), futures...)
		goOn := true
		err := arrive(ctx, all, func(i int) bool {
			f := all[i]
			var none F
			all[i] = none
			goOn = yield(f, nil)
			return goOn
		})
		if err != nil && goOn {
			var none F
			yield(none, err)
		}
	}
}

func gather(ctx context.Context, futures []AnyFuture, more func(AnyFuture) bool) error {
	return arrive(ctx, futures, func(i int) bool { return more(futures[i]) })
}

// arrive calls each with the place of each future as it ends, each future once, until it says no more.
func arrive[F AnyFuture](ctx context.Context, futures []F, each func(int) bool) error {
	queue := newArrivals()
	seen := make(map[*future]bool, len(futures))
	jobs := map[*Job]bool{}
	for i, f := range futures {
		if base := f.base(); !seen[base] {
			seen[base] = true
			jobs[&base.job.Job] = true
			base.subscribe(queue, i)
		}
	}
	total := len(seen)
	seen = nil // what has been yielded must not be kept
	for left := total; left > 0; {
		places := queue.take()
		for _, i := range places {
			left--
			if !each(i) {
				return nil
			}
		}
		if len(places) > 0 || left == 0 {
			continue
		}
		var ended bool
		whileLendingAll(ctx, jobs, func() {
			select {
			case <-queue.some:
			case <-ctx.Done():
				ended = true
			}
		})
		if ended && queue.empty() {
			return fmt.Errorf("%d of %d futures have not ended: %w", left, total, context.Cause(ctx))
		}
	}
	return nil
}
