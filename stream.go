package overlap

import (
	"context"
	"iter"
	"math/bits"
	"reflect"
	"sync"
	"sync/atomic"
	"time"
)

// Stream calls the task once for each input that seq gives and yields the results as calls end, or in the order of
// the inputs with [Ordered]. It keeps going: a call that fails is a result. Inputs are drawn from seq, on a goroutine
// of its own (the caller's under [Sync]), only as far as the window allows: inputs drawn minus results taken never
// exceeds it ([Window]), and a result is taken when the body of the loop ends. So inputs without end work in constant
// memory.
//
// Each input drawn has exactly one result, unless the loop is left early: a break cancels what runs, and the loop
// ends when nothing runs any more. That includes seq: one that blocks is waited for. When ctx ends, calls that run
// end as canceled and calls that wait as never started. A last result with Index −1 says why inputs were left: the
// cause of ctx, the executor's refusal, or that seq panicked (a *[PanicError]) or ended its goroutine ([ErrGoexit];
// under [Sync] that is the caller's, which ends when nothing runs any more); or that an observer broke ([Observe]).
// What seq gives after it was told to stop, or after it has returned, is ignored; several of its goroutines may give
// inputs, which come one after another.
//
// Each range over the returned sequence starts the job anew, as far as seq can. A call costs some hundred nanoseconds.
// The calls of one Stream must not wait for one another.
func Stream[In, Out any](
	ctx context.Context, executor Executor, task *Task[In, Out], seq iter.Seq[In], options ...Option,
) iter.Seq[Result[In, Out]] {
	if seq == nil {
		panic("overlap: Stream: the inputs are nil")
	}
	return StreamErr(ctx, executor, task, func(yield func(In, error) bool) {
		seq(func(in In) bool { return yield(in, nil) })
	}, options...)
}

// StreamErr is [Stream] over a source that can fail. Its first error ends the inputs: the calls before it have their
// results, and the last result has Index −1 and the error.
func StreamErr[In, Out any](
	ctx context.Context, executor Executor, task *Task[In, Out], seq iter.Seq2[In, error], options ...Option,
) iter.Seq[Result[In, Out]] {
	mustBeExecutor("Stream", executor)
	task.mustBeMade("Stream")
	if seq == nil {
		panic("overlap: Stream: the inputs are nil")
	}
	set := jobOptions(ctx, "Stream", options)
	set.keys.mustFit("Stream", reflect.TypeFor[In]())
	return streamOf(ctx, executor, task, seq, set)
}

// streamOf is StreamErr of what has been checked.
func streamOf[In, Out any](
	ctx context.Context, executor Executor, task *Task[In, Out], seq iter.Seq2[In, error], set options,
) iter.Seq[Result[In, Out]] {
	return func(yield func(Result[In, Out]) bool) {
		s := &streamJob[In, Out]{typed: task, seq: seq}
		s.init(ctx, s, set)
		defer s.cancel(nil)
		s.policy = s.options.policy.withDefaultsOf(task.policy)
		s.batches, s.mayGrow, s.Job.task = true, true, task
		if err := s.launch(executor); err != nil {
			yield(Result[In, Out]{Index: -1, Err: err, Outcome: NeverStarted, Worker: -1})
			return
		}
		s.open()
		if s.halt != nil && set.total > 0 {
			s.halt.setTotal(set.total)
		}
		defer s.followLimit()()
		defer s.followContexts()()
		if s.inline != nil {
			s.consumeInline(yield)
		} else {
			s.consume(yield)
		}
	}
}

// placed is the result of the call at a place.
type placed[In, Out any] struct {
	Result[In, Out]
	position int64        // the call's position among those drawn, from 0
	attempts atomic.Int64 // of a call handed out by itself: its position, and how many attempts have ended elsewhere
}

