package overlaptest

import (
	"context"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
)

var stress = []behaviour{
	{"any mix of outcomes and cancellations ends each call exactly once", []int{5, 15, 30, 36, 65},
		memory | bubble, anyMix},
}

// anyMix makes some hundred jobs at random. OVERLAPTEST_SEED repeats those of a seed that a failure printed.
func anyMix(t *testing.T, s *suite) {
	defer comeBack()
	seed := rand.Uint64()
	if text := os.Getenv("OVERLAPTEST_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("OVERLAPTEST_SEED: %v", err)
		}
	}
	t.Logf("OVERLAPTEST_SEED=%d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	executor := s.newExecutor()
	for round := 0; round < 200 && !t.Failed(); round++ {
		p, way := newPlan(random, s, executor), random.IntN(3)
		switch way {
		case 0:
			p.runMap(t)
		case 1:
			p.runStream(t)
		default:
			p.runGroup(t)
		}
		if n := p.running.Load(); n != 0 {
			t.Errorf("%d calls run after their job", n)
		}
		synctest.Wait()
		p.checkEvents(t)
		if t.Failed() {
			t.Logf("round %d, a %s: %v", round, [...]string{"Map", "Stream", "Group"}[way], p)
		}
	}
	works(t, executor)
}

func (p *plan) runMap(t *testing.T) {
	ctx, cancel := p.context(t)
	defer cancel()
	values, err := overlap.Map(ctx, p.executor, p.task(), numbers(len(p.calls)), p.stopping()...)
	equal(t, "values", len(values), len(p.calls))
	ends := make([]end, len(p.calls))
	for i := range ends {
		ends[i] = end{outcome: overlap.Pending, attempts: -1, value: values[i]}
	}
	if err != nil {
		if job, ok := asJobError(err); ok {
			equal(t, "calls of the job", job.Total, len(p.calls))
			last := -1
			for _, e := range job.Failed {
				if e.Index <= last {
					t.Errorf("failure %d comes after %d", e.Index, last)
				}
				last = e.Index
				ends[e.Index].outcome, ends[e.Index].attempts = e.Outcome, e.Attempt
			}
		} else if !p.cancels {
			t.Errorf("nobody canceled the job, but its error is %v", err)
		}
	}
	failFast := !p.keepGoing && err != nil
	for i, e := range ends {
		if e.outcome == overlap.Pending { // a Map says nothing of the others
			if e.value == 2*i && i != 0 {
				e.outcome, e.attempts = overlap.Succeeded, p.made(i)
			} else if i == 0 || p.cancels || failFast {
				continue
			}
		}
		p.check(t, i, e, p.cancels || failFast)
	}
}

func (p *plan) runStream(t *testing.T) {
	ctx, cancel := p.context(t)
	defer cancel()
	leave := -1
	if p.random.IntN(4) == 0 {
		leave = p.random.IntN(len(p.calls) + 1)
	}
	options := append(p.options, overlap.Window(1+p.random.IntN(20)))
	ordered := p.random.IntN(2) == 0
	if ordered {
		options = append(options, overlap.Ordered())
	}
	seen := map[int]bool{}
	last, drawn := false, 0
	in := func(yield func(int) bool) {
		for i := range p.calls {
			drawn++
			if !yield(i) {
				return
			}
		}
	}
	for r := range overlap.Stream(ctx, p.executor, p.task(), in, options...) {
		if last {
			t.Error("a result comes after the last one")
		}
		if r.Index < 0 {
			last = true
			continue
		}
		if seen[r.Index] || ordered && r.Index != len(seen) {
			t.Errorf("result %d comes twice or out of order", r.Index)
		}
		seen[r.Index] = true
		p.check(t, r.Index, end{r.Outcome, r.Attempts, r.Value}, p.cancels)
		if len(seen) == leave {
			break
		}
		if p.random.IntN(8) == 0 {
			time.Sleep(time.Millisecond)
		}
	}
	switch {
	case leave >= 0 && len(seen) == leave:
	case last && len(seen) < drawn-1, !last && len(seen) != len(p.calls):
		t.Errorf("%d results of %d inputs drawn", len(seen), drawn)
	case last && !p.cancels:
		t.Error("nobody canceled the stream, but it has a last result")
	}
}

func (p *plan) runGroup(t *testing.T) {
	ctx, cancel := p.context(t)
	defer cancel()
	g := overlap.NewGroup(ctx, p.executor, p.stopping()...)
	task := p.task()
	all := make([]*overlap.Future[int], len(p.calls))
	canceled := map[int]bool{}
	for i := range all {
		all[i] = overlap.Submit(g, task, i)
		switch p.random.IntN(20) {
		case 0:
			time.Sleep(time.Millisecond)
		case 1:
			victim := p.random.IntN(i + 1)
			canceled[victim] = all[victim].Cancel()
		}
	}
	waiters := p.random.IntN(3)
	done := make(chan int)
	for range waiters {
		go func() {
			n := 0
			for range overlap.AsCompleted(context.WithoutCancel(ctx), all...) {
				n++
			}
			done <- n
		}()
	}
	err := g.Wait()
	for range waiters {
		equal(t, "futures completed", <-done, len(all))
	}
	failFast := !p.keepGoing && err != nil
	for i, f := range all {
		r, over := f.Result()
		if !over {
			t.Fatalf("future %d is not over after Wait", i)
		}
		if r.Index < 0 { // refused: the group was over
			equal(t, "attempts at a refused call", p.made(i), 0)
			continue
		}
		p.check(t, i, end{r.Outcome, r.Attempts, r.Value}, p.cancels || failFast || canceled[i])
	}
}

func (p *plan) context(t *testing.T) (context.Context, context.CancelFunc) {
	if p.cancels {
		return context.WithTimeout(t.Context(), time.Duration(p.random.IntN(20))*time.Millisecond)
	}
	return context.WithCancel(t.Context())
}
