package durable

import (
	"context"
	"os"
	"testing"

	"example.com/overlap"
	"example.com/overlap/internal/resultline"
)

// A run that is told so while it makes the finished file, up to the moment when that gets its name, leaves its results
// where they are; and then it says truly that it has them in their place.
func TestLeavingTheFinishedFile(t *testing.T) {
	const inputs = 20_000 // several pieces
	task := overlap.Func(tripledTask)
	for at := 0; ; at++ {
		file := fileIn(inMemory(t))
		var run *Run
		operations, isAtRename, leftAt := 0, false, ""
		file.disk.fault = func(operation string, size int) (int, error) {
			if run != nil && run.IsFinishing() && !isAtRename {
				isAtRename = operation == "rename" // and then Leave would wait for this goroutine
				if operations == at && !isAtRename {
					leftAt = operation
					if run.Leave() {
						t.Error("it is finished before its file has its name")
					}
				}
				operations++
			}
			return size, nil
		}
		run = finishedBut(t, file, task, inputs)
		isFinished, err := run.Close()
		if err != nil || isFinished != (leftAt == "") || run.Leave() != isFinished {
			t.Fatalf("left at operation %d, %q: finished %v, %v", at, leftAt, isFinished, err)
		}
		if _, noFile := os.Stat(file.Name); (noFile == nil) != isFinished {
			t.Errorf("left at operation %d: %v", at, noFile)
		}
		if isFinished {
			if at < 3 {
				t.Errorf("it was left only %d times", at)
			}
			break
		}
		file.disk = disk{}
		if run, err = Open(file); err != nil {
			t.Fatal(err)
		}
		for range Remaining(run, withoutError(inputs), nil) {
			t.Fatal("a call is made again")
		}
		if isFinished, err := run.Close(); !isFinished || err != nil {
			t.Errorf("the same run again: %v, %v", isFinished, err)
		}
	}
}

// finishedBut is a run all of whose calls have ended, and that is not closed.
func finishedBut(t *testing.T, file File, task *overlap.Task[int, int], inputs int) *Run {
	t.Helper()
	run, err := Open(file)
	if err != nil {
		t.Fatal(err)
	}
	s := &stream[int, int]{run: run, encoder: resultline.NewEncoder(), inputs: withoutError(inputs)}
	options := overlap.Indexes(func() int { return s.index })
	for r := range overlap.StreamErr(context.Background(), overlap.Sync(), task, s.draw, options) {
		if err := s.keep(&r); err != nil {
			t.Fatal(err)
		}
	}
	return run
}

func withoutError(n int) func(func(int, error) bool) {
	return func(yield func(int, error) bool) {
		upTo(n)(func(i int) bool { return yield(i, nil) })
	}
}

// Who has put a file of his own where the partial one was finds it there at the end.
func TestAnotherFileInThePlaceOfThePartialOne(t *testing.T) {
	file := fileIn(inMemory(t))
	run := finishedBut(t, file, overlap.Func(tripledTask), 10)
	partial := file.Name + partialSuffix
	if err := os.Rename(partial, partial+".kept"); err != nil {
		t.Skip(err) // on Windows, nobody can
	}
	if err := os.WriteFile(partial, []byte("mine"), 0o666); err != nil {
		t.Fatal(err)
	}
	if finished, err := run.Close(); !finished || err != nil {
		t.Errorf("finished %v, %v", finished, err)
	}
	if text, _ := os.ReadFile(partial); string(text) != "mine" {
		t.Errorf("that file has become %q", text)
	}
}
