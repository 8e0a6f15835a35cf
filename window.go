package overlap

import (
	"sync/atomic"
	"time"
)

// stream is the job of a Stream. Its calls live in a window of places, and three parties move them round without a lock,
// each with a counter that only it advances:
//
//	the drawer   takes a free place for the next input and adds it to todo      drawn
//	workers      claim places from todo, run the calls, add them to finished    claimed
//	the consumer takes places from finished, in turn, and frees them            taken
//
// drawn − taken never exceeds the window, so none of the rings, which are as long as the window, ever overflows. A place
// is not index % window, since without Ordered a slow call keeps its place while others come and go.
type stream[In, Out any] struct {
	Job
	of     *Task[In, Out]
	seq    func(yield func(In, error) bool)
	policy policy

	window   []Result[In, Out]
	free     []int32        // of the drawer's next turn at its position: a place
	todo     []atomic.Int32 // places
	finished []atomic.Int32 // places + 1, 0 while the call whose turn it is has not ended

	_       [64]byte
	drawn   atomic.Int64
	_       [64]byte
	claimed atomic.Int64
	_       [64]byte
	taken   atomic.Int64
	_       [64]byte
	turns   atomic.Int64 // handed out in finished, without Ordered
	_       [64]byte
	allIn   atomic.Bool // no more inputs come
	left    error       // why inputs were left

	hungry atomic.Bool // the consumer sleeps
	wake   chan struct{}
	full   atomic.Bool // the drawer sleeps
	room   chan struct{}
}

func (s *stream[In, Out]) open() {
	size := s.options.window
	if size == 0 {
		size = s.defaultWindow()
	}
	if s.inline != nil {
		size = 1 // the caller does everything in turn
	}
	s.window = make([]Result[In, Out], size)
	s.free = make([]int32, size)
	for i := range s.free {
		s.free[i] = int32(i)
	}
	s.todo = make([]atomic.Int32, size)
	s.finished = make([]atomic.Int32, size)
	s.runPlaces = min(size, longestRun)
	s.wake, s.room = make(chan struct{}, 1), make(chan struct{}, 1)
}

// put puts an input into the window. There is room.
func (s *stream[In, Out]) put(in In) {
	d := s.drawn.Load()
	at := d % int64(len(s.window))
	place := s.free[at]
	s.window[place] = Result[In, Out]{Index: int(d), Input: in, Queued: s.now(), Worker: -1}
	s.todo[at].Store(place)
	s.calls.Add(1)
	s.drawn.Store(d + 1)
}

func (s *stream[In, Out]) ready() int { return int(s.drawn.Load() - s.claimed.Load()) }

func (s *stream[In, Out]) one() (Call, bool) {
	for {
		first, n := s.claimed.Load(), s.drawn.Load()
		if first >= n {
			return Call{}, false
		}
		place := s.todo[first%int64(len(s.todo))].Load()
		if s.claimed.CompareAndSwap(first, first+1) { // so place was still the one to be claimed
			return Call{place: int64(place)}, true
		}
	}
}

func (s *stream[In, Out]) several(calls []Call) int {
	for {
		first := s.claimed.Load()
		ready := int(s.drawn.Load() - first)
		if ready <= 0 || s.stopped.Load() {
			return 0
		}
		n := min(len(calls), (ready+1)/2)
		for i := range n {
			calls[i] = Call{place: int64(s.todo[(first+int64(i))%int64(len(s.todo))].Load())}
		}
		if s.claimed.CompareAndSwap(first, first+int64(n)) { // so the places were still those to be claimed
			return n
		}
	}
}

func (s *stream[In, Out]) claim(w *Worker, most int) bool {
	if w.places == nil {
		w.places = make([]atomic.Int32, s.runPlaces)
	}
	for {
		first := s.claimed.Load()
		ready := int(s.drawn.Load() - first)
		if ready <= 0 || s.stopped.Load() {
			return false
		}
		n := min(most, len(w.places), (ready+1)/2)
		for i := range int64(n) {
			w.setPlace(w.hand+i, int64(s.todo[(first+i)%int64(len(s.todo))].Load()))
		}
		if s.claimed.CompareAndSwap(first, first+int64(n)) {
			w.run.set(w.hand, n)
			w.hand += int64(n)
			return true
		}
	}
}

func (s *stream[In, Out]) shut(cause error) {
	for {
		c, ok := s.one()
		if !ok {
			break
		}
		c.worker = &s.loose
		s.drop(c, ending{}, cause)
	}
	s.makeRoom()
}

