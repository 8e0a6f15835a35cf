package overlap

import (
	"context"
	"sync/atomic"
	"time"
)

// Map calls the task once for each input and returns the values in the order of the inputs.
//
// The first failure cancels the calls that run and keeps the others from starting, unless [KeepGoing]. Map returns
// when nothing runs any more. The slice always has len(in) values; those of calls that did not succeed are zero. The
// error is a *[JobError] with every failed call (in which a panic is a *[PanicError] and a Goexit is [ErrGoexit]),
// which also tells the values that are real from those that are not; it wraps context.Cause(ctx) when ctx ended
// before all calls had. Or it is the executor's refusal. Under [Sync], a Goexit of the task ends the caller's
// goroutine, after the call has been settled.
//
// A trivial call costs about ten nanoseconds on a [Pool], and allocations do not grow with the inputs. A call of one
// Map must not wait for another call of the same Map.
func Map[In, Out any](ctx context.Context, executor Executor, task *Task[In, Out], in []In, options ...Option) ([]Out, error) {
	mustBeExecutor("Map", executor)
	task.mustBeMade("Map")
	set := jobOptions(ctx, "Map", options)
	m := &mapSource[In, Out]{in: in, out: make([]Out, len(in)), of: task}
	m.init(ctx, m, set)
	defer m.cancel(nil)
	m.policy = m.options.policy.over(task.policy)
	m.runs, m.Job.task = true, task
	m.calls.Add(int64(len(in))) // before launch: feeders begin at once
	defer m.watch()()
	if err := m.launch(executor); err != nil {
		return m.out, err
	}
	m.close()
	m.kick()
	m.wait(ctx)
	observer := m.told()
	m.rethrow()
	return m.out, m.failures.err(m.outsideCause(), observer, len(in))
}

type mapSource[In, Out any] struct {
	Job
	in     []In
	out    []Out
	of     *Task[In, Out]
	policy policy
	failures
	ends atomic.Pointer[[]atomic.Int32] // attempts that ended elsewhere, by call; made for the first

	_    [64]byte
	next atomic.Int64 // the first index that nobody has claimed
	_    [64]byte
}

func (m *mapSource[In, Out]) ready() int { return max(0, len(m.in)-int(m.next.Load())) }

func (m *mapSource[In, Out]) one() (Call, bool) {
	if m.ready() == 0 {
		return Call{}, false
	}
	i := m.next.Add(1) - 1
	return Call{place: i}, i < int64(len(m.in))
}

func (m *mapSource[In, Out]) claim(w *Worker, most int) bool {
	left := int64(m.ready())
	if left == 0 {
		return false
	}
	if most > 1 { // guided self-scheduling: the last runs are short, so that all workers end at once
		most = max(1, min(most, int(left/16)))
	}
	if start, n := m.take(most); n > 0 {
		w.run.set(start, n)
		return true
	}
	return false
}

func (m *mapSource[In, Out]) take(most int) (start int64, n int) {
	end := m.next.Add(int64(most))
	start = end - int64(most)
	return start, int(max(0, min(end, int64(len(m.in)))-start))
}

func (m *mapSource[In, Out]) several(calls []Call) int {
	left := m.ready()
	if left == 0 {
		return 0
	}
	start, n := m.take(min(len(calls), (left+2-1)/2))
	for i := range n {
		calls[i] = Call{place: start + int64(i)}
	}
	return n
}

func (m *mapSource[In, Out]) shut(error) {
	total := int64(len(m.in))
	if first := m.next.Swap(total); first < total {
		m.lose(int(first), int(total))
		m.settle(total - first)
	}
}

func (m *mapSource[In, Out]) drop(c Call, last ending, cause error) {
	if c.attempt == 0 {
		m.lose(int(c.place), int(c.place)+1)
		m.settle(1)
		return
	}
	o, err := c.outcomeDropped(last, cause)
	c.attempt-- // the last one stands
	m.finish(c, o, err)
}

