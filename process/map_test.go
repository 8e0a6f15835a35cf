package process

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"example.com/overlap"
)

var increment = overlap.Define("process/increment", func(_ context.Context, n int) (int, error) { return n + 1, nil })

var exitAtThree = overlap.Define("process/exitAtThree", func(_ context.Context, n int) (int, error) {
	if n == 3 {
		os.Exit(7)
	}
	return n + 1, nil
})

func upTo(n int) []int {
	inputs := make([]int, n)
	for i := range inputs {
		inputs[i] = i
	}
	return inputs
}

func TestMapRunsInWorkers(t *testing.T) {
	pool := New(2)
	defer pool.Close()
	out, err := overlap.Map(t.Context(), pool, increment, upTo(10_000))
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range out {
		if v != i+1 {
			t.Fatalf("value %d is %d", i, v)
		}
	}
}

func TestADeathHurtsOneCall(t *testing.T) {
	pool := New(2, Silent())
	defer pool.Close()
	out, err := overlap.Map(t.Context(), pool, exitAtThree, upTo(1000), overlap.KeepGoing())
	job, _ := errors.AsType[*overlap.JobError](err)
	if job == nil || len(job.Failed) != 1 || job.Failed[0].Index != 3 || job.Failed[0].Outcome != overlap.WorkerDied {
		t.Fatalf("Map: %v", err)
	}
	if died, ok := errors.AsType[*DiedError](err); !ok || died.Class != Exited || died.ExitCode != 7 {
		t.Errorf("the call died of %v", died)
	}
	for i, v := range out {
		if v != i+1 && i != 3 {
			t.Errorf("value %d is %d", i, v)
		}
	}
}

func TestTimeoutKills(t *testing.T) {
	pool := New(1, Silent())
	defer pool.Close()
	spin := []int{1, -1, 3}
	out, err := overlap.Map(t.Context(), pool, spinAtMinusOne, spin, overlap.KeepGoing(), overlap.Timeout(50*time.Millisecond), overlap.Grace(10*time.Millisecond))
	if call, ok := errors.AsType[*overlap.CallError](err); !ok || call.Index != 1 || call.Outcome != overlap.TimedOut {
		t.Errorf("Map: %v", err)
	}
	if out[0] != 1 || out[2] != 3 {
		t.Errorf("values %v", out)
	}
}

var spinAtMinusOne = overlap.Define("process/spinAtMinusOne", func(_ context.Context, n int) (int, error) {
	for spins := 0; n == -1; spins++ {
	}
	return n, nil
})
