package overlap_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
)

// places is a server that serves so many at once, first in first out. A deaf one does not notice that nobody waits any more.
type places struct {
	most    func() int
	notices bool
	varies  bool // calls take 25 to 75 ms, and not 50
	served  int
	mu      sync.Mutex
	busy    int
	waiting []placed
}

type placed struct {
	ctx  context.Context
	done chan struct{}
}

func (p *places) Serve(ctx context.Context, _ int) error {
	c := placed{ctx, make(chan struct{})}
	p.mu.Lock()
	p.waiting = append(p.waiting, c)
	p.next()
	p.mu.Unlock()
	select {
	case <-c.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// next serves those that wait, as far as there are places. The mutex is held.
func (p *places) next() {
	for len(p.waiting) > 0 && p.busy < p.most() {
		c := p.waiting[0]
		p.waiting = p.waiting[1:]
		if p.notices && c.ctx.Err() != nil {
			continue
		}
		p.busy++
		p.served++
		takes := 50 * ms
		if p.varies {
			takes = time.Duration(25+p.served*37%51) * ms
		}
		time.AfterFunc(takes, func() {
			close(c.done)
			p.mu.Lock()
			p.busy--
			p.next()
			p.mu.Unlock()
		})
	}
}

// hangs is a server that never answers some calls, and others after a while.
func hangs(of100 int, takes time.Duration) func(ctx context.Context, i int) error {
	return func(ctx context.Context, i int) error {
		if i*37%100 < of100 {
			<-ctx.Done()
			return ctx.Err()
		}
		time.Sleep(takes)
		return nil
	}
}

// Calls that time out since too many are in flight have fewer made at once, so that hardly more are lost than those that were in
// flight by then. Calls that hang, however many there are, do not hold the others up.
func TestAutoOfCallsThatTimeOut(t *testing.T) {
	serves := func(at, later int, notices bool) func() func(context.Context, int) error {
		return func() func(context.Context, int) error {
			begun := time.Now()
			return (&places{notices: notices, most: func() int {
				if time.Since(begun) < 5*time.Second {
					return at
				}
				return later
			}}).Serve
		}
	}
	varies := func(at int, notices bool) func() func(context.Context, int) error {
		return func() func(context.Context, int) error {
			return (&places{notices: notices, varies: true, most: func() int { return at }}).Serve
		}
	}
	hang := func(of100 int) func() func(context.Context, int) error {
		return func() func(context.Context, int) error { return hangs(of100, 50*ms) }
	}
	for name, c := range map[string]struct {
		server func() func(context.Context, int) error
		calls  int
		limit  time.Duration
		lost   int // 0: three times as many as were in flight at most
		within time.Duration
	}{
		"six places":               {serves(6, 6, true), 2000, 500 * ms, 0, 17 * time.Second},
		"six, deaf":                {serves(6, 6, false), 2000, 500 * ms, 0, 22 * time.Second},
		"one place":                {serves(1, 1, true), 500, 500 * ms, 0, 30 * time.Second},
		"three, deaf":              {serves(3, 3, false), 1000, 500 * ms, 0, 40 * time.Second},
		"two, deaf":                {serves(2, 2, false), 3000, 500 * ms, 0, 90 * time.Second},
		"six places, then sixty":   {serves(6, 60, true), 5000, 500 * ms, 0, 15 * time.Second},
		"sixty places, then six":   {serves(60, 6, true), 8000, 500 * ms, 0, 40 * time.Second},
		"sixty, then twelve, deaf": {serves(60, 12, false), 8000, 500 * ms, 0, 40 * time.Second},
		// At best these would take 7.5, 5 and 5 s.
		"twenty, half of the limit":       {serves(20, 20, true), 3000, 100 * ms, 0, 8 * time.Second},
		"twenty, half of the limit, deaf": {serves(20, 20, false), 3000, 100 * ms, 600, 12 * time.Second},
		"sixty, most of the limit":        {serves(60, 60, true), 6000, 60 * ms, 600, 6 * time.Second},
		"sixty, most of the limit, deaf":  {serves(60, 60, false), 6000, 60 * ms, 900, 8 * time.Second},
		// Three tenths of these time out however many are in flight.
		"sixty, some take longer than the limit":   {varies(60, true), 6000, 60 * ms, 3500, 10 * time.Second},
		"hundred, some take longer than the limit": {varies(100, true), 10000, 60 * ms, 6000, 20 * time.Second},
		"three of a hundred hang":                  {hang(3), 4000, 60 * ms, 120, 1 * time.Second},
		"two of a hundred do not hang":             {hang(98), 8000, 200 * ms, 7840, 40 * time.Second},
		"one of a hundred hangs":                   {hang(1), 4000, time.Second, 40, 4 * time.Second},
		"one of ten hangs":                         {hang(10), 4000, 75 * ms, 400, 2500 * ms},
		"a third hangs":                            {hang(33), 4000, 75 * ms, 1320, 1500 * ms},
		"all hang":                                 {hang(100), 1000, time.Second, 1000, 20 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				overlap.SenseNothing(t)
				serve := c.server()
				task := overlap.Func(func(ctx context.Context, i int) (int, error) { return 0, serve(ctx, i) })
				begun := time.Now()
				var report overlap.AutoReport
				auto := overlap.Auto(overlap.Explain(func(r overlap.AutoReport) { report = r }))
				_, err := overlap.Map(t.Context(), auto, task, upTo(c.calls), overlap.KeepGoing(), overlap.Timeout(c.limit))
				took := time.Since(begun)
				lost := 0
				if failed, ok := errors.AsType[*overlap.JobError](err); ok {
					lost = len(failed.Failed)
				}
				t.Logf("%d of %d lost, took %v\n%v", lost, c.calls, took, report)
				most := c.lost
				if most == 0 {
					most = 3 * report.Peak
				}
				if lost > most {
					t.Errorf("%d of %d were lost, want at most %d", lost, c.calls, most)
				}
				if took > c.within {
					t.Errorf("took %v, want at most %v", took, c.within)
				}
			})
		})
	}
}