// streamJob is the job of a Stream. Its calls live in a window of places, and three parties move them round without a
// lock, each with a counter that only it advances:
//
//	the drawer   takes a free place for the next input and adds it to todo      drawn
//	workers      claim places from todo, run the calls, add them to finished    claimed
//	the consumer takes places from finished, in turn, and frees them            taken
//
// drawn − taken never exceeds the window. A place is not a position, since without Ordered a slow call keeps its
// place while others come and go. There are as many places and cells as have been in flight at once, whatever the
// window.
type streamJob[In, Out any] struct {
	Job
	typed   *Task[In, Out]
	seq     func(yield func(In, error) bool)
	policy  policy
	earlier earlierAttempts

	drawing      sync.Mutex // one input at a time
	drawingEnded bool       // no more inputs are taken; guarded by drawing

	results [resultParts][]placed[In, Out] // by place; each part has twice as many as the last, and none ever moves
	cells   ring
	window  int64 // the window; the drawer's, as is ahead
	ahead   ahead

	_           [64]byte
	drawn       atomic.Int64
	_           [64]byte
	claimed     atomic.Int64
	_           [64]byte
	taken       atomic.Int64
	_           [64]byte
	nextTurn    atomic.Int64 // handed out in finished, without Ordered
	_           [64]byte
	allDrawn    atomic.Bool // no more inputs come
	endOfInputs error       // why inputs were left

	consumerSleeps atomic.Bool // the consumer sleeps
	wake           chan struct{}
	drawerSleeps   atomic.Bool // the drawer sleeps
	room           chan struct{}
}

const (
	firstResults = 8
	resultParts  = 28
	mostPlaces   = firstResults * (1<<resultParts - 1) // some two thousand million
)

func (s *streamJob[In, Out]) open() {
	if keys := s.keys(); keys != nil && s.options.window == 0 {
		keys.onWait = s.wakeDrawer
	}
	s.setWindow()
	s.cells.blocks.Store(newBlocks(1))
	s.batchPlaces = 1 << bits.Len(uint(min(s.window, longestBatch)-1)) // a power of two, for positions that begin again
	s.wake, s.room = make(chan struct{}, 1), make(chan struct{}, 1)
}

// at is where the call with the place has its result.
func (s *streamJob[In, Out]) at(place int64) *placed[In, Out] {
	n := uint(place) + firstResults
	part := bits.Len(n) - bits.Len(uint(firstResults))
	return &s.results[part][n-firstResults<<part]
}

// result is that of the call at a place.
func (s *streamJob[In, Out]) result(place int64) *Result[In, Out] { return &s.at(place).Result }

// addCall puts an input, with the index of its result, into the window. There is room.
func (s *streamJob[In, Out]) addCall(in In, index int) {
	d := s.drawn.Load()
	b, at := s.cells.enter(d)
	place, fresh := s.cells.place(s.taken.Load())
	if n := uint(place) + firstResults; fresh && n&(n-1) == 0 {
		s.results[bits.Len(n)-bits.Len(uint(firstResults))] = make([]placed[In, Out], n)
	}
	p := s.at(int64(place))
	p.position = d
	p.Result = Result[In, Out]{Index: index, Input: in, Queued: s.now(), Worker: -1}
	b.todo[at].Store(place)
	s.openCalls.Add(1)
	s.drawn.Store(d + 1)
}

// drawnAt is the place of the call drawn at a position; of any, if the position has been claimed meanwhile.
func (s *streamJob[In, Out]) drawnAt(position int64) int64 {
	b, at := s.cells.at(position)
	return int64(b.todo[at].Load())
}

func (s *streamJob[In, Out]) known() int { return int(s.drawn.Load()) }

func (s *streamJob[In, Out]) ready() int { return int(s.drawn.Load() - s.claimed.Load()) }

func (s *streamJob[In, Out]) claimOne() (Call, bool) {
	for {
		first, n := s.claimed.Load(), s.drawn.Load()
		if first >= n {
			return Call{}, false
		}
		place := s.drawnAt(first)
		if s.claimed.CompareAndSwap(first, first+1) { // so place was still the one to be claimed
			return Call{place: place, ticket: s.handOut(place)}, true
		}
	}
}

func (s *streamJob[In, Out]) claimSeveral(calls []Call) int {
	for {
		first := s.claimed.Load()
		ready := int(s.drawn.Load() - first)
		if ready <= 0 || s.stopped.Load() {
			return 0
		}
		n := min(len(calls), (ready+1)/2)
		for i := range n {
			calls[i] = Call{place: s.drawnAt(first + int64(i))}
		}
		if s.claimed.CompareAndSwap(first, first+int64(n)) { // so the places were still those to be claimed
			for i := range n {
				calls[i].ticket = s.handOut(calls[i].place)
			}
			return n
		}
	}
}

