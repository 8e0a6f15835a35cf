//go:build linux

package process

import (
	"context"
	"slices"
	"testing"
	"time"

	"example.com/overlap"
)

func TestRecycleAfterIsExactWithABacklog(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
	}
	nothingLeft(t)
	for _, c := range []struct{ after, least, most int }{{1, 1, 1}, {7, 7, 7}, {100, 95, 105}} {
		p := New(2, RecycleAfter(c.after), Silent())
		calls := 10 * c.after
		pids, err := overlap.Map(context.Background(), p, whoAmI, numbers(calls))
		if err != nil {
			t.Fatal(err)
		}
		served := map[int]int{}
		for _, pid := range pids {
			served[pid]++
		}
		short := 0
		for pid, n := range served {
			if n > c.most {
				t.Errorf("RecycleAfter(%d): process %d made %d calls", c.after, pid, n)
			}
			if n < c.least {
				short++
			}
		}
		if short > 2 { // those at work when the calls ran out
			t.Errorf("RecycleAfter(%d): %d of %d workers were replaced before their time: %v", c.after, short, len(served), served)
		}
		p.Close()
		if left := children(); len(left) > 0 {
			t.Errorf("left after Close: %s", describe(left))
		}
	}
}

var hoard = overlap.Define("hoard", func(_ context.Context, bytes int) (int, error) {
	b := make([]byte, bytes)
	for i := 0; i < len(b); i += 4096 {
		b[i] = 1
	}
	sink = append(sink, b)
	return 0, nil
})

func TestRecycleAboveReplacesALargeWorker(t *testing.T) {
	nothingLeft(t)
	p := New(1, RecycleAbove(150<<20), Silent())
	defer p.Close()
	ready(t, p, 2)
	if _, err := overlap.Map(context.Background(), p, hoard, []int{200 << 20}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the large worker has been replaced", func() bool {
		mustDouble(t, p, 1)
		return p.Info().Started > 2
	})
}

func TestIdleWorkersGoAndComeBack(t *testing.T) {
	nothingLeft(t)
	p := New(2, IdleTimeout(20*time.Millisecond), Silent())
	defer p.Close()
	for range 2 {
		mustDouble(t, p, 100)
		eventually(t, "the idle workers have gone", func() bool { return len(children()) == 0 })
	}
	mustDouble(t, p, 100)
}

func TestResizeUpAndDownWithQueuedWork(t *testing.T) {
	nothingLeft(t)
	p := New(1, Silent())
	defer p.Close()
	ctx := context.Background()
	group := overlap.NewGroup(ctx, p)
	var gates []gate
	var calls []*overlap.Future[int]
	for i := range 6 {
		gates = append(gates, newGate(t))
		calls = append(calls, overlap.Submit(group, gated, visit{Number: i, Gate: string(gates[i])}))
	}
	gates[0].started(t)
	p.Resize(4)
	pids := map[int]bool{}
	for _, g := range gates[1:4] { // with the first one, four run at once
		pids[g.started(t)] = true
	}
	p.Resize(1)
	for _, g := range gates[:4] {
		g.open(t)
	}
	for _, g := range gates[4:] { // one after another
		g.started(t)
		if busy := p.Info().Busy; busy != 1 {
			eventually(t, "one worker is busy", func() bool { return p.Info().Busy == 1 })
		}
		g.open(t)
	}
	within(t, "the group", func() {
		if err := group.Wait(); err != nil {
			t.Error(err)
		}
	})
	for i, call := range calls {
		if v, err := call.Wait(ctx); v != 2*i || err != nil {
			t.Errorf("call %d gave %d, %v", i, v, err)
		}
	}
	if len(pids) != 3 {
		t.Errorf("three calls at once ran in %d processes", len(pids))
	}
	eventually(t, "one worker and the spare are left", func() bool { return len(children()) == 2 })
}

func TestSlowCallsGiveTheOthersAway(t *testing.T) {
	nothingLeft(t)
	p := New(2, Silent())
	defer p.Close()
	g := newGate(t)
	visits := make([]visit, 1000)
	for i := range visits {
		visits[i].Number = i
	}
	visits[500].Gate = string(g) // by then the windows are open
	started := make(chan struct{})
	go func() { g.started(t); close(started) }()
	quick := 0
	within(t, "the quick calls while a slow one runs", func() {
		for r := range overlap.Stream(context.Background(), p, gated, slices.Values(visits), overlap.Window(len(visits))) {
			if r.Err != nil || r.Value != 2*r.Index {
				t.Errorf("call %d: %d, %v", r.Index, r.Value, r.Err)
			}
			if quick++; quick == len(visits)-1 { // all others have ended
				<-started
				g.open(t)
			}
		}
	})
	if quick != len(visits) {
		t.Errorf("%d results for %d calls", quick, len(visits))
	}
}