// runAll is the path of nearly all calls: as little as possible is done for each.
func (m *mapSource[In, Out]) runAll(w *Worker) {
	if !m.plain(&m.policy) {
		for !w.lost.Load() {
			i, ok := w.run.pop()
			if !ok {
				return
			}
			m.run(Call{worker: w, place: i})
		}
		return
	}
	fn, ctx, observed := m.of.fn, w.enterCall(), m.teller != nil
	slots, borrowed := m.slots, w.hold.from != nil
	i, running := int64(0), false
	if observed && w.size > 1 {
		w.startImplied(w.run.first())
		defer w.endImplied()
	}
	defer func() {
		if running {
			panicked := recover()
			if observed && w.size > 1 {
				m.noteStart(Call{worker: w, place: i}, w.time())
			}
			broke(Call{worker: w, place: i}, panicked, m)
		}
	}()
	for {
		at, ok := w.run.pop()
		if !ok {
			return
		}
		if m.stopped.Load() {
			w.endImplied()
			m.drop(Call{worker: w, place: at}, ending{}, nil)
			continue
		}
		if observed {
			m.teller.see()
		}
		i, running = at, true
		if observed && w.size == 1 { // a call that may last: let the observer see its start
			m.noteStart(Call{worker: w, place: at}, w.time())
		}
		v, err := fn(ctx, m.in[at])
		running = false
		if err != nil {
			c := Call{worker: w, place: at}
			if observed && w.size > 1 {
				m.noteStart(c, w.time())
			}
			failed(c, ctx, v, err, m)
		} else {
			m.out[at] = v
			w.ended++
			switch {
			case observed && w.size == 1:
				m.note(w, EventFinished, int(at), 1, Succeeded, w.tick())
			case observed:
				w.noteCall(int(at))
			}
		}
		if w.call != nil && w.call.asked() { // that call's context must not be the next one's
			w.leaveCall()
			ctx = w.enterCall()
		}
		if slots != nil && (borrowed || slots.pressed(&m.Job)) && w.mustYield() {
			w.endImplied()
			w.giveBack()
			return
		}
	}
}

func (m *mapSource[In, Out]) run(c Call) {
	if m.stopped.Load() {
		m.drop(c, ending{}, m.cause())
		return
	}
	if m.teller != nil {
		m.noteStart(c, c.worker.time())
	}
	ctx := c.worker.enterCall()
	if m.plain(&m.policy) {
		perform(c, ctx, m.of.fn, m.in[c.place], m)
	} else {
		performWatched(c, ctx, &m.policy, int(c.place), m.of.fn, m.in[c.place], m)
	}
	c.worker.leaveCall()
}

func (m *mapSource[In, Out]) noteStart(c Call, at time.Duration) {
	if c.attempt == 0 {
		m.note(c.worker, EventQueued, int(c.place), 0, Pending, 0)
	}
	m.note(c.worker, EventStarted, int(c.place), c.Attempt(), Pending, at)
}

func (m *mapSource[In, Out]) noteEnd(c Call, o Outcome) {
	if m.teller != nil {
		m.note(c.worker, EventFinished, int(c.place), c.Attempt(), o, c.worker.tick())
	}
}

func (m *mapSource[In, Out]) attempted(c Call, v Out, o Outcome, err error) {
	if o == Succeeded {
		m.out[c.place] = v
		m.noteEnd(c, o)
		c.worker.settleOne()
	} else if again, err := m.retry(c, &m.policy, int(c.place), o, err); !again {
		m.finish(c, o, err)
	}
}

func (m *mapSource[In, Out]) finish(c Call, o Outcome, err error) {
	m.noteEnd(c, o)
	if (o == Canceled || o == NeverStarted) && m.isStopping() { // else an executor says so of itself, which is a failure
		m.lose(int(c.place), int(c.place)+1)
		m.canceled()
	} else { // also what the executor has refused
		i := int(c.place)
		failed := &CallError{Task: m.of.Name(), Index: i, Input: m.in[i], Attempt: c.Attempt(), Outcome: o, Err: err}
		if o == NeverStarted {
			failed.Attempt = 0
		}
		m.failures.add(failed)
		m.keepPanic(o, err)
		if !m.options.keepGoing {
			m.stop(failed)
		}
	}
	m.settle(1)
}

func (m *mapSource[In, Out]) taskOf(Call) AnyTask { return m.of }
func (m *mapSource[In, Out]) input(c Call) any    { return &m.in[c.place] }
func (m *mapSource[In, Out]) rules(Call) *policy  { return &m.policy }
func (m *mapSource[In, Out]) index(c Call) int    { return int(c.place) }
func (m *mapSource[In, Out]) started(c Call, at time.Duration) {
	if m.teller != nil {
		m.noteStart(c, at)
	}
}
func (m *mapSource[In, Out]) endAttempt(c Call) bool {
	ends := m.ends.Load()
	if ends == nil {
		made := make([]atomic.Int32, len(m.in))
		m.ends.CompareAndSwap(nil, &made)
		ends = m.ends.Load()
	}
	e := &(*ends)[c.place]
	n := e.Load()
	return n <= c.attempt && e.CompareAndSwap(n, c.attempt+1)
}
func (m *mapSource[In, Out]) hasEnded(c Call) bool {
	ends := m.ends.Load()
	return ends != nil && (*ends)[c.place].Load() > c.attempt
}
func (m *mapSource[In, Out]) ended(c Call, out any, o Outcome, err error) {
	var v Out
	if o == Succeeded {
		v = output[Out](out)
		if c.worker.telling && m.teller == nil { // nearly all calls of worker processes
			m.out[c.place] = v
			c.worker.ended++
			return
		}
	}
	m.attempted(c, v, o, err)
}
