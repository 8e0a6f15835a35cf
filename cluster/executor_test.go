package cluster

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
)

var made atomic.Int64

var (
	double = overlap.Define("cluster-test/double", func(_ context.Context, n int) (int, error) {
		made.Add(1)
		return 2 * n, nil
	})
	failer = overlap.Define("cluster-test/fail", func(_ context.Context, n int) (int, error) {
		return 0, fmt.Errorf("no %d", n)
	})
	repeat = overlap.Define("cluster-test/repeat", func(_ context.Context, n int) ([]byte, error) {
		return slices.Repeat([]byte{byte(n)}, n), nil
	})
	length = overlap.Define("cluster-test/length", func(_ context.Context, b []byte) (int, error) { return len(b), nil })
	naps   = overlap.Define("cluster-test/nap", func(ctx context.Context, d time.Duration) (time.Duration, error) {
		select {
		case <-time.After(d):
			return d, nil
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	})
)

// onFake runs a test in a bubble, on an engine in memory with some workers whose calls are made on goroutines.
func onFake(t *testing.T, f func() *fake, workers int, test func(t *testing.T, x *Executor)) {
	synctest.Test(t, func(t *testing.T) {
		e := f()
		x, err := newExecutor(e, settings{})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error, workers)
		for range workers {
			go func() { done <- serve(ctx, e, overlap.Pool(2), 2, settings{}) }()
		}
		test(t, x)
		x.Close()
		cancel()
		for range workers {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		time.Sleep(time.Minute) // what is still under way
	})
}

// shorten has workers be taken for dead sooner, until the test has ended and what it started, too.
func shorten(t *testing.T) {
	before := silence
	t.Cleanup(func() { silence = before })
	silence = time.Second
}

func honest() *fake { return newFake(nil) }

func TestCallsAreMadeByWorkers(t *testing.T) {
	onFake(t, honest, 2, func(t *testing.T, x *Executor) {
		before := made.Load()
		values, err := overlap.Map(t.Context(), x, double, numbers(1000))
		if err != nil || !slices.Equal(values, doubled(1000)) {
			t.Errorf("got %v, %v", values, err)
		}
		if n := made.Load() - before; n != 1000 {
			t.Errorf("%d calls were made for 1000 inputs", n)
		}
	})
}

// It is known of workers which of a session's calls are for them, and how many they have made.
func TestWorkersAreCounted(t *testing.T) {
	onFake(t, honest, 2, func(t *testing.T, x *Executor) {
		if err := x.Ready(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, w := range x.Workers() {
			if len(w.Makes) != 0 || w.Made != 0 {
				t.Errorf("before a job: %+v", w)
			}
		}
		if _, err := overlap.Map(t.Context(), x, double, numbers(1000)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * greeting) // in which they say again that they are there
		all := x.Workers()
		if len(all) != 2 || all[0].ID == all[1].ID || all[0].Made+all[1].Made != 1000 {
			t.Errorf("after a job of 1,000 calls: %+v", all)
		}
		for _, w := range all {
			if !slices.Equal(w.Makes, []string{double.Name()}) {
				t.Errorf("it makes calls of %q", w.Makes)
			}
		}
	})
}

// Also a session without calls of its own is told what workers run, and how fast.
func TestWorkersSayWhatTheyDo(t *testing.T) {
	onFake(t, honest, 1, func(t *testing.T, x *Executor) {
		other, err := newExecutor(x.engine, settings{})
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		calls := make([]time.Duration, 60)
		for i := range calls {
			calls[i] = time.Second
		}
		ended := make(chan error, 1)
		go func() {
			_, err := overlap.Map(t.Context(), x, naps, calls)
			ended <- err
		}()
		time.Sleep(15 * time.Second)
		w := other.Workers()
		if len(w) != 1 || !slices.Equal(w[0].Runs, []string{naps.Name()}) || w[0].Slots == 0 {
			t.Fatalf("while it runs: %+v", w)
		}
		if want := float64(w[0].Slots); w[0].PerSecond < 0.8*want || w[0].PerSecond > 1.2*want {
			t.Errorf("it makes %g calls of a second each in a second, and %d at once", w[0].PerSecond, w[0].Slots)
		}
		if err := <-ended; err != nil {
			t.Error(err)
		}
		time.Sleep(2 * lately)
		if w := other.Workers(); len(w) != 1 || len(w[0].Runs) != 0 || w[0].PerSecond != 0 {
			t.Errorf("after the job: %+v", w)
		}
	})
}

// Calls count as queued while the workers have others, and no longer than that. A chunk that is submitted again counts once.
func TestQueuedCallsAreCounted(t *testing.T) {
	f := newFake(nil)
	onFake(t, func() *fake { return f }, 1, func(t *testing.T, x *Executor) {
		if err := x.Ready(t.Context()); err != nil {
			t.Fatal(err)
		}
		other, err := newExecutor(f, settings{})
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		run := func(x *Executor, calls int) <-chan error {
			ended := make(chan error, 1)
			go func() {
				_, err := overlap.Map(t.Context(), x, naps, slices.Repeat([]time.Duration{time.Minute}, calls))
				ended <- err
			}()
			return ended
		}
		first := run(x, 2) // as many as the worker makes at once
		time.Sleep(2 * time.Second)
		second := run(other, 3) // of which two are submitted
		time.Sleep(2 * time.Second)
		if a, b := x.Queued(), other.Queued(); a != 0 || b != 2 {
			t.Errorf("%d calls that run count as queued, and %d of two that wait", a, b)
		}
		if a, b := x.UnderWay(), other.UnderWay(); a != 2 || b != 2 {
			t.Errorf("%d and %d calls count as under way, want two of each", a, b)
		}
		f.forget()
		time.Sleep(10 * time.Second)
		if n := other.Queued(); n != 2 {
			t.Errorf("%d calls count as queued after the engine has lost both", n)
		}
		if err := <-first; err != nil {
			t.Error(err)
		}
		time.Sleep(2 * time.Second)
		if n := other.Queued(); n != 0 {
			t.Errorf("%d calls that run count as queued", n)
		}
		if err := <-second; err != nil {
			t.Error(err)
		}
		if a, b := x.UnderWay(), other.UnderWay(); a != 0 || b != 0 {
			t.Errorf("%d and %d calls count as under way after all have ended", a, b)
		}
	})
}

func numbers(n int) (all []int) {
	for i := range n {
		all = append(all, i)
	}
	return all
}

func doubled(n int) (all []int) {
	for i := range n {
		all = append(all, 2*i)
	}
	return all
}

// Whatever an engine loses, repeats, delays and reorders, each input has one result, and the right one.
func TestEachResultOnceOverAnEngineThatLies(t *testing.T) {
	for seed := range uint64(20) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			lying := func() *fake { return newFake(rand.New(rand.NewPCG(seed, 0))) }
			onFake(t, lying, 3, func(t *testing.T, x *Executor) {
				seen := map[int]int{}
				inputs := func(yield func(int) bool) {
					for i := 0; i < 300 && yield(i); i++ {
					}
				}
				for r := range overlap.Stream(t.Context(), x, double, inputs) {
					if r.Err != nil || r.Value != 2*r.Input {
						t.Errorf("%d became %d, %v", r.Input, r.Value, r.Err)
					}
					seen[r.Index]++
				}
				for i := range 300 {
					if seen[i] != 1 {
						t.Errorf("input %d has %d results", i, seen[i])
					}
				}
			})
		})
	}
}