// attemptBits are those of placed.attempts that count; the others are the position of the call.
const attemptBits = 24

// handOut notes that the call at a place is handed out by itself, and returns its turn.
func (s *streamJob[In, Out]) handOut(place int64) uint32 {
	p := s.at(place)
	p.attempts.Store(p.position << attemptBits)
	return uint32(p.position) + 1
}

// isOpen reports whether n, the attempts at the call that has the place of c, says that the attempt of c has not ended.
func (c Call) isOpen(n int64) bool {
	return uint32(n>>attemptBits)+1 == c.ticket && int32(n&(1<<attemptBits-1)) <= c.attempt
}

func (s *streamJob[In, Out]) endAttempt(c Call) bool {
	if c.ticket == 0 { // claimed in a batch, which calls made elsewhere are not
		return true
	}
	attempts := &s.at(c.place).attempts
	n := attempts.Load()
	return c.isOpen(n) && attempts.CompareAndSwap(n, n>>attemptBits<<attemptBits|int64(c.attempt+1))
}

func (s *streamJob[In, Out]) hasEnded(c Call) bool {
	return c.ticket > 0 && !c.isOpen(s.at(c.place).attempts.Load())
}

func (s *streamJob[In, Out]) claimBatch(w *Worker, most int) int {
	if w.places == nil {
		w.places = make([]atomic.Int32, s.batchPlaces)
	}
	for {
		first := s.claimed.Load()
		ready := int(s.drawn.Load() - first)
		if ready <= 0 || s.stopped.Load() {
			return 0
		}
		n := min(most, len(w.places), (ready+1)/2)
		for i := range int64(n) {
			w.setPlace(w.nextPosition+i, s.drawnAt(first+i))
		}
		if s.claimed.CompareAndSwap(first, first+int64(n)) {
			w.batch.set(w.nextPosition, n)
			w.nextPosition += int64(n)
			return n
		}
	}
}

func (s *streamJob[In, Out]) endUnclaimed(cause error) {
	for {
		c, ok := s.claimOne()
		if !ok {
			break
		}
		c.worker = &s.noWorker
		s.endWaiting(c, ending{}, cause)
	}
	s.wakeDrawer()
}

func (s *streamJob[In, Out]) endWaiting(c Call, last ending, cause error) {
	o, err := c.outcomeOfWaiting(last, cause)
	if c.attempt > 0 {
		c.attempt-- // the last one stands
	}
	if last.err == nil {
		s.finish(c, o, err)
		return
	}
	r := s.result(c.place)
	r.Outcome, r.Attempts, r.Finished, r.Worker = o, c.Attempt(), last.at, last.worker // the wait is no part of the call
	r.Earlier = s.earlier.take(c.place, r.Attempts)
	s.note(c.worker, EventFinished, r.Index, r.Attempts, o, last.at)
	s.conclude(c, r, err)
}

// runBatch is the path of nearly all calls.
func (s *streamJob[In, Out]) runBatch(w *Worker) {
	if s.teller.records() || s.followed.Load() || !s.needsNoOptions(&s.policy) {
		w.runEach()
		return
	}
	fn, ctx := s.typed.fn, w.enterCall()
	slots, borrowed := s.slots, w.hold.lentBy != nil
	place, running := int64(0), false
	defer func() {
		if running {
			endBroken(Call{worker: w, place: place}, recover(), s)
		}
	}()
	for {
		at, ok := w.batch.pop()
		if !ok {
			return
		}
		place = w.place(at)
		if s.stopped.Load() {
			s.endWaiting(Call{worker: w, place: place}, ending{}, s.cause())
			continue
		}
		running = true
		r := s.result(place)
		r.Started = max(w.readClock(), r.Queued) // the worker's clock may be older than the input
		v, err := fn(ctx, r.Input)
		running = false
		if err != nil {
			endFailed(Call{worker: w, place: place}, ctx, v, err, s)
		} else {
			r.Finished = w.readClockAtEnd()
			r.Value, r.Outcome, r.Attempts, r.Worker = v, Succeeded, 1, w.id
			s.deliver(place)
			w.uncounted++
		}
		if w.callCtx != nil && w.callCtx.isMade() { // that call's context must not be the next one's
			w.leaveCall()
			ctx = w.enterCall()
		}
		if slots != nil && (borrowed || slots.wantedByOthers(&s.Job)) && w.mustYield() {
			w.requeueBatch()
			return
		}
	}
}

