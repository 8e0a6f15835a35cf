package overlap

import (
	"sync"
	"sync/atomic"
)

// watcher is somebody who waits for a future's end: through a channel, or with others in a queue of arrivals. A
// future's watchers are a list, the latest first. Only the future's mutex lets it change, except that notify takes it
// as a whole, at any time: so watchers behind the first can be taken out while notify is about to read them.
type watcher struct {
	next    atomic.Pointer[watcher]
	before  *watcher      // nil for the first; guarded by the future's mutex
	done    chan struct{} // of all who wait by Done
	arrived *arrivals
	place   int // in arrived
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
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.forDone == nil {
		mine := &watcher{done: make(chan struct{})}
		if !f.watch(mine) {
			return closedChannel
		}
		f.forDone = mine.done
	}
	return f.forDone
}

// watch adds a watcher. The future's mutex is held. It reports false when the future has ended.
func (f *future) watch(mine *watcher) bool {
	first := f.watchers.Load()
	if first == endedMark {
		return false
	}
	mine.next.Store(first)
	if !f.watchers.CompareAndSwap(first, mine) { // only notify can have been here
		return false
	}
	if first != nil {
		first.before = mine
	}
	return true
}

// subscribe has the future's end added to the arrivals, until the watcher it returns is taken out again.
func (f *future) subscribe(to *arrivals, place int) *watcher {
	mine := &watcher{arrived: to, place: place}
	f.mu.Lock()
	watching := f.watch(mine)
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
	case w.before != nil:
		w.before.next.Store(next)
	case !f.watchers.CompareAndSwap(w, next):
		return // it has just ended
	}
	if next != nil {
		next.before = w.before
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
