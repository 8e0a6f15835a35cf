package process

import (
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
