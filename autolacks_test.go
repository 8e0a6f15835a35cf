package overlap_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
)

// Where descriptors run out, as many calls run as there are some for; the report says so, and how long those calls take that
// have one.
func TestAutoSaysWhatTheMachineLacks(t *testing.T) {
	for lack, want := range map[error]string{
		syscall.EMFILE: "the limit of file descriptors", syscall.EADDRNOTAVAIL: "the number of local ports",
		syscall.ENOMEM: "memory",
	} {
		for _, there := range []int32{5, 54, 300} {
			t.Run(fmt.Sprint(lack, there), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					overlap.SenseNothing(t)
					var taken, lacked atomic.Int32
					task := overlap.Func(func(context.Context, int) (int, error) {
						defer taken.Add(-1)
						if taken.Add(1) > there {
							lacked.Add(1)
							return 0, fmt.Errorf("opening: %w", lack)
						}
						time.Sleep(100 * ms)
						return 0, nil
					})
					calls := 100 * int(there)
					var report overlap.AutoReport
					auto := overlap.Auto(overlap.Explain(func(r overlap.AutoReport) { report = r }))
					begun := time.Now()
					if _, err := overlap.Map(t.Context(), auto, task, make([]int, calls)); err != nil {
						t.Fatal(err)
					}
					if took, best := time.Since(begun), 100*100*ms; took > best*6/5 {
						t.Errorf("took %v, %.2f times as long as with %d in flight", took, took.Seconds()/best.Seconds(), there)
					}
					if report.KeptBy() != want || report.CallTime < 99*ms || report.CallTime > 105*ms {
						t.Errorf("kept by %q, want %q; a call took %v:\n%v", report.KeptBy(), want, report.CallTime, report)
					}
					// A twentieth more is tried now and then.
					if report.Peak > int(there)*21/20+1 || report.Peak < int(there)*9/10 || strings.Contains(report.Advice(), "StartWith") {
						t.Errorf("up to %d in flight, and there are %d:\n%v", report.Peak, there, report)
					}
					if n := int(lacked.Load()); n > calls/10+200 {
						t.Errorf("%d attempts of %d calls lacked something", n, calls)
					}
				})
			})
		}
	}
}

// An address that is not there is no lack of ports.
func TestAutoWithAnAddressThatIsNotThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		overlap.SenseNothing(t)
		task := overlap.Func(func(_ context.Context, i int) (int, error) {
			if i < 500 {
				return 0, syscall.EADDRNOTAVAIL
			}
			time.Sleep(100 * ms)
			return 0, nil
		})
		begun := time.Now()
		var report overlap.AutoReport
		auto := overlap.Auto(overlap.Explain(func(r overlap.AutoReport) { report = r }))
		_, err := overlap.Map(t.Context(), auto, task, make([]int, 3000), overlap.KeepGoing())
		if !errors.Is(err, syscall.EADDRNOTAVAIL) {
			t.Errorf("got %v", err)
		}
		if took := time.Since(begun); took > 3*time.Second {
			t.Errorf("took %v:\n%v", took, report)
		}
	})
}
