package overlap

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
	"sync/atomic"
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

// watcher is somebody who waits for a future's end: through a channel, or with others in a queue of arrivals. A
// future's watchers are a list, the latest first. Only the future's mutex lets it change, except that notify takes it
// as a whole, at any time: so watchers behind the first can be taken out while notify is about to read them.
type watcher struct {
	next     atomic.Pointer[watcher]
	previous *watcher      // nil for the first; guarded by the future's mutex
	done     chan struct{} // of all who wait by Done
	arrived  *arrivals
	place    int // in arrived
}

// endedMark stands in a future's watchers once it has ended.
var endedMark = &watcher{}

var closedChannel = func() chan struct{} { c := make(chan struct{}); close(c); return c }()

func (f *future) ended() bool { return f.watchers.Load() == endedMark }

// notify ends the future for everybody who waits.
func (f *future) notify() {
	for w := f.watchers.Swap(endedMark); w != nil; w = w.next.Load() {
		if w.done != nil {
			close(w.done)
		} else {
			w.arrived.add(w.place)
		}
	}
}

// Done implements [AnyFuture].
func (f *future) Done() <-chan struct{} {
	if f.ended() {
		return closedChannel
	}
	f.job.startNow()
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.forDone == nil {
		mine := &watcher{done: make(chan struct{})}
		if !f.addWatcher(mine) {
			return closedChannel
		}
		f.forDone = mine.done
	}
	return f.forDone
}

// addWatcher adds a watcher. The future's mutex is held. It reports false when the future has ended.
func (f *future) addWatcher(mine *watcher) bool {
	first := f.watchers.Load()
	if first == endedMark {
		return false
	}
	mine.next.Store(first)
	if !f.watchers.CompareAndSwap(first, mine) { // only notify can have been here
		return false
	}
	if first != nil {
		first.previous = mine
	}
	return true
}

// subscribe has the future's end added to the arrivals, until the watcher it returns is taken out again.
func (f *future) subscribe(to *arrivals, place int) *watcher {
	mine := &watcher{arrived: to, place: place}
	f.job.startNow()
	f.mu.Lock()
	watching := f.addWatcher(mine)
	f.mu.Unlock()
	if !watching {
		to.add(place)
	}
	return mine
}

// unsubscribe takes a watcher out: whoever waits for one of many futures again and again must not be kept by the
// others.
func (f *future) unsubscribe(w *watcher) {
	f.mu.Lock()
	defer f.mu.Unlock()
	next := w.next.Load()
	switch {
	case f.ended():
		return
	case w.previous != nil:
		w.previous.next.Store(next)
	case !f.watchers.CompareAndSwap(w, next):
		return // it has just ended
	}
	if next != nil {
		next.previous = w.previous
	}
}

// arrivals are the ends of several futures, in the order in which they came.
type arrivals struct {
	mu     sync.Mutex
	places []int
	some   chan struct{} // holds one value when there may be places
}

func newArrivals() *arrivals { return &arrivals{some: make(chan struct{}, 1)} }

func (a *arrivals) add(place int) {
	a.mu.Lock()
	a.places = append(a.places, place)
	a.mu.Unlock()
	a.wake()
}

// wake lets whoever waits for arrivals look again.
func (a *arrivals) wake() {
	select {
	case a.some <- struct{}{}:
	default:
	}
}

func (a *arrivals) take() []int {
	a.mu.Lock()
	defer a.mu.Unlock()
	places := a.places
	a.places = nil
	return places
}

func (a *arrivals) empty() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.places) == 0
}
