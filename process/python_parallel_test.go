package process

import (
	"os/exec"
	"slices"
	"testing"

	"example.com/overlap"
)

var (
	pythonMeet      = Remote[int, int]("t/meet")
	pythonMeetAsync = Remote[int, int]("t/meet-async")
	pythonAlone     = Remote[int, int]("t/alone")
)

// A worker that serves with parallel makes calls at once, on threads or in an event loop; one fails alone.
func TestPythonMakesCallsAtOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("starts Python")
	}
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("needs python3")
	}
	for _, task := range []*overlap.Task[int, int]{pythonMeet, pythonMeetAsync} {
		p := Command([]string{findPython(), "testdata/parallel_tasks.py"}, 1, Environment("PYTHONPATH=python"), Silent())
		t.Cleanup(func() { p.Close() })
		out, err := overlap.Map(t.Context(), p, task, []int{1, 2, 3, 4}, overlap.KeepGoing())
		if !slices.Equal(out, []int{1, 2, 0, 4}) || err == nil {
			t.Errorf("%s: %v, %v", task.Name(), out, err)
		}
		var in []int
		for i := range 200 {
			in = append(in, i)
		}
		out, err = overlap.Map(t.Context(), p, pythonAlone, in)
		if err != nil || len(out) != len(in) || out[199] != 398 {
			t.Errorf("many calls in one loop: %v", err)
		}
	}
}

// An async def is a task of a worker that makes one call after another, too.
func TestPythonRunsAsyncTasks(t *testing.T) {
	if testing.Short() {
		t.Skip("starts Python")
	}
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("needs python3")
	}
	p := Command([]string{findPython(), "python/overlap_worker.py", "parallel_tasks"}, 2,
		Environment("PYTHONPATH=testdata"), Silent())
	t.Cleanup(func() { p.Close() })
	out, err := overlap.Map(t.Context(), p, pythonAlone, []int{1, 2, 3})
	if err != nil || !slices.Equal(out, []int{2, 4, 6}) {
		t.Errorf("%v, %v", out, err)
	}
}
