//go:build linux

package process

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"example.com/overlap"
)

var initialized atomic.Int64

var (
	setUp     = overlap.Define("set up", func(context.Context, struct{}) (struct{}, error) { initialized.Add(1); return struct{}{}, nil })
	readSetUp = overlap.Define("read set up", func(context.Context, int) (int, error) { return int(initialized.Load()), nil })
	failSetUp = overlap.Define("fail set up", func(context.Context, struct{}) (struct{}, error) { return struct{}{}, errors.New("no such model") })
	panicSet  = overlap.Define("panic set up", func(context.Context, struct{}) (struct{}, error) { panic("model is broken") })
	exitSetUp = overlap.Define("exit set up", func(context.Context, struct{}) (struct{}, error) { os.Exit(4); return struct{}{}, nil })
)

func TestTheInitializerRunsOnceAWorker(t *testing.T) {
	nothingLeft(t)
	p := New(2, Initializer(setUp), RecycleAfter(9))
	defer p.Close()
	out, err := overlap.Map(context.Background(), p, readSetUp, numbers(200))
	if err != nil {
		t.Fatal(err)
	}
	for i, n := range out {
		if n != 1 {
			t.Fatalf("call %d came after %d runs of the initializer", i, n)
		}
	}
	if initialized.Load() != 0 {
		t.Error("the initializer ran in the parent")
	}
}

func TestAnInitializerThatFailsFailsTheJobs(t *testing.T) {
	for _, c := range []struct {
		task *overlap.Task[struct{}, struct{}]
		says string
	}{{failSetUp, "no such model"}, {panicSet, "model is broken"}, {exitSetUp, "exit status 4"}} {
		t.Run(c.task.Name(), func(t *testing.T) {
			nothingLeft(t)
			p := New(3, Initializer(c.task), Silent())
			defer p.Close()
			const jobs = 4
			for range jobs {
				within(t, "a job that cannot start", func() {
					if _, err := overlap.Map(context.Background(), p, double, numbers(10)); err == nil || !strings.Contains(err.Error(), c.says) {
						t.Errorf("the job ended with %v, want %q in it", err, c.says)
					}
				})
			}
			if n := p.Info().Started; n > 4+3+jobs { // the first ones, those that show it lasts, and one a job
				t.Errorf("%d workers were started", n)
			}
		})
	}
}
