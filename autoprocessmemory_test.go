package overlap_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
	"example.com/overlap/internal/tune"
)

// heldByProcesses is what processes hold under a limit of memory, in virtual time. The first helps with something, and makes no calls.
type heldByProcesses struct {
	mu     sync.Mutex
	held   map[int]int64
	last   int
	peak   int64
	memory tune.ProcessMemory
}

func (h *heldByProcesses) start() (pid int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.last++
	h.held[h.last] = 0
	return h.last
}

func (h *heldByProcesses) end(pid int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.held, pid)
}

// call has a process load its program, come to hold more and more for half a second, and then the same for another.
func (h *heldByProcesses) call(pid int, most int64) {
	const program, steps = 10 << 20, 20
	for _, bytes := range []int64{program / 4, program / 2, program} {
		h.hold(pid, bytes)
		time.Sleep(5 * ms)
	}
	for i := range int64(steps) {
		h.hold(pid, program+(most-program)*(i+1)/steps)
		time.Sleep(500 * ms / steps)
	}
	time.Sleep(500 * ms)
}

func (h *heldByProcesses) hold(pid int, bytes int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.held[pid] = max(bytes, h.held[pid]) // the interpreter of a worker gives nothing back
	h.peak = max(h.peak, h.used())
}

func (h *heldByProcesses) used() (all int64) {
	for _, bytes := range h.held {
		all += bytes
	}
	return all
}

func (h *heldByProcesses) sense(t *testing.T, limit int64) {
	overlap.SenseProcesses(t, 2, func(r *tune.Reading) {
		h.mu.Lock()
		defer h.mu.Unlock()
		r.Processes = tune.Processes{Known: true, Memory: tune.Memory{Used: h.used(), Limit: limit}}
		h.memory.Look(h.held, &r.Processes)
	})
}

// Processes that come to hold more while they run are not more than fit into memory, though none of them holds much when it
// is begun: in none of these jobs would one have been killed.
func TestAutoOfProcessesThatComeToHoldMore(t *testing.T) {
	const mib, limit = 1 << 20, 1200 << 20
	for _, test := range []struct {
		name    string
		workers bool // a process makes one call after another
		calls   int
		best    int // of the fixed numbers that fit always
		within  float64
		most    func(random *rand.Rand, i int) int64
	}{
		{"commands of 300 MB", false, 120, 3, 1.1, func(*rand.Rand, int) int64 { return 300 * mib }},
		{"workers of 300 MB", true, 120, 3, 1.1, func(*rand.Rand, int) int64 { return 300 * mib }},
		{"commands of 20 to 100 MB", false, 400, 11, 1, func(random *rand.Rand, _ int) int64 { return 20*mib + random.Int64N(80*mib) }},
		{"commands of 300 to 20 MB, the largest first", false, 400, 3, 0.7, func(_ *rand.Rand, i int) int64 { return 300*mib - int64(i)*280*mib/400 }},
		{"commands that hold hardly more than their program", false, 400, 80, 1.3, func(*rand.Rand, int) int64 { return 11 * mib }},
	} {
		t.Run(test.name, func(t *testing.T) {
			var seed uint64
			run := func(executor overlap.Executor) (took time.Duration, peak int64) {
				random, most := rand.New(rand.NewPCG(seed, 0)), make([]int64, test.calls)
				for i := range most {
					most[i] = test.most(random, i)
				}
				synctest.Test(t, func(t *testing.T) {
					var idle []int
					h := &heldByProcesses{held: map[int]int64{}}
					h.hold(h.start(), mib)
					h.sense(t, limit)
					task := overlap.Func(func(_ context.Context, i int) (int, error) {
						h.mu.Lock()
						pid := 0
						if n := len(idle); n > 0 {
							pid, idle = idle[n-1], idle[:n-1]
						}
						h.mu.Unlock()
						if pid == 0 {
							pid = h.start()
						}
						h.call(pid, most[i])
						if !test.workers {
							h.end(pid)
							return 0, nil
						}
						h.mu.Lock()
						idle = append(idle, pid)
						h.mu.Unlock()
						return 0, nil
					}, overlap.RunsProcesses())
					begun := time.Now()
					if _, err := overlap.Map(t.Context(), executor, task, upTo(test.calls)); err != nil {
						t.Error(err)
					}
					took, peak = time.Since(begun), h.peak
					time.Sleep(time.Second) // for a reading that was being taken
				})
				return took, peak
			}
			for seed = range 5 {
				best, most := run(overlap.Pool(test.best))
				var report overlap.AutoReport
				took, peak := run(overlap.Auto(overlap.Explain(func(r overlap.AutoReport) { report = r })))
				t.Logf("held %d MB at most, took %v, %.2f times as long as with %d at once, which held %d: %v", peak/mib, took, took.Seconds()/best.Seconds(), test.best, most/mib, report)
				if peak > limit {
					t.Errorf("held %d MB at most, and %d are allowed", peak/mib, limit/mib)
				}
				if report.Class != overlap.MemoryBound {
					t.Errorf("called %q", report.Class)
				}
				if took.Seconds() > test.within*best.Seconds() {
					t.Errorf("took more than %.2f times as long", test.within)
				}
			}
		})
	}
}
