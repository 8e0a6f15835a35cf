package process

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"example.com/overlap"
	"example.com/overlap/overlaptest"
)

func TestConformance(t *testing.T) {
	p := New(2, Silent())
	overlaptest.TestExecutor(t, readyEachTime(t, p), overlaptest.Capabilities{Limit: 2, OtherProcess: true, RealTime: true})
}

// endings are the chapters in which calls end in another way than by an answer. What a worker says of its calls, and by
// which means, makes a difference there.
var endings = []string{"mapping", "cancelling", "draining", "timeouts", "retrying", "halting", "limits", "stress"}

// readyEachTime gives every behaviour the same pool, with its workers running: what a behaviour leaves behind, the next
// one meets. It also saves the starting of some hundred workers, each of which takes long under the race detector.
func readyEachTime(t *testing.T, p *Pool) func() overlap.Executor {
	t.Cleanup(func() { p.Close() })
	return func() overlap.Executor {
		if err := p.Ready(t.Context()); err != nil { // the suite measures times in which starting has no part
			t.Fatal(err)
		}
		return p
	}
}

// The suite's tasks have their likes in Python. Without the page, who is to blame for a worker's death is found out in
// another way, which concerns the chapters in which workers are killed.
func TestConformanceOfPython(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some 20 s")
	}
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("needs python3")
	}
	for _, way := range []struct {
		name, environment string
		n                 int
		chapters          []string
	}{
		{"page", "OVERLAPTEST_NO_PAGE=", 4, nil},
		{"no page", "OVERLAPTEST_NO_PAGE=1", 2, endings},
	} {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			p := Command([]string{findPython(), "python/overlap_worker.py", "overlaptest_tasks"}, way.n, Silent(),
				Environment("PYTHONPATH=testdata", way.environment))
			overlaptest.TestExecutor(t, readyEachTime(t, p), overlaptest.Capabilities{Limit: way.n, OtherLanguage: true, NotTold: true, RealTime: true,
				Chapters: way.chapters})
		})
	}
}

// The suite's other tasks, which its capabilities leave out over Python, have their likes there as well.
func TestPythonHasAllTasksOfTheSuite(t *testing.T) {
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("needs python3")
	}
	p := Command([]string{findPython(), "python/overlap_worker.py", "overlaptest_tasks"}, 1, Silent(), Environment("PYTHONPATH=testdata"))
	defer p.Close()
	c, err := p.take(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer p.give(c)
	count := 0
	for _, task := range overlap.Tasks() {
		if strings.HasPrefix(task.Name(), "overlaptest/") {
			count++
			if err := c.line.lacks(task); err != nil {
				t.Error(err)
			}
		}
	}
	if count == 0 {
		t.Error("the suite defines no tasks")
	}
}

// Workers of a command may listen while they make a call, and make several at once. Those that can do all pass the whole
// suite; what the others cannot do, they lack where calls end.
func TestConformanceOfCommandsThatAreTold(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some 20 s")
	}
	for _, way := range []struct {
		caps     string
		limit    int
		chapters []string
	}{{"", 4, endings}, {"start", 4, endings}, {"start,parallel", 4 * tellerWindow, nil}} {
		t.Run("cancel "+way.caps, func(t *testing.T) {
			t.Parallel()
			p := Command([]string{os.Args[0]}, 4, Silent(), Environment(tellerVariable+"="+way.caps))
			overlaptest.TestExecutor(t, readyEachTime(t, p), overlaptest.Capabilities{Limit: way.limit, OtherLanguage: true, RealTime: true,
				Chapters: way.chapters})
		})
	}
}
