package overlaptest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/overlap"
)

// plan is a job of the stress test: what each attempt at each call does, and how the job is made.
type plan struct {
	random    *rand.Rand
	executor  overlap.Executor
	calls     [][]step
	extra     int
	keepGoing bool
	cancels   bool
	options   []overlap.Option

	attempts attempts
	running  atomic.Int32

	mu     sync.Mutex
	events map[int][]overlap.Event
}

// step is what an attempt does after its pause.
type step struct {
	kind  kind
	pause time.Duration
	await bool
}

type kind int

const (
	succeedsAtOnce kind = iota
	fails
	failsForGood
	panicsAtOnce
	nests
	outlastsTimeout
	goexits
	outlastsGrace
	kinds
)

// end is how a call ended.
type end struct {
	outcome  overlap.Outcome
	attempts int
	value    int
}

func newPlan(random *rand.Rand, s *suite, executor overlap.Executor) *plan {
	p := &plan{random: random, executor: executor, events: map[int][]overlap.Event{}}
	p.extra, p.keepGoing, p.cancels = random.IntN(3), random.IntN(4) > 0, random.IntN(4) == 0
	p.calls = make([][]step, random.IntN(60))
	most := int(kinds)
	switch {
	case s.OnCaller:
		most = int(goexits)
	case s.NoTimeout:
		most = int(outlastsGrace)
	}
	often := random.IntN(4) // in some jobs nearly all calls succeed at once
	for i := range p.calls {
		for range 3 {
			st := step{await: s.Cooperative || random.IntN(2) == 0} // else one call's pause would be another's timeout
			if random.IntN(4) < often {
				st.kind = kind(random.IntN(most))
			}
			if random.IntN(4) < often {
				st.pause = time.Duration(random.IntN(5)) * time.Millisecond
			}
			p.calls[i] = append(p.calls[i], st)
		}
	}
	p.options = []overlap.Option{
		overlap.Timeout(100 * time.Millisecond), overlap.Grace(50 * time.Millisecond), overlap.Observe(p.observe),
		overlap.RetryPolicy{Extra: p.extra, Base: 1 + time.Duration(random.IntN(3))*time.Millisecond,
			Max: 10 * time.Millisecond},
	}
	if often < 2 && random.IntN(2) == 0 && !slices.ContainsFunc(p.calls, outlastsSomething) {
		p.options = p.options[2:] // the path of calls without a timeout
	}
	return p
}

// stopping are the plan's options for a Map or a Group, of which a failure stops the others unless the plan keeps going.
func (p *plan) stopping() []overlap.Option {
	if p.keepGoing {
		return append(p.options, overlap.KeepGoing())
	}
	return p.options
}

func outlastsSomething(steps []step) bool {
	return slices.ContainsFunc(steps, func(s step) bool {
		return s.kind == outlastsTimeout ||
			s.kind == outlastsGrace
	})
}

func (p *plan) String() string {
	return fmt.Sprintf("%d calls, %d extra attempts, keep going %v, canceled %v", len(p.calls), p.extra,
		p.keepGoing, p.cancels)
}

func (p *plan) observe(_ int, events []overlap.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range events {
		p.events[e.Index] = append(p.events[e.Index], e)
	}
}

// made is how many attempts at a call were begun.
func (p *plan) made(i int) int {
	p.attempts.mu.Lock()
	defer p.attempts.mu.Unlock()
	return len(p.attempts.times[i])
}

func (p *plan) task() *overlap.Task[int, int] {
	return overlap.Func(func(ctx context.Context, n int) (int, error) {
		st := p.calls[n][p.attempts.next(n)-1]
		wait := pause
		if st.await {
			wait = waitAnyhow
		}
		if st.kind == outlastsGrace {
			_, err := wait(context.WithoutCancel(ctx), time.Hour)
			return 42, err
		}
		p.running.Add(1)
		defer p.running.Add(-1)
		if st.pause > 0 {
			if _, err := wait(ctx, st.pause); err != nil {
				return 0, err
			}
		}
		switch st.kind {
		case fails:
			return 0, errStopped
		case failsForGood:
			return 0, final{false}
		case panicsAtOnce:
			panic(errStopped)
		case goexits:
			runtime.Goexit()
		case outlastsTimeout:
			_, err := wait(ctx, time.Hour)
			return 0, err
		case nests:
			values, err := overlap.Map(ctx, p.executor, doubled, []int{n, n})
			return values[1], err
		}
		return 2 * n, nil
	})
}

// ends is how the call ends if nobody cancels it.
func (p *plan) ends(i int) end {
	for attempt, st := range p.calls[i] {
		e := end{outcome: endings[st.kind], attempts: attempt + 1}
		if e.outcome == overlap.Succeeded {
			e.value = 2 * i
		}
		if again := st.kind == fails || st.kind == outlastsTimeout; !again || attempt == p.extra {
			return e
		}
	}
	panic("unreachable: the plan is as long as the attempts")
}

var endings = [kinds]overlap.Outcome{
	succeedsAtOnce: overlap.Succeeded, fails: overlap.Failed, failsForGood: overlap.Failed, panicsAtOnce: overlap.Panicked,
	nests:           overlap.Succeeded,
	outlastsTimeout: overlap.TimedOut, goexits: overlap.Failed, outlastsGrace: overlap.Abandoned,
}

// check checks how a call ended: just as planned, or by a cancel if there may have been one.
func (p *plan) check(t *testing.T, i int, got end, canceled bool) {
	t.Helper()
	want := p.ends(i)
	if got == want {
		equal(t, "attempts begun", p.made(i), want.attempts)
		return
	}
	ok := canceled
	switch got.outcome {
	case overlap.NeverStarted:
		ok = ok && got.attempts == 0 && p.made(i) == 0
	case overlap.Canceled:
		ok = ok && got.attempts == p.made(i)
	case overlap.Pending:
		ok = false
	default: // an attempt that was the last because no other could follow
		ok = ok && got.attempts > 0 && got.attempts == p.made(i) &&
			got.outcome == endings[p.calls[i][got.attempts-1].kind]
	}
	if got.outcome != overlap.Succeeded && got.value != 0 {
		ok = false
	}
	if !ok {
		t.Errorf("call %d ended as %v, want %v (canceled: %v; attempts begun: %d)", i, got, want, canceled, p.made(i))
	}
}

// checkEvents checks that each call that was begun was finished once, with as many starts as attempts.
func (p *plan) checkEvents(t *testing.T) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range p.calls {
		var count [4]int
		for _, e := range p.events[i] {
			count[e.Kind]++
		}
		made := p.made(i)
		queued := min(made, 1)
		if count[overlap.EventStarted] != made || count[overlap.EventFinished] != queued ||
			count[overlap.EventQueued] != queued {
			t.Errorf("call %d, of %d attempts, has these events: %v", i, made, p.events[i])
		}
	}
}

func asJobError(err error) (*overlap.JobError, bool) { return errors.AsType[*overlap.JobError](err) }
