package process

import (
	"context"
	"os/exec"
	"testing"

	"example.com/overlap"
)

// Calls of a Python function that does nothing, by 2 workers; bench/python/pool_map.py is multiprocessing.Pool's figure.
func BenchmarkPythonWorker(b *testing.B) {
	if _, err := exec.LookPath("python3"); err != nil {
		b.Skip("needs python3")
	}
	p := Command([]string{findPython(), "python/overlap_worker.py", "tasks"}, 2, Environment("PYTHONPATH=testdata"))
	defer p.Close()
	const calls = 20000
	inputs := make([]int, calls)
	for i := range inputs {
		inputs[i] = i
	}
	for _, task := range []*overlap.Task[int, int]{pythonIncrement, pythonIncrementAgain} {
		b.Run(task.Name(), func(b *testing.B) {
			if _, err := overlap.Map(context.Background(), p, task, inputs); err != nil { // until Python has started
				b.Fatal(err)
			}
			for b.Loop() {
				out, err := overlap.Map(context.Background(), p, task, inputs)
				if err != nil || out[calls-1] != calls {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/calls, "us/call")
		})
	}
	b.Run("one at a time", func(b *testing.B) {
		g := overlap.NewGroup(context.Background(), p)
		for b.Loop() {
			if v, err := overlap.Submit(g, pythonIncrement, 4).Wait(context.Background()); v != 5 {
				b.Fatal(err)
			}
		}
		g.Wait()
	})
}