func TestFailuresKeepTheirText(t *testing.T) {
	onFake(t, honest, 1, func(t *testing.T, x *Executor) {
		_, err := overlap.Map(t.Context(), x, failer, []int{7})
		if err == nil || !strings.Contains(err.Error(), "no 7") {
			t.Errorf("got %v", err)
		}
	})
}

// What does not fit into a message is fetched piece by piece.
func TestLargeValuesCross(t *testing.T) {
	small := func() *fake {
		f := newFake(nil)
		f.largestIs = 1 << 10
		return f
	}
	onFake(t, small, 2, func(t *testing.T, x *Executor) {
		sizes := []int{0, 1000, 1024, 5000, 100_000}
		values, err := overlap.Map(t.Context(), x, repeat, sizes)
		if err != nil {
			t.Fatal(err)
		}
		lengths, err := overlap.Map(t.Context(), x, length, values)
		if err != nil || !slices.Equal(lengths, sizes) {
			t.Errorf("got %v, %v", lengths, err)
		}
		if n := len(x.stock.kept); n > 0 {
			t.Errorf("%d chunks are kept for nobody", n)
		}
	})
}

// A value that is too large is its call's error, which says how large it is. The other calls of the job do not suffer.
func TestValuesThatAreTooLarge(t *testing.T) {
	defer func(before int) { mostValue = before }(mostValue)
	mostValue = 1000
	honest := func() *fake { return newFake(nil) }
	onFake(t, honest, 2, func(t *testing.T, x *Executor) {
		wrong := func(index int, err error, what string) {
			t.Helper()
			for _, text := range []string{what, "a value of ", " bytes is too large to cross: at most 1000"} {
				if (index == 1) != (err != nil && strings.Contains(err.Error(), text)) {
					t.Errorf("call %d: %v", index, err)
				}
			}
		}
		for r := range overlap.Stream(t.Context(), x, length, slices.Values([][]byte{{1}, make([]byte, 2000), {2}})) {
			wrong(r.Index, r.Err, "the input does not cross to a worker")
		}
		for r := range overlap.Stream(t.Context(), x, repeat, slices.Values([]int{1, 2000, 2})) {
			wrong(r.Index, r.Err, "the result does not cross to the submitter")
		}
	})
}

