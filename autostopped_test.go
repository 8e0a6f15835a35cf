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
			if least := min(calls, 128); report.Peak < least {
				t.Errorf("of %d calls %d were in flight when it was stopped, and at most %d are said to have been: %v", calls, least, report.Peak, report)
			}
		})
	}
}

// Those in flight when a job is stopped before one of its calls has ended were in flight.
func TestAutoOfAJobThatIsStoppedSoon(t *testing.T) {
	overlap.SenseNothing(t)
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithTimeout(t.Context(), 100*ms)
		defer stop()
		var report overlap.AutoReport
		task := overlap.Func(func(ctx context.Context, _ int) (int, error) {
			<-ctx.Done()
			return 0, ctx.Err()
		})
		auto := overlap.Auto(overlap.Explain(func(r overlap.AutoReport) { report = r }))
		if _, err := overlap.Map(ctx, auto, task, make([]int, 1000)); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("got %v", err)
		}
		if report.Peak != 128 {
			t.Errorf("up to %d are said to have been in flight, want 128: %v", report.Peak, report)
		}
	})
}
