package overlap_test

import (
	"context"
	"fmt"
	"io/fs"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
)

// A program that cannot be started since the numbers of descriptors have run out, which the system then calls bad, is started
// once others have ended; where descriptors are bad otherwise, the call has failed.
func TestProgramsThatLackDescriptorsToStart(t *testing.T) {
	for _, c := range []struct {
		op   string
		want bool
	}{{"fork/exec", true}, {"open", false}} {
		synctest.Test(t, func(t *testing.T) {
			var running atomic.Int32
			task := overlap.Func(func(context.Context, int) (int, error) {
				defer running.Add(-1)
				if running.Add(1) > 3 {
					return 0, fmt.Errorf("starting: %w", &fs.PathError{Op: c.op, Path: "/bin/sleep", Err: syscall.EBADF})
				}
				time.Sleep(time.Second)
				return 0, nil
			})
			if _, err := overlap.Map(t.Context(), overlap.Pool(9), task, make([]int, 30)); (err == nil) != c.want {
				t.Errorf("%s: got %v", c.op, err)
			}
		})
	}
}
