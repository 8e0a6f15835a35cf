package durable_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"example.com/overlap"
	"example.com/overlap/durable"
)

// A run without notes cannot tell which calls may have run, and one that makes none would repeat calls that have.
func TestNotesMustBeWantedByEachRun(t *testing.T) {
	for _, first := range []bool{false, true} {
		file := newFile(t)
		file.AtMostOnce = first
		stream(file, texts(0, 50), 20)
		file.AtMostOnce = !first
		o := stream(file, texts(0, 50), 0)
		if _, ok := errors.AsType[*durable.DifferentError](o.err); !ok || !strings.Contains(o.err.Error(), "at most once") {
			t.Errorf("a run with notes %v was continued: %v", first, o.err)
		}
	}
}

// canceledAtOnce is a run three calls of which begin, and are canceled.
func canceledAtOnce(t *testing.T, file durable.File) {
	t.Helper()
	file.Job = map[string]string{"task": upper.Name()}
	run, err := durable.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	for call, err := range durable.Remaining(run, withoutErrors(texts(0, 4)), nil) {
		if err != nil {
			t.Fatal(err)
		}
		if call.Index == 3 {
			break
		}
		if err := run.Drop(call.Index, overlap.Canceled); err != nil {
			t.Fatal(err)
		}
	}
	if isFinished, err := run.Close(); isFinished || err != nil {
		t.Fatal(isFinished, err)
	}
}

// Calls that a run has begun and canceled are not made again, also when it has no result at all.
func TestNotesOutlastARunWithoutResults(t *testing.T) {
	for _, isResumed := range []bool{false, true} {
		file := newFile(t)
		file.AtMostOnce = true
		canceledAtOnce(t, file)
		file.Resume = isResumed
		o := stream(file, texts(0, 4), 0)
		text, err := os.ReadFile(file.Name)
		// The fourth was about to begin.
		if unknown := strings.Count(string(text), "it may have run"); o.err != nil || err != nil || o.made != 0 || unknown != 4 {
			t.Errorf("resumed %v: %d calls were made, %d may have run (%v, %v)", isResumed, o.made, unknown, o.err, err)
		}
	}
}