// Calls of which nearly all hang are over at last.
func TestAutoOfCallsThatNearlyAllHang(t *testing.T) {
	for _, of1000 := range []int{900, 980} {
		for seed := range uint64(3) {
			synctest.Test(t, func(t *testing.T) {
				overlap.SenseNothing(t)
				random, hangs := rand.New(rand.NewPCG(seed, uint64(of1000))), make([]bool, 8000)
				for i := range hangs {
					hangs[i] = random.IntN(1000) < of1000
				}
				task := overlap.Func(func(ctx context.Context, i int) (int, error) {
					if hangs[i] {
						<-ctx.Done()
						return 0, ctx.Err()
					}
					time.Sleep(50 * ms)
					return 0, nil
				})
				begun := time.Now()
				overlap.Map(t.Context(), overlap.Auto(), task, upTo(len(hangs)), overlap.KeepGoing(), overlap.Timeout(200*ms))
				if took := time.Since(begun); took > 45*time.Second { // 12.5 s with 128 in flight
					t.Errorf("%d of 1000 hang: took %v, want at most 45 s", of1000, took)
				}
			})
		}
	}
}

// A server that has worked for a while and then stalls is asked for less at once, also by a job that may have no more in flight anyhow.
func TestAutoSeesSoonThatAServerStalls(t *testing.T) {
	for _, most := range []int{30, 100} {
		t.Run(fmt.Sprint(most), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				overlap.SenseNothing(t)
				begun := time.Now()
				task := overlap.Func(func(ctx context.Context, i int) (int, error) {
					if since := time.Since(begun); since >= 500*ms && since < 3500*ms {
						<-ctx.Done()
						return 0, ctx.Err()
					}
					time.Sleep(20 * ms)
					return 0, nil
				})
				var lowered time.Duration
				lost := 0
				auto := overlap.Auto(overlap.Max(most), overlap.ExplainSteps(func(s overlap.AutoStep) {
					if lowered == 0 && s.To < s.From {
						lowered = s.At
					}
				}))
				_, err := overlap.Map(t.Context(), auto, task, upTo(60*most), overlap.KeepGoing(), overlap.Timeout(200*ms))
				if failed, ok := errors.AsType[*overlap.JobError](err); ok {
					lost = len(failed.Failed)
				}
				t.Logf("lowered after %v, %d lost, took %v", lowered, lost, time.Since(begun))
				if lowered == 0 || lowered > time.Second {
					t.Errorf("less was asked after %v, want at most 1 s", lowered)
				}
				if lost > 7*most {
					t.Errorf("%d calls were lost, want at most %d", lost, 7*most)
				}
			})
		})
	}
}
