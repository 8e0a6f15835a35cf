package process

import (
	"os/exec"
	"testing"

	"example.com/overlap"
	"example.com/overlap/overlaptest"
)

func TestConformance(t *testing.T) {
	overlaptest.TestExecutor(t, func() overlap.Executor {
		p := New(2, Silent())
		t.Cleanup(func() { p.Close() })
		if err := p.Ready(t.Context()); err != nil { // the suite measures times in which starting has no part
			t.Fatal(err)
		}
		return p
	}, overlaptest.Capabilities{Limit: 2, OtherProcess: true, RealTime: true})
}

// The suite's tasks have their likes in Python. Without the page, who is to blame is found out in another way.
func TestConformanceOfPython(t *testing.T) {
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("needs python3")
	}
	for _, way := range []struct {
		name, environment string
		n                 int
	}{{"page", "OVERLAPTEST_NO_PAGE=", 4}, {"no page", "OVERLAPTEST_NO_PAGE=1", 2}} {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			overlaptest.TestExecutor(t, func() overlap.Executor {
				p := Command([]string{"python3", "python/overlap_worker.py", "overlaptest_tasks"}, way.n, Silent(),
					Environment("PYTHONPATH=testdata", way.environment))
				t.Cleanup(func() { p.Close() })
				if err := p.Ready(t.Context()); err != nil {
					t.Fatal(err)
				}
				return p
			}, overlaptest.Capabilities{Limit: way.n, OtherLanguage: true, NotTold: true, RealTime: true})
		})
	}
}
