package compare

import (
	"context"
	"os"
	"testing"

	"example.com/overlap"
	"example.com/overlap/process"
)

// lateSpare is a pool of two workers that are ready, whose spare is starting until it has been asked about three times.
type lateSpare struct {
	overlap.Executor
	asked int
}

func (*lateSpare) Ready(context.Context) error { return nil }

func (l *lateSpare) Info() process.Info {
	l.asked++
	return process.Info{Workers: len(l.PIDs()), Starting: 3 - len(l.PIDs())}
}

func (l *lateSpare) PIDs() []int {
	if l.asked < 3 {
		return []int{1, os.Getppid()}
	}
	return []int{1, os.Getppid(), os.Getpid()}
}

// Calls go to the worker that has been free for the longest time, which may be the spare: what it computes counts.
func TestTheSpareCountsAmongTheWorkers(t *testing.T) {
	w, err := startWorkers(t.Context(), &lateSpare{})
	if err != nil {
		t.Fatal(err)
	}
	if len(w.before) != 3 || len(w.pids()) != 3 {
		t.Errorf("%d workers were there when the clock began and %d count; want 3", len(w.before), len(w.pids()))
	}
	three := map[int]struct{}{1: {}, 2: {}, 3: {}}
	if made := w.counted(three); made != 3 {
		t.Errorf("three workers made calls; counted are %d", made)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := startWorkers(ctx, &lateSpare{}); err == nil {
		t.Error("a canceled measurement waits for the spare")
	}
}
