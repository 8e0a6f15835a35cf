//go:build linux

package process

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/overlap"
)

// ready waits until the pool has n workers.
func ready(t *testing.T, p *Pool, n int) {
	t.Helper()
	eventually(t, strconv.Itoa(n)+" workers are ready", func() bool { return p.Info().Workers == n })
}

func TestIdleWorkersThatAreKilledAreReplaced(t *testing.T) {
	nothingLeft(t)
	p := New(2, Silent())
	defer p.Close()
	for range 3 {
		ready(t, p, 3)
		killed := children()
		for _, pid := range killed {
			syscall.Kill(pid, syscall.SIGKILL)
		}
		mustDouble(t, p, 100) // at once, whether the pool has noticed or not
		eventually(t, "the killed workers are buried", func() bool {
			return !slices.ContainsFunc(killed, func(pid int) bool { return slices.Contains(children(), pid) })
		})
	}
}

func init() {
	early["hang once"] = func() {
		if once(os.Getenv("PROCESS_TEST_ONCE")) {
			select {}
		}
	}
}

var hangOnce = overlap.Define("hang once", func(context.Context, struct{}) (struct{}, error) {
	if once(os.Getenv("PROCESS_TEST_ONCE")) {
		select {}
	}
	return struct{}{}, nil
})

// markedPid waits until a process has passed [once] and gives it.
func markedPid(t *testing.T, path string) (pid int) {
	t.Helper()
	eventually(t, "a process has come by", func() bool {
		text, _ := os.ReadFile(path)
		pid, _ = strconv.Atoi(string(text))
		return pid != 0
	})
	return pid
}

func TestAWorkerKilledBeforeItIsReadyIsReplaced(t *testing.T) {
	for name, option := range map[string]Option{
		"before hello":       Environment(earlyVariable + "=hang once"),
		"in the initializer": Initializer(hangOnce),
	} {
		t.Run(name, func(t *testing.T) {
			nothingLeft(t)
			path := filepath.Join(t.TempDir(), "once")
			p := New(2, Silent(), option, Environment("PROCESS_TEST_ONCE="+path))
			defer p.Close()
			syscall.Kill(markedPid(t, path), syscall.SIGKILL)
			mustDouble(t, p, 100)
			ready(t, p, 3)
		})
	}
}

func TestCloseWaitsForAWorkerThatStarts(t *testing.T) {
	nothingLeft(t)
	for range 5 {
		New(3, Silent()).Close()
		if left := children(); len(left) > 0 {
			t.Fatalf("left after Close: %s", describe(left))
		}
	}
}

func TestWorkersKilledDuringClose(t *testing.T) {
	nothingLeft(t)
	p := New(2, Silent())
	ready(t, p, 3)
	g := newGate(t)
	group := overlap.NewGroup(context.Background(), p, overlap.KeepGoing())
	call := overlap.Submit(group, gated, visit{Number: 1, Gate: string(g)})
	g.started(t)
	closed := make(chan error)
	go func() { closed <- p.Close() }()
	eventually(t, "the idle workers have gone", func() bool { return len(children()) == 1 })
	for _, pid := range children() {
		syscall.Kill(pid, syscall.SIGKILL)
	}
	within(t, "Close", func() { <-closed })
	within(t, "Wait", func() { group.Wait() })
	died, ok := errors.AsType[*DiedError](call.Err())
	if call.Outcome() != overlap.WorkerDied || !ok || died.Signal != syscall.SIGKILL || died.Class != KilledOutside {
		t.Errorf("the call ended as %v: %v", call.Outcome(), call.Err())
	}
}

func TestWorkersKilledDuringResize(t *testing.T) {
	nothingLeft(t)
	p := New(2, Silent())
	defer p.Close()
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			case <-time.After(2 * time.Millisecond): // the pace of the disturbance, nothing waits for it
				p.Resize(1 + i%5)
				if pids := children(); len(pids) > 0 && i%3 == 0 {
					syscall.Kill(pids[rand.IntN(len(pids))], syscall.SIGKILL)
				}
			}
		}
	}()
	within(t, "a job while workers are killed and the pool is resized", func() {
		out, err := overlap.Map(context.Background(), p, again, numbers(50_000), overlap.RetryPolicy{Extra: 100, Base: time.Millisecond})
		for i, v := range out {
			if v != 2*i {
				t.Errorf("call %d gave %d", i, v)
				break
			}
		}
		if err != nil {
			t.Error(err)
		}
	})
	close(stop)
	<-stopped
	p.Resize(2)
	mustDouble(t, p, 100)
}

var killSiblings = overlap.Define("kill siblings", func(_ context.Context, n int) (int, error) {
	for _, pid := range childrenOf(os.Getppid()) {
		if pid != os.Getpid() {
			syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	return 2 * n, nil
})

func TestWorkersThatKillEachOther(t *testing.T) {
	for _, workers := range []int{1, 2, 5} {
		t.Run(strconv.Itoa(workers), func(t *testing.T) {
			nothingLeft(t)
			p := New(workers, Silent())
			defer p.Close()
			ended := 0
			within(t, "a job of killers", func() {
				for r := range overlap.Stream(context.Background(), p, killSiblings, slices.Values(numbers(20))) {
					ended++
					died, ok := errors.AsType[*DiedError](r.Err)
					killed := ok && died.Class == KilledOutside
					notReady := r.Err != nil && strings.Contains(r.Err.Error(), "starting a worker process") // too many in a row
					if r.Err == nil && r.Value != 2*r.Index || r.Err != nil && !killed && !notReady {
						t.Errorf("call %d: %v, %v, %v", r.Index, r.Value, r.Outcome, r.Err)
					}
				}
			})
			if ended != 20 {
				t.Errorf("%d of 20 calls ended", ended)
			}
			eventually(t, "the pool has recovered", func() bool {
				_, err := overlap.Map(context.Background(), p, double, numbers(100))
				return err == nil
			})
		})
	}
}
