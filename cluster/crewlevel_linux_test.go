package cluster

import (
	"context"
	"runtime"
	"slices"
	"testing"
	"time"

	"example.com/overlap"
	"example.com/overlap/process"
)

// computes takes some milliseconds of a core, and doubles.
var computes = overlap.Define("cluster-test/compute", func(_ context.Context, n int) (int, error) {
	sum := 0
	for i := range 20_000_000 {
		sum += i % 7
	}
	if sum == 0 { // which it is not, and nobody knows before
		n++
	}
	return 2 * n, nil
})

// A worker that nobody has told how many calls to make at once makes about one a core of those that compute, also where other
// programs want the cores: for most of the time, as it may take them for calls that wait in a moment in which its processes do.
func TestWorkerMakesOneCallACore(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	pool := process.New(256, process.Silent(), process.OnDemand())
	t.Cleanup(func() { pool.Close() })
	x := embedded(t)
	var m Metrics
	withWorker(t, x, pool, 0, Measure(&m))
	over := make(chan struct{})
	looked := make(chan []int)
	go func() {
		var atOnce []int
		for !isClosed(over) {
			if n := chunksOf(&m); n > 0 {
				atOnce = append(atOnce, n)
			}
			time.Sleep(tick / 4)
		}
		looked <- atOnce
	}()
	calls := 150 * runtime.GOMAXPROCS(0)
	seen := newArrivals()
	for r := range overlap.Stream(t.Context(), x, computes, slices.Values(numbers(calls))) {
		if r.Err != nil || r.Value != 2*r.Input {
			t.Errorf("%d became %d, %v", r.Input, r.Value, r.Err)
		}
		seen.add(r.Index, "")
	}
	close(over)
	atOnce := <-looked
	seen.check(t, calls)
	slices.Sort(atOnce)
	if len(atOnce) == 0 {
		t.Fatal("the worker is never seen making a call")
	}
	const aFew = 8 // which it is on a machine that others keep busy
	usual, most := atOnce[len(atOnce)/2], atOnce[len(atOnce)-1]
	t.Logf("it makes %d calls at once on %d cores, and %d at most", usual, runtime.GOMAXPROCS(0), most)
	if usual > runtime.GOMAXPROCS(0)+aFew {
		t.Errorf("the worker makes %d calls at once that compute, on %d cores", usual, runtime.GOMAXPROCS(0))
	}
}

// chunksOf is how many chunks a worker has, of these calls one each.
func chunksOf(m *Metrics) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	var f figures
	for s := range m.sources {
		s.write(&f)
	}
	return int(f.named["overlap_worker_chunks"].values[""])
}