// Who takes no results has no more inputs drawn, however many there are and whatever the workers could make.
func TestSlowCollectorBoundsWhatIsUnderWay(t *testing.T) {
	honest := func() *fake { return newFake(nil) }
	onFake(t, honest, 2, func(t *testing.T, x *Executor) {
		drawn := 0
		inputs := func(yield func(int) bool) {
			for ; yield(drawn); drawn++ {
			}
		}
		results := 0
		for r := range overlap.Stream(t.Context(), x, double, inputs) {
			if r.Err != nil || r.Value != 2*r.Input {
				t.Errorf("%d became %d, %v", r.Input, r.Value, r.Err)
			}
			if results++; results == 1000 {
				break
			}
			if results%250 > 0 {
				continue
			}
			time.Sleep(time.Minute)
			synctest.Wait()
			before := drawn
			time.Sleep(time.Hour)
			synctest.Wait()
			if drawn != before {
				t.Errorf("%d inputs were drawn, and then %d", before, drawn)
			}
		}
	})
}

// A worker that goes gives back what it has not begun, and ends what it has.
func TestWorkerThatGoesHandsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newFake(nil)
		x, err := newExecutor(e, settings{})
		if err != nil {
			t.Fatal(err)
		}
		first, leave := context.WithCancel(context.Background())
		second, end := context.WithCancel(context.Background())
		gone := make(chan error, 2)
		go func() { gone <- serve(first, e, overlap.Pool(2), 2, settings{}) }()
		time.AfterFunc(3*time.Second, func() {
			leave()
			go func() { gone <- serve(second, e, overlap.Pool(2), 2, settings{}) }()
		})
		inputs := slices.Repeat([]time.Duration{2 * time.Second}, 8)
		start := time.Now()
		if _, err := overlap.Map(t.Context(), x, naps, inputs); err != nil {
			t.Error(err)
		}
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("took %v: what the worker had was not handed back at once", took)
		}
		x.Close()
		end()
		if err := errors.Join(<-gone, <-gone); err != nil {
			t.Error(err)
		}
		time.Sleep(time.Minute)
	})
}

// A worker says which file it does not have, by its name.
func TestFilesThatWorkersLack(t *testing.T) {
	there := filepath.Join(t.TempDir(), "there")
	if err := os.WriteFile(there, []byte("12345"), 0o600); err != nil {
		t.Fatal(err)
	}
	onFake(t, honest, 2, func(t *testing.T, x *Executor) {
		if err := x.Ready(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			files []File
			why   string
		}{
			{[]File{{there, 5}, {there, -1}}, ""},
			{[]File{{there, 5}, {there + "x", -1}}, "is not there"},
			{[]File{{there, 6}}, "has 5 bytes there, and 6 here"},
			{append(slices.Repeat([]File{{there, 5}}, mostFiles), File{there + "x", -1}), "is not there"},
		} {
			err := x.CheckFiles(t.Context(), c.files)
			lacks, ok := errors.AsType[*LacksError](err)
			switch {
			case c.why == "" && err != nil:
				t.Errorf("%v: %v", c.files, err)
			case c.why != "" && (!ok || lacks.Why != c.why || lacks.File != c.files[len(c.files)-1].Name || lacks.Worker == ""):
				t.Errorf("got %v, want %q", err, c.why)
			}
		}
	})
}
