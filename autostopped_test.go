package overlap_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
)

// Of a job that was stopped, fewer calls have ended than there were: that these might all be in flight says nothing.
func TestAutoOfAJobThatIsStopped(t *testing.T) {
	overlap.SenseNothing(t)
	for _, calls := range []int{100, 1000} {
		synctest.Test(t, func(t *testing.T) {
			ctx, stop := context.WithTimeout(t.Context(), 1500*ms)
			defer stop()
			var report overlap.AutoReport
			task := overlap.Func(func(ctx context.Context, _ int) (int, error) {
				select {
				case <-time.After(time.Second):
					return 0, nil
				case <-ctx.Done():
					return 0, ctx.Err()
				}
			})
			auto := overlap.Auto(overlap.Explain(func(r overlap.AutoReport) { report = r }))
			_, err := overlap.Map(ctx, auto, task, make([]int, calls))
			if errors.Is(err, context.DeadlineExceeded) != (calls == 1000) {
				t.Fatalf("got %v", err)
			}
			if got := strings.Contains(report.String(), "every call was"); got != (calls == 100) {
				t.Errorf("of %d calls: %v", calls, report)
			}
		})
	}
}
