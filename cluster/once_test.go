package cluster

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
)

// tally counts how often each call has been made of tallied.
var tally sync.Map // of *atomic.Int64 by tallyCall

type tallyCall struct{ Run, N int }

var tallied = overlap.Define("cluster-test/tallied", func(ctx context.Context, c tallyCall) (int, error) {
	times, _ := tally.LoadOrStore(c, &atomic.Int64{})
	times.(*atomic.Int64).Add(1)
	select { // which some workers do not live to see
	case <-time.After(time.Duration(c.N%7) * time.Millisecond):
		return 2 * c.N, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
})

func timesMade(c tallyCall) int64 {
	times, ok := tally.Load(c)
	if !ok {
		return 0
	}
	return times.(*atomic.Int64).Load()
}

// Whatever an engine loses, repeats, delays and reorders, no call is made twice that is to be made at most once, and those
// that failed for that say so.
func TestAtMostOnceOverAnEngineThatLies(t *testing.T) {
	tally.Clear() // of an earlier run of the test
	unsure := 0
	for seed := range uint64(20) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			lying := func() *fake { return newFake(rand.New(rand.NewPCG(seed, 1))) }
			onFake(t, lying, 3, func(t *testing.T, x *Executor) {
				inputs := func(yield func(tallyCall) bool) {
					for n := 0; n < 300 && yield(tallyCall{int(seed), n}); n++ {
					}
				}
				results := 0
				for r := range overlap.Stream(t.Context(), x, tallied, inputs, overlap.AtMostOnce()) {
					results++
					made := timesMade(r.Input)
					switch {
					case r.Err == nil && (made != 1 || r.Value != 2*r.Input.N):
						t.Errorf("%v was made %d times and became %d", r.Input, made, r.Value)
					case r.Err == nil:
					case r.Outcome != overlap.WorkerDied || !errors.Is(r.Err, overlap.ErrMayHaveRun):
						t.Errorf("%v: %v, %v", r.Input, r.Outcome, r.Err)
					default:
						unsure++
					}
				}
				if results != 300 {
					t.Errorf("300 inputs have %d results", results)
				}
			})
			for n := range 300 { // also what began late
				if made := timesMade(tallyCall{int(seed), n}); made > 1 {
					t.Errorf("call %d was made %d times", n, made)
				}
			}
		})
	}
	if unsure == 0 || unsure > 600 {
		t.Errorf("%d of 6000 calls may have run", unsure)
	}
}

// A chunk that two workers have is run by one of them, also when the first has answered by then.
func TestChunkThatIsDeliveredTwice(t *testing.T) {
	tally.Clear()
	const run = 1000
	twice := func() *fake {
		f := newFake(nil)
		f.twice = true
		return f
	}
	onFake(t, twice, 2, func(t *testing.T, x *Executor) {
		var inputs []tallyCall
		for n := range 200 {
			inputs = append(inputs, tallyCall{run, n})
		}
		if _, err := overlap.Map(t.Context(), x, tallied, inputs, overlap.AtMostOnce()); err != nil {
			t.Error(err)
		}
		time.Sleep(time.Minute)
		for _, c := range inputs {
			if made := timesMade(c); made != 1 {
				t.Errorf("%v was made %d times", c, made)
			}
		}
	})
}

// A call that is given back before a worker has claimed it does not begin later: its run says that it never started.
func TestCallThatIsGivenBackDoesNotBegin(t *testing.T) {
	tally.Clear()
	synctest.Test(t, func(t *testing.T) {
		const run = 1001
		e := newFake(nil)
		x, err := newExecutor(e, settings{})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		results, err := overlap.MapResults(ctx, x, tallied, []tallyCall{{run, 1}}, overlap.AtMostOnce())
		if err == nil || results[0].Outcome != overlap.NeverStarted {
			t.Errorf("got %v, %v", results, err)
		}
		e.mu.Lock()
		for _, o := range e.all { // which come to workers all the same
			e.add(o)
		}
		e.mu.Unlock()
		working, leave := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- serve(working, e, overlap.Pool(2), 2, settings{}) }()
		x.greet()
		time.Sleep(time.Minute)
		if _, err := overlap.Map(t.Context(), x, tallied, []tallyCall{{run, 2}}, overlap.AtMostOnce()); err != nil {
			t.Error(err)
		}
		if made := timesMade(tallyCall{run, 1}); made != 0 {
			t.Errorf("the call was made %d times after it had been given back", made)
		}
		leave()
		<-done
		x.Close()
	})
}

// The inputs of calls that are to be made at most once are drawn when there is a worker for them, and not before, so that few
// are noted as begun that have not: also when workers come while the first call runs.
func TestAtMostOnceIsDrawnForWorkersAlone(t *testing.T) {
	onFake(t, honest, 2, func(t *testing.T, x *Executor) {
		var drawn atomic.Int64
		ended, ahead := 0, 0
		inputs := func(yield func(time.Duration) bool) {
			for range 100 {
				if drawn.Add(1); !yield(10 * time.Second) {
					return
				}
			}
		}
		start := time.Now()
		for range overlap.Stream(t.Context(), x, naps, inputs, overlap.AtMostOnce()) {
			ahead = max(ahead, int(drawn.Load())-ended)
			ended++
		}
		if took := time.Since(start); ended != 100 || ahead > 5 || took > 270*time.Second {
			t.Errorf("%d of 100 calls ended in %v, and %d were drawn ahead for workers that make 4 at once", ended, took, ahead)
		}
	})
}
