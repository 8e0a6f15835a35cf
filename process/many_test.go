//go:build linux

package process

import (
	"runtime"
	"testing"
)

// TestManyPoolsInARow opens and closes pools: some at once, some when they have done a job.
func TestManyPoolsInARow(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
	}
	pools := 1000
	if raceDetector {
		pools = 40
	}
	nothingLeft(t)
	for i := range pools {
		p := New(1, Silent())
		if i%10 == 0 {
			mustDouble(t, p, 10)
		}
		within(t, "Close", func() { p.Close() })
	}
}

// TestFaultsOnOneProcessor has the parent run one goroutine at a time.
func TestFaultsOnOneProcessor(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
	}
	nothingLeft(t)
	before := runtime.GOMAXPROCS(1)
	defer runtime.GOMAXPROCS(before)
	p := New(2, Silent())
	defer p.Close()
	for _, f := range matrix {
		f.befalls(t, p, 300, 150)
	}
	mustDouble(t, p, 10_000)
}
