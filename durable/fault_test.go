package durable

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
)

var errFault = errors.New("the disk is broken")

// Whichever write, sync or rename fails: the run says so, what was written is whole, and the same run again ends the
// job.
func TestEveryFaultOfTheDisk(t *testing.T) {
	job := faultJob{60, func(f File, n int) error { return run(f, triple, n) }, checkTripled}
	for _, ordered := range []bool{false, true} {
		for _, isResumed := range []bool{false, true} {
			everyFault(t, job, ordered, isResumed)
		}
	}
}

// The same where lines are written in pieces.
func TestEveryFaultOfTheDiskInLongLines(t *testing.T) {
	if testing.Short() {
		t.Skip("writes long lines many times")
	}
	job := faultJob{3, runLong, checkLong}
	everyFault(t, job, false, false)
	everyFault(t, job, true, true)
}

// faultJob is a job that must end well after any fault.
type faultJob struct {
	inputs int
	run    func(file File, inputs int) error
	check  func(file File, inputs int) error
}

func everyFault(t *testing.T, job faultJob, ordered, isResumed bool) {
	t.Helper()
	for _, operation := range []string{"write", "sync", "truncate", "rename", "remove"} {
		for n := 0; ; n++ {
			name := fmt.Sprintf("%s %d, ordered %v, resumed %v", operation, n, ordered, isResumed)
			failed, err := withFault(t, operation, n, job, ordered, isResumed)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if !failed {
				if n == 0 && operation != "truncate" {
					t.Errorf("%s never happens", operation)
				}
				break
			}
		}
	}
}

// withFault runs a job of which one operation fails, by half if it is a write.
func withFault(
	t *testing.T, operation string, n int, job faultJob, ordered, isResumed bool,
) (failed bool, wrong error) {
	file := fileIn(inMemory(t))
	file.Ordered, file.Resume = ordered, isResumed
	synctest.Test(t, func(*testing.T) {
		if isResumed {
			if wrong = job.run(file, job.inputs/2); wrong != nil {
				return
			}
		}
		disturbed := file
		count := 0
		disturbed.disk.fault = func(is string, size int) (int, error) {
			if failed {
				return size, nil
			}
			if is == operation {
				if failed = count == n; failed {
					return size / 2, errFault
				}
				count++
			}
			return size, nil
		}
		err := job.run(disturbed, job.inputs)
		if failed && !errors.Is(err, errFault) {
			wrong = fmt.Errorf("the run ended with %v", err)
			return
		}
		if wrong = job.run(file, job.inputs); wrong != nil {
			return
		}
		wrong = job.check(file, job.inputs)
	})
	return failed, wrong
}
