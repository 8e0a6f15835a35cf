package overlap

import "sync"

// watcher is somebody who waits for a future's end: through a channel, or with others in a queue of arrivals.
type watcher struct {
	next    *watcher
	done    chan struct{}
	arrived *arrivals
	place   int // in arrived
}

// endedMark stands in a future's watchers once it has ended.
var endedMark = &watcher{}

var closedChannel = func() chan struct{} { c := make(chan struct{}); close(c); return c }()

func (f *future) ended() bool { return f.watchers.Load() == endedMark }

// notify ends the future for everybody who waits.
func (f *future) notify() {
	for w := f.watchers.Swap(endedMark); w != nil; w = w.next {
		if w.done != nil {
			close(w.done)
		} else {
			w.arrived.add(w.place)
		}
	}
}

// Done implements [AnyFuture].
func (f *future) Done() <-chan struct{} {
	var mine *watcher
	for {
		head := f.watchers.Load()
		if head == endedMark {
			return closedChannel
		}
		for w := head; w != nil; w = w.next {
			if w.done != nil {
				return w.done
			}
		}
		if mine == nil {
			mine = &watcher{done: make(chan struct{})}
		}
		mine.next = head
		if f.watchers.CompareAndSwap(head, mine) {
			return mine.done
		}
	}
}

// subscribe has the future's end added to the arrivals.
func (f *future) subscribe(to *arrivals, place int) {
	mine := &watcher{arrived: to, place: place}
	for {
		head := f.watchers.Load()
		if head == endedMark {
			to.add(place)
			return
		}
		mine.next = head
		if f.watchers.CompareAndSwap(head, mine) {
			return
		}
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
