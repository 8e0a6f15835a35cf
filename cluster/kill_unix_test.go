//go:build unix

package cluster

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/overlap"
	"example.com/overlap/process"
)

// startWorker starts a worker process, which is killed when the test ends.
func startWorker(t *testing.T, join string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run", "^$")
	cmd.Env = append(os.Environ(), joinVariable+"="+join)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return cmd
}

var (
	// exits ends its process at 13.
	exits = overlap.Define("cluster-test/exit", func(_ context.Context, n int) (int, error) {
		if n == 13 {
			fmt.Fprintln(os.Stderr, "thirteen is too much")
			os.Exit(7)
		}
		return 2 * n, nil
	})
	// slowly doubles after some milliseconds.
	slowly = overlap.Define("cluster-test/slowly", func(_ context.Context, n int) (int, error) {
		time.Sleep(time.Duration(n%20) * time.Millisecond)
		return 2 * n, nil
	})
)

// An input that kills its workers' processes fails after three deaths, with what they said, and the job goes on.
func TestInputThatKillsIsSetAside(t *testing.T) {
	pool := process.New(2, process.Silent())
	t.Cleanup(func() { pool.Close() })
	x := embedded(t)
	withWorker(t, x, pool, 2)
	failed := 0
	for r := range overlap.Stream(t.Context(), x, exits, func(yield func(int) bool) {
		for i := 0; i < 40 && yield(i); i++ {
		}
	}) {
		if r.Input != 13 {
			if r.Err != nil || r.Value != 2*r.Input {
				t.Errorf("%d became %d, %v", r.Input, r.Value, r.Err)
			}
			continue
		}
		failed++
		died, ok := errors.AsType[*DeathsError](r.Err)
		if r.Outcome != overlap.WorkerDied || !ok || len(died.Deaths) != mostDeaths ||
			!strings.Contains(r.Err.Error(), "thirteen is too much") {
			t.Errorf("got %v, %v", r.Outcome, r.Err)
		}
		if _, ok := errors.AsType[*process.DiedError](r.Err); !ok {
			t.Errorf("the deaths are not in %v", r.Err)
		}
	}
	if failed != 1 {
		t.Errorf("the input has %d results", failed)
	}
}

// Whatever becomes of workers (killed, stopped for a while, told to go), each input has one result, and the right one, and
// nothing of it is left in the submitter. TestChaos has all else go wrong as well.
func TestChaosOfWorkers(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	const lasts = 3 * time.Second
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	shorten(t)
	x := embedded(t)
	workers := []*exec.Cmd{startWorker(t, x.Join()), startWorker(t, x.Join()), startWorker(t, x.Join())}
	if err := x.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	end := time.Now().Add(lasts)
	over := make(chan struct{})
	go func() {
		defer close(over)
		for time.Now().Before(end) {
			time.Sleep(time.Duration(random.IntN(600)) * time.Millisecond)
			i := random.IntN(len(workers))
			w := workers[i].Process
			switch random.IntN(4) {
			case 0, 1:
				_ = w.Kill()
			case 2:
				_ = w.Signal(syscall.SIGTERM)
			case 3:
				_ = w.Signal(syscall.SIGSTOP)
				time.AfterFunc(time.Duration(random.IntN(3000))*time.Millisecond, func() { _ = w.Signal(syscall.SIGCONT) })
				continue
			}
			workers[i] = startWorker(t, x.Join())
		}
	}()
	var seen []bool
	for r := range overlap.Stream(t.Context(), x, slowly, func(yield func(int) bool) {
		for i := 0; time.Now().Before(end) && yield(i); i++ {
		}
	}) {
		if r.Err != nil || r.Value != 2*r.Input {
			t.Errorf("%d became %d, %v", r.Input, r.Value, r.Err)
		}
		for len(seen) <= r.Index {
			seen = append(seen, false)
		}
		if seen[r.Index] {
			t.Errorf("input %d has two results", r.Index)
		}
		seen[r.Index] = true
	}
	<-over
	for i, is := range seen {
		if !is {
			t.Errorf("input %d has no result", i)
		}
	}
	t.Logf("%d calls", len(seen))
	x.mu.Lock()
	defer x.mu.Unlock()
	if len(x.parcels) > 0 {
		t.Errorf("%d chunks are left", len(x.parcels))
	}
}