func (s *stream[In, Out]) drop(c Call, last ending, cause error) {
	o, err := c.outcomeDropped(last, cause)
	if c.attempt > 0 {
		c.attempt-- // the last one stands
	}
	s.finish(c, o, err)
}

// runAll is the path of nearly all calls.
func (s *stream[In, Out]) runAll(w *Worker) {
	if s.teller != nil || !s.plain(&s.policy) {
		for !w.lost.Load() {
			at, ok := w.run.pop()
			if !ok {
				return
			}
			s.run(Call{worker: w, place: w.place(at)})
		}
		return
	}
	fn, ctx := s.of.fn, w.enterCall()
	slots, borrowed := s.slots, w.hold.from != nil
	place, running := int64(0), false
	defer func() {
		if running {
			broke(Call{worker: w, place: place}, recover(), s)
		}
	}()
	for {
		at, ok := w.run.pop()
		if !ok {
			return
		}
		place = w.place(at)
		if s.stopped.Load() {
			s.drop(Call{worker: w, place: place}, ending{}, s.cause())
			continue
		}
		running = true
		r := &s.window[place]
		r.Started = max(w.time(), r.Queued) // the worker's clock may be older than the input
		v, err := fn(ctx, r.Input)
		running = false
		if err != nil {
			failed(Call{worker: w, place: place}, ctx, v, err, s)
		} else {
			r.Finished = w.tick()
			r.Value, r.Outcome, r.Attempts, r.Worker = v, Succeeded, 1, w.id
			s.deliver(place)
			w.ended++
		}
		if w.call != nil && w.call.asked() { // that call's context must not be the next one's
			w.leaveCall()
			ctx = w.enterCall()
		}
		if slots != nil && (borrowed || slots.pressed(&s.Job)) && w.mustYield() {
			w.giveBack()
			return
		}
	}
}

func (s *stream[In, Out]) run(c Call) {
	if s.stopped.Load() {
		s.drop(c, ending{}, s.cause())
		return
	}
	s.started(c, c.worker.time())
	r := &s.window[c.place] // not to be looked at by an abandoned call, when another may have the place
	ctx := c.worker.enterCall()
	if s.plain(&s.policy) {
		perform(c, ctx, s.of.fn, r.Input, s)
	} else {
		performWatched(c, ctx, &s.policy, r.Index, s.of.fn, r.Input, s)
	}
	c.worker.leaveCall()
}

func (s *stream[In, Out]) started(c Call, at time.Duration) {
	r := &s.window[c.place]
	at = c.worker.notBefore(r.Queued, at)
	r.Started = at
	if c.attempt == 0 {
		s.note(c.worker, EventQueued, r.Index, 0, Pending, r.Queued)
	}
	s.note(c.worker, EventStarted, r.Index, c.Attempt(), Pending, at)
}

func (s *stream[In, Out]) attempted(c Call, v Out, o Outcome, err error) {
	r := &s.window[c.place]
	if o == Succeeded {
		r.Value, r.Outcome = v, o
		s.stamp(c, r)
		s.deliver(c.place)
		c.worker.settleOne()
	} else if again, err := s.retry(c, &s.policy, r.Index, o, err); !again {
		s.finish(c, o, err)
	}
}

// stamp says when and where an attempt that ends its call ended.
func (s *stream[In, Out]) stamp(c Call, r *Result[In, Out]) {
	r.Attempts, r.Finished, r.Worker = c.Attempt(), c.worker.tick(), c.worker.number(r.Index)
	s.note(c.worker, EventFinished, r.Index, r.Attempts, r.Outcome, r.Finished)
}

func (s *stream[In, Out]) finish(c Call, o Outcome, err error) {
	r := &s.window[c.place]
	r.Outcome = o
	if o != NeverStarted {
		s.stamp(c, r)
	}
	if o == Canceled {
		s.canceled()
	}
	r.Err = &CallError{Task: s.of.Name(), Index: r.Index, Input: r.Input, Attempt: r.Attempts, Outcome: o, Err: err}
	s.keepPanic(o, err)
	s.deliver(c.place)
	s.settle(1)
}

func (s *stream[In, Out]) taskOf(Call) AnyTask { return s.of }
func (s *stream[In, Out]) input(c Call) any    { return &s.window[c.place].Input }
func (s *stream[In, Out]) rules(Call) *policy  { return &s.policy }
func (s *stream[In, Out]) index(c Call) int    { return s.window[c.place].Index }
func (s *stream[In, Out]) ended(c Call, out any, o Outcome, err error) {
	var v Out
	if o == Succeeded {
		v = output[Out](out)
	}
	s.attempted(c, v, o, err)
}
