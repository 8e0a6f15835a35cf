//go:build linux

package process

import (
	"context"
	"errors"
	"os/exec"
	"slices"
	"testing"
	"time"

	"example.com/overlap"
)

var pythonGated = Remote[string, int]("t/hold-up")

// Several quick calls make the window large. One that is held up then has calls behind it that were sent with it.
func TestCallsThatHaveNotBegunAreTakenBackWhenTheJobDrains(t *testing.T) {
	t.Run("same binary", func(t *testing.T) {
		nothingLeft(t)
		p := New(1, Silent())
		defer p.Close()
		drains(t, p, heldUpByFolder)
	})
	t.Run("python", func(t *testing.T) {
		if _, err := exec.LookPath("python3"); err != nil {
			t.Skip("needs python3")
		}
		nothingLeft(t)
		p := pythonPool(1)
		defer p.Close()
		drains(t, p, pythonGated)
	})
}

var heldUpByFolder = overlap.Define("hold up in a folder", func(_ context.Context, folder string) (int, error) {
	if folder != "" {
		holdUpIn(folder)
	}
	return 7, nil
})

func drains(t *testing.T, p *Pool, task *overlap.Task[string, int]) {
	if err := p.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	in := slices.Repeat([]string{""}, 2000)
	in[1000] = folder
	cause := errors.New("it is late")
	drain, begin := context.WithCancelCause(t.Context())
	ended := make(chan struct{})
	var out []int
	var err error
	go func() {
		defer close(ended)
		out, err = overlap.Map(t.Context(), p, task, in, overlap.Drain(drain))
	}()
	areThere(t, folder)
	begin(cause)
	time.Sleep(5 * tick) // the watch sees it at its next ticks, with which it is not told in another way
	stopHolding(t, folder)
	within(t, "the Map", func() { <-ended })
	done := 0
	for _, v := range out {
		if v == 7 {
			done++
		}
	}
	if !errors.Is(err, cause) || out[1000] != 7 || done > 1001 {
		t.Errorf("%d calls were made, and the one that ran gave %d: %v", done, out[1000], err)
	}
	if _, err := overlap.Map(t.Context(), p, task, []string{"", ""}); err != nil {
		t.Errorf("a job afterwards: %v", err)
	}
}

func TestAJobThatDrainsDoesNotWaitForWorkers(t *testing.T) {
	nothingLeft(t)
	p, _ := heldUp["same binary"](t.TempDir())
	defer p.Close()
	drain, begin := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer begin()
	within(t, "a Map that drains", func() {
		if _, err := overlap.Map(t.Context(), p, double, []int{1, 2}, overlap.Drain(drain)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}