func (s *streamJob[In, Out]) run(c Call) {
	if s.stopped.Load() {
		s.Job.endWaiting(c, ending{}, s.cause())
		return
	}
	s.started(c, c.worker.readClock())
	r := s.result(c.place) // not to be looked at by an abandoned call, when another may have the place
	ctx := c.worker.enterCall()
	if s.needsNoOptions(&s.policy) {
		perform(c, ctx, s.typed.fn, r.Input, s)
	} else {
		performWithOptions(c, ctx, &s.policy, r.Index, s.typed.fn, r.Input, s)
	}
	c.worker.leaveCall()
}

func (s *streamJob[In, Out]) started(c Call, at time.Duration) {
	r := s.result(c.place)
	at = c.worker.startNotBefore(r.Queued, at)
	r.Started = at
	if c.attempt == 0 {
		s.note(c.worker, EventQueued, r.Index, 0, Pending, r.Queued)
	}
	s.note(c.worker, EventStarted, r.Index, c.Attempt(), Pending, at)
}

func (s *streamJob[In, Out]) attempted(c Call, v Out, o Outcome, err error) {
	r := s.result(c.place)
	if o == Succeeded {
		r.Value, r.Outcome = v, o
		s.stamp(c, r)
		if s.followed.Load() {
			s.callEnded(c, o)
		}
		s.deliver(c.place)
		c.worker.countOneEnded()
		return
	}
	if s.keepsEarlier(&s.policy) {
		s.earlier.add(c.place, FailedAttempt{Outcome: o, Err: err, Finished: c.worker.readClockAtEnd()})
	}
	if again, err := s.retry(c, &s.policy, r.Index, o, err); !again {
		s.finish(c, o, err)
	}
}

// stamp says when and where an attempt that ends its call ended.
func (s *streamJob[In, Out]) stamp(c Call, r *Result[In, Out]) {
	r.Attempts, r.Finished, r.Worker = c.Attempt(), c.worker.readClockAtEnd(), c.worker.number(r.Index)
	if s.keepsEarlier(&s.policy) && (r.Attempts > 1 || r.Outcome != Succeeded) {
		r.Earlier = s.earlier.take(c.place, r.Attempts)
	}
	s.note(c.worker, EventFinished, r.Index, r.Attempts, r.Outcome, r.Finished)
}

func (s *streamJob[In, Out]) finish(c Call, o Outcome, err error) {
	r := s.result(c.place)
	r.Outcome = o
	if o != NeverStarted {
		s.stamp(c, r)
	}
	s.conclude(c, r, err)
}

// conclude delivers the result of a call that did not succeed.
func (s *streamJob[In, Out]) conclude(c Call, r *Result[In, Out], err error) {
	o := r.Outcome
	if o == Canceled {
		s.stopIfCanceled()
	}
	r.Err = &CallError{Task: s.typed.Name(), Index: r.Index, Input: r.Input, Attempt: r.Attempts, Outcome: o, Err: err}
	s.keepPanic(o, err)
	if s.followed.Load() {
		s.callEnded(c, o)
	}
	s.deliver(c.place)
	s.countEnded(1)
}

func (s *streamJob[In, Out]) taskOf(Call) AnyTask { return s.typed }

func (s *streamJob[In, Out]) input(c Call) any { return &s.result(c.place).Input }

func (s *streamJob[In, Out]) rules(Call) *policy { return &s.policy }

func (s *streamJob[In, Out]) index(c Call) int { return s.result(c.place).Index }

func (s *streamJob[In, Out]) ended(c Call, out any, o Outcome, err error) {
	var v Out
	if o == Succeeded {
		v = output[Out](out)
	}
	s.attempted(c, v, o, err)
}
