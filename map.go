package overlap

import (
	"context"
	"reflect"
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
func Map[In, Out any](
	ctx context.Context, executor Executor, task *Task[In, Out], in []In, options ...Option,
) ([]Out, error) {
	return mapAs("Map", ctx, executor, task, in, options)
}

// mapAs is Map for the public function where.
func mapAs[In, Out any](
	where string, ctx context.Context, executor Executor, task *Task[In, Out], in []In, options []Option,
) ([]Out, error) {
	mustBeExecutor(where, executor)
	task.mustBeMade(where)
	set := jobOptions(ctx, where, options)
	set.keys.mustFit(where, reflect.TypeFor[In]())
	m := &mapJob[In, Out]{in: in, out: make([]Out, len(in)), typed: task}
	m.init(ctx, m, set)
	defer m.cancel(nil)
	m.policy = m.options.policy.withDefaultsOf(task.policy)
	m.batches, m.Job.task, m.waitedFor = true, task, true
	m.openCalls.Add(int64(len(in))) // before launch: feeders begin at once
	if m.halt != nil {
		m.halt.setTotal(len(in)) // before launch, too: calls may have ended when that returns
	}
	defer m.followContexts()()
	if err := m.launch(executor); err != nil {
		return m.out, err
	}
	m.close(len(in))
	m.dispatch()
	if m.tuner != nil {
		m.tuner.joinIn()
	}
	m.wait(ctx)
	observer := m.waitForObservers()
	m.rethrow()
	return m.out, m.failures.err(m.outsideCause(), observer, len(in))
}

type mapJob[In, Out any] struct {
	Job
	in     []In
	out    []Out
	typed  *Task[In, Out]
	policy policy
	failures
	attemptsEnded atomic.Pointer[[]atomic.Int32] // attempts that ended elsewhere, by call; made for the first

	_         [64]byte
	unclaimed atomic.Int64 // the first index that nobody has claimed
	_         [64]byte
}

func (m *mapJob[In, Out]) known() int { return len(m.in) }

func (m *mapJob[In, Out]) ready() int { return max(0, len(m.in)-int(m.unclaimed.Load())) }

func (m *mapJob[In, Out]) claimOne() (Call, bool) {
	if m.ready() == 0 {
		return Call{}, false
	}
	i := m.unclaimed.Add(1) - 1
	return Call{place: i}, i < int64(len(m.in))
}

func (m *mapJob[In, Out]) claimBatch(w *Worker, most int) int {
	left := int64(m.ready())
	if left == 0 {
		return 0
	}
	if most > 1 { // guided self-scheduling: the last batches are short, so that all workers end at once
		most = max(1, min(most, int(left/4)))
	}
	start, n := m.claimRange(most)
	if n > 0 {
		w.batch.set(start, n)
	}
	return n
}

func (m *mapJob[In, Out]) claimRange(most int) (start int64, n int) {
	end := m.unclaimed.Add(int64(most))
	start = end - int64(most)
	return start, int(max(0, min(end, int64(len(m.in)))-start))
}

func (m *mapJob[In, Out]) claimSeveral(calls []Call) int {
	left := m.ready()
	if left == 0 {
		return 0
	}
	start, n := m.claimRange(min(len(calls), (left+2-1)/2))
	for i := range n {
		calls[i] = Call{place: start + int64(i)}
	}
	return n
}

func (m *mapJob[In, Out]) endUnclaimed(error) {
	total := int64(len(m.in))
	if first := m.unclaimed.Swap(total); first < total {
		m.addWithoutValue(int(first), int(total))
		m.countEnded(total - first)
	}
}

func (m *mapJob[In, Out]) endWaiting(c Call, last ending, cause error) {
	if c.attempt == 0 {
		m.addWithoutValue(int(c.place), int(c.place)+1)
		m.countEnded(1)
		return
	}
	o, err := c.outcomeOfWaiting(last, cause)
	c.attempt-- // the last one stands
	m.finish(c, o, err)
}

// runBatch is the path of nearly all calls: as little as possible is done for each.
func (m *mapJob[In, Out]) runBatch(w *Worker) {
	if m.teller == nil { // nobody reads a clock when a call ends
		w.clockIsNow = false
	}
	if m.followed.Load() || !m.needsNoOptions(&m.policy) {
		w.runEach()
		return
	}
	fn, ctx, observed := m.typed.fn, w.enterCall(), m.teller.records()
	slots, borrowed := m.slots, w.hold.lentBy != nil
	i, running := int64(0), false
	if observed && w.batchSize > 1 {
		w.startImplied(w.batch.first())
		defer w.endImplied()
	}
	defer func() {
		if running {
			panicked := recover()
			if observed && w.batchSize > 1 {
				m.noteStart(Call{worker: w, place: i}, w.readClock())
			}
			endBroken(Call{worker: w, place: i}, panicked, m)
		}
	}()
	for {
		at, ok := w.batch.pop()
		if !ok {
			return
		}
		if m.stopped.Load() {
			w.endImplied()
			m.endWaiting(Call{worker: w, place: at}, ending{}, nil)
			continue
		}
		if observed {
			m.teller.noticeEvents()
		}
		i, running = at, true
		if observed && w.batchSize == 1 { // a call that may last: let the observer see its start
			m.noteStart(Call{worker: w, place: at}, w.readClock())
		}
		v, err := fn(ctx, m.in[at])
		running = false
		if err != nil {
			c := Call{worker: w, place: at}
			if observed && w.batchSize > 1 {
				m.noteStart(c, w.readClock())
			}
			endFailed(c, ctx, v, err, m)
		} else {
			m.out[at] = v
			w.uncounted++
			switch {
			case observed && w.batchSize == 1:
				m.note(w, EventFinished, int(at), 1, Succeeded, w.readClockAtEnd())
			case observed:
				w.noteCall(int(at))
			}
		}
		if w.callCtx != nil && w.callCtx.isMade() { // that call's context must not be the next one's
			w.leaveCall()
			ctx = w.enterCall()
		}
		if slots != nil && (borrowed || slots.wantedByOthers(&m.Job)) && w.mustYield() {
			w.endImplied()
			w.requeueBatch()
			return
		}
	}
}

func (m *mapJob[In, Out]) run(c Call) {
	if m.stopped.Load() {
		m.Job.endWaiting(c, ending{}, m.cause())
		return
	}
	if m.teller != nil {
		m.noteStart(c, c.worker.readClock())
	}
	ctx := c.worker.enterCall()
	if m.needsNoOptions(&m.policy) {
		perform(c, ctx, m.typed.fn, m.in[c.place], m)
	} else {
		performWithOptions(c, ctx, &m.policy, int(c.place), m.typed.fn, m.in[c.place], m)
	}
	c.worker.leaveCall()
}

func (m *mapJob[In, Out]) noteStart(c Call, at time.Duration) {
	if c.attempt == 0 {
		m.note(c.worker, EventQueued, int(c.place), 0, Pending, 0)
	}
	m.note(c.worker, EventStarted, int(c.place), c.Attempt(), Pending, at)
}

func (m *mapJob[In, Out]) noteEnd(c Call, o Outcome) {
	if m.teller != nil {
		m.note(c.worker, EventFinished, int(c.place), c.Attempt(), o, c.worker.readClockAtEnd())
	}
}

func (m *mapJob[In, Out]) attempted(c Call, v Out, o Outcome, err error) {
	if o == Succeeded {
		m.out[c.place] = v
		m.noteEnd(c, o)
		if m.followed.Load() {
			m.callEnded(c, o)
		}
		c.worker.countOneEnded()
	} else if again, err := m.retry(c, &m.policy, int(c.place), o, err); !again {
		m.finish(c, o, err)
	}
}

func (m *mapJob[In, Out]) finish(c Call, o Outcome, err error) {
	m.noteEnd(c, o)
	if m.followed.Load() {
		m.callEnded(c, o)
	}
	if (o == Canceled || o == NeverStarted) && m.isStopping() { // else an executor says so of itself, which is a failure
		m.addWithoutValue(int(c.place), int(c.place)+1)
		m.stopIfCanceled()
	} else { // also what the executor has refused
		i := int(c.place)
		failed := &CallError{Task: m.typed.Name(), Index: i, Input: m.in[i], Attempt: c.Attempt(), Outcome: o, Err: err}
		if o == NeverStarted {
			failed.Attempt = 0
		}
		m.failures.add(failed)
		m.keepPanic(o, err)
		if !m.options.keepGoing {
			m.stop(failed)
		}
	}
	m.countEnded(1)
}

func (m *mapJob[In, Out]) taskOf(Call) AnyTask { return m.typed }
func (m *mapJob[In, Out]) input(c Call) any    { return &m.in[c.place] }
func (m *mapJob[In, Out]) rules(Call) *policy  { return &m.policy }
func (m *mapJob[In, Out]) index(c Call) int    { return int(c.place) }
func (m *mapJob[In, Out]) started(c Call, at time.Duration) {
	if m.teller != nil {
		m.noteStart(c, at)
	}
}
func (m *mapJob[In, Out]) endAttempt(c Call) bool {
	ends := m.attemptsEnded.Load()
	if ends == nil {
		made := make([]atomic.Int32, len(m.in))
		m.attemptsEnded.CompareAndSwap(nil, &made)
		ends = m.attemptsEnded.Load()
	}
	e := &(*ends)[c.place]
	n := e.Load()
	return n <= c.attempt && e.CompareAndSwap(n, c.attempt+1)
}
func (m *mapJob[In, Out]) hasEnded(c Call) bool {
	ends := m.attemptsEnded.Load()
	return ends != nil && (*ends)[c.place].Load() > c.attempt
}
func (m *mapJob[In, Out]) ended(c Call, out any, o Outcome, err error) {
	var v Out
	if o == Succeeded {
		v = output[Out](out)
		if c.worker.countsLater && m.teller == nil && !m.followed.Load() { // nearly all calls of worker processes
			m.out[c.place] = v
			c.worker.uncounted++
			return
		}
	}
	m.attempted(c, v, o, err)
}
