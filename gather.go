package overlap

import (
	"context"
	"errors"
	"fmt"
	"iter"
)

// All returns when every future has ended. Its error joins those of the futures that did not succeed, in their order,
// each future once. When ctx ends first, the error is its cause and says how many have not ended; nothing is
// canceled. A call that waits with its own context lends its slot meanwhile.
func All(ctx context.Context, futures ...AnyFuture) error {
	var failed []error
	if err := gather(ctx, "All", futures, func(AnyFuture) bool { return true }); err != nil {
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

// FirstCompleted returns when at least one future has ended: all that have, in the order in which they were given. When
// ctx ends first, the error is its cause and says how many have not ended. Of no futures it returns none, at once.
func FirstCompleted(ctx context.Context, futures ...AnyFuture) ([]AnyFuture, error) {
	if err := gather(ctx, "FirstCompleted", futures, func(AnyFuture) bool { return false }); err != nil {
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
	err := gather(ctx, "FirstError", futures, func(f AnyFuture) bool { first = f.Err(); return first == nil })
	if err != nil {
		return err
	}
	return first
}

// AsCompleted yields each future once, those that have ended first and then each as it ends. When ctx ends before all
// have, a last pair has the zero F and an error that wraps ctx's cause and says how many have not ended; they go on,
// as they do after a break. What has been yielded is not kept.
func AsCompleted[F AnyFuture](ctx context.Context, futures ...F) iter.Seq2[F, error] {
	check(ctx, "AsCompleted", futures)
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

func gather(ctx context.Context, where string, futures []AnyFuture, more func(AnyFuture) bool) error {
	check(ctx, where, futures)
	return arrive(ctx, futures, func(i int) bool { return more(futures[i]) })
}

// check panics when the public function where was given anything that is nil or not made by Submit.
func check[F AnyFuture](ctx context.Context, where string, futures []F) {
	mustHave(ctx, where)
	for i, f := range futures {
		if !made(f) {
			panic(fmt.Sprintf("overlap: %s: future %d is nil, or was not made by Submit", where, i+1))
		}
	}
}

// made reports whether Submit made the future, which may be nil in more ways than one: a nil pointer in an interface,
// or within a struct of the user's.
func made[F AnyFuture](f F) (made bool) {
	defer func() { _ = recover() }()
	return f.base().job != nil
}

// arrive calls each with the place of each future as it ends, each future once, until it says no more.
func arrive[F AnyFuture](ctx context.Context, futures []F, each func(int) bool) error {
	queue := newArrivals()
	watching := make(map[*future]*watcher, len(futures))
	places := make([]*future, len(futures)) // nil once they have ended, for what has been yielded must not be kept
	for i, f := range futures {
		if base := f.base(); watching[base] == nil {
			places[i] = base
			watching[base] = base.subscribe(queue, i)
		}
	}
	defer func() {
		for f, w := range watching {
			f.unsubscribe(w)
		}
	}()
	waiting := whileWaitingForAny(ctx, places)
	for total := len(watching); len(watching) > 0; {
		came := queue.take()
		for _, i := range came {
			delete(watching, places[i])
			places[i] = nil
			if !each(i) {
				return nil
			}
		}
		if len(came) > 0 {
			continue
		}
		var ended bool
		waiting(func() {
			select {
			case <-queue.some:
			case <-ctx.Done():
				ended = true
			}
		})
		if ended && queue.empty() {
			return fmt.Errorf("%d of %d futures have not ended: %w", len(watching), total, context.Cause(ctx))
		}
	}
	return nil
}
