package durable_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.com/overlap"
	"example.com/overlap/durable"
)

// made counts the calls of upper.
var made atomic.Int64

var errOdd = errors.New("odd")

var upper = overlap.Define("upper", func(_ context.Context, in string) (string, error) {
	made.Add(1)
	if strings.HasPrefix(in, "bad") {
		return "", errOdd
	}
	return strings.ToUpper(in), nil
})

func texts(from, to int) []string {
	var all []string
	for i := from; i < to; i++ {
		all = append(all, fmt.Sprintf("in %d", i))
	}
	return all
}

// outcome is what a Stream yielded.
type outcome struct {
	results []overlap.Result[string, string]
	err     error // of the last result without an index
	made    int64 // calls
}

// stream ranges over a Stream, but leaves it after so many results.
func stream(file durable.File, inputs []string, leaveAfter int, options ...overlap.Option) (o outcome) {
	before := made.Load()
	for r := range durable.Stream(
		context.Background(), overlap.Pool(3), upper, slices.Values(inputs), file, options...) {
		if r.Index < 0 {
			o.err = r.Err
			continue
		}
		if o.results = append(o.results, r); len(o.results) == leaveAfter {
			break
		}
	}
	o.made = made.Load() - before
	return o
}

type resultLine struct {
	Index   int
	Input   string
	Value   string
	Error   string
	Outcome string
}

func readLines(t *testing.T, name string) (lines []resultLine) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		var l resultLine
		if err := json.Unmarshal([]byte(line), &l); err != nil || strings.Contains(line, "check") {
			t.Fatalf("%q: %v", line, err)
		}
		lines = append(lines, l)
	}
	return lines
}

// wantAll checks that a file has exactly one right line for each input; ordered, in their order.
func wantAll(t *testing.T, name string, inputs []string, ordered bool) {
	t.Helper()
	lines := readLines(t, name)
	if len(lines) != len(inputs) {
		t.Fatalf("there are %d lines for %d inputs", len(lines), len(inputs))
	}
	seen := map[int]bool{}
	for i, l := range lines {
		isRight := l.Value == strings.ToUpper(l.Input) && l.Outcome == "succeeded"
		if strings.HasPrefix(l.Input, "bad") {
			isRight = l.Error == "odd" && l.Outcome == "failed"
		}
		if seen[l.Index] || l.Input != inputs[l.Index] || !isRight || ordered && l.Index != i {
			t.Fatalf("line %d: %+v", i, l)
		}
		seen[l.Index] = true
	}
	if _, err := os.Stat(name + ".part"); err == nil {
		t.Errorf("the partial file is still there")
	}
}

func newFile(t *testing.T) durable.File {
	return durable.File{Name: filepath.Join(t.TempDir(), "out.jsonl")}
}

func TestAJobInOneRun(t *testing.T) {
	for _, ordered := range []bool{false, true} {
		file := newFile(t)
		file.Ordered = ordered
		inputs := append(texts(0, 1000), "bad", "a\xff\xfe", "a\u2028b", "bad")
		o := stream(file, inputs, 0)
		if o.err != nil || len(o.results) != len(inputs) {
			t.Fatalf("%d results, %v", len(o.results), o.err)
		}
		lines := readLines(t, file.Name)
		if len(lines) != len(inputs) {
			t.Fatalf("%d lines", len(lines))
		}
		for i, l := range lines {
			if ordered && l.Index != i {
				t.Fatalf("line %d: %+v", i, l)
			}
		}
	}
}

func TestARunThatWasLeftIsContinued(t *testing.T) {
	for _, ordered := range []bool{false, true} {
		file := newFile(t)
		file.Ordered = ordered
		inputs := slices.Insert(texts(0, 700), 300, "bad", "same", "same")
		var yielded int
		for len(inputs) > yielded {
			o := stream(file, inputs, 150)
			if o.err != nil {
				t.Fatal(o.err)
			}
			yielded += len(o.results)
			if o.results == nil {
				break
			}
		}
		if yielded != len(inputs) {
			t.Errorf("%d results for %d inputs", yielded, len(inputs))
		}
		wantAll(t, file.Name, inputs, ordered)
	}
}

func TestFinishedFilesAreReplacedByANewRun(t *testing.T) {
	file := newFile(t)
	stream(file, texts(0, 10), 0)
	if o := stream(file, texts(5, 12), 0); o.made != 7 || o.err != nil {
		t.Errorf("%d calls, %v", o.made, o.err)
	}
	wantAll(t, file.Name, texts(5, 12), false)
}

func TestResumeFindsResultsByContent(t *testing.T) {
	for _, key := range []func(any) string{nil, func(input any) string { return input.(string) }} {
		for _, ordered := range []bool{false, true} {
			file := newFile(t)
			file.Key, file.Ordered, file.Resume = key, ordered, true
			first := append(texts(0, 100), "bad", "same", "same", "gone")
			stream(file, first, 0)
			second := append([]string{"new", "same", "same", "same", "bad"}, texts(50, 130)...)
			o := stream(file, second, 0)
			if want := int64(1 + 1 + 30); o.made != want || o.err != nil {
				t.Errorf("%d calls, %v, want %d", o.made, o.err, want)
			}
			wantAll(t, file.Name, second, ordered)
		}
	}
}

func TestResumeThatWasLeftIsContinued(t *testing.T) {
	for _, again := range []bool{false, true} {
		file := newFile(t)
		stream(file, texts(0, 100), 0)
		file.Resume = true
		inputs := append(texts(90, 200), texts(0, 50)...)
		total := int64(0)
		for round := 0; ; round++ {
			o := stream(file, inputs, 30)
			if o.err != nil {
				t.Fatal(o.err)
			}
			if total += int64(len(o.results)); len(o.results) == 0 {
				break
			}
			if len(o.results) == 30 {
				if _, err := os.Stat(file.Name + ".part"); err != nil && total < 100 {
					t.Fatalf("there is no partial file after %d results", total)
				}
			}
			file.Resume = again // it is known from the partial file
			if len(o.results) < 30 {
				break
			}
		}
		if total != 100 {
			t.Errorf("%d calls, want 100", total)
		}
		wantAll(t, file.Name, inputs, false)
	}
}

func TestResumeOfAPartialFileWithOtherInputs(t *testing.T) {
	file := newFile(t)
	stream(file, texts(0, 300), 100)
	file.Resume, file.Ordered = true, true
	inputs := append([]string{"first"}, texts(0, 300)...)
	o := stream(file, inputs, 0)
	if o.err != nil || o.made > 301-100 {
		t.Errorf("%d calls, %v", o.made, o.err)
	}
	wantAll(t, file.Name, inputs, true)
}

func TestRetryFailed(t *testing.T) {
	for _, finished := range []bool{false, true} {
		file := newFile(t)
		inputs := append([]string{"bad 1", "a", "bad 2", "b"}, texts(0, 100)...)
		leaveAfter := 50
		if finished {
			leaveAfter = 0
		}
		first := stream(file, inputs, leaveAfter, overlap.Ordered())
		if first.err != nil {
			t.Fatal(first.err)
		}
		file.RetryFailed = true
		o := stream(file, inputs, 0, overlap.Ordered())
		again := 0
		for _, r := range o.results {
			if r.Err != nil {
				again++
			}
		}
		if again != 2 || o.err != nil || len(o.results) != len(inputs)-len(first.results)+2 {
			t.Errorf("finished %v: %d failed again of %d results, %v", finished, again, len(o.results), o.err)
		}
		wantAll(t, file.Name, inputs, false)
	}
}

// Failures that were made again, by a run that was ended before it had made all, are not left over for other inputs.
func TestFailuresThatFailAgain(t *testing.T) {
	file := newFile(t)
	inputs := append(texts(0, 10), "bad 1", "bad 2", "bad 2")
	stream(file, inputs, 0)
	again := file
	again.RetryFailed = true
	if o := stream(again, inputs, 2); len(o.results) != 2 || o.err != nil {
		t.Fatalf("%d results, %v", len(o.results), o.err)
	}
	file.Job = map[string]string{"task": "upper"} // as Stream has it
	run, err := durable.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	for call, err := range durable.Remaining(run, func(yield func(string, error) bool) {
		for _, in := range inputs {
			if !yield(in, nil) {
				return
			}
		}
	}, nil) {
		t.Fatalf("%q is made again, %v", call.Input, err)
	}
	if is := run.Progress(); is.Done != int64(len(inputs)) || is.Unused != 0 {
		t.Errorf("%d results, and %d for inputs that there are not, want %d and none", is.Done, is.Unused, len(inputs))
	}
	if finished, err := run.Close(); !finished || err != nil {
		t.Errorf("finished %v, %v", finished, err)
	}
	wantAll(t, file.Name, inputs, false)
}

func TestFreshBeginsAnew(t *testing.T) {
	file := newFile(t)
	stream(file, texts(0, 100), 50)
	file.Fresh = true
	if o := stream(file, texts(100, 200), 0); o.made != 100 || o.err != nil {
		t.Errorf("%d calls, %v", o.made, o.err)
	}
	wantAll(t, file.Name, texts(100, 200), false)
}

func TestOtherJobsAreNotContinued(t *testing.T) {
	file := newFile(t)
	file.Job = map[string]string{"command": "a"}
	inputs := texts(0, 600)
	stream(file, inputs, 500, overlap.Ordered())
	others := map[string]func() (durable.File, []string){
		`command was a and is b`: func() (durable.File, []string) {
			other := file
			other.Job = map[string]string{"command": "b"}
			return other, inputs
		},
		`the order of the results was that in which calls end`: func() (durable.File, []string) {
			other := file
			other.Ordered = true
			return other, inputs
		},
		`input 0 was "in 0"`: func() (durable.File, []string) { return file, append([]string{"new"}, inputs...) },
		`input 270 was "in 270"`: func() (durable.File, []string) {
			other := slices.Clone(inputs)
			other[270], other[271] = other[271], other[270]
			return file, other
		},
		`the number of inputs was at least 500 and is 490`: func() (durable.File, []string) { return file, inputs[:490] },
		`the number of inputs was at least 500 and is 100`: func() (durable.File, []string) { return file, inputs[:100] },
	}
	partial, err := os.ReadFile(file.Name + ".part")
	if err != nil {
		t.Fatal(err)
	}
	for want, of := range others {
		if err := os.WriteFile(file.Name+".part", partial, 0o666); err != nil { // some calls of other inputs are made
			t.Fatal(err)
		}
		other, inputs := of()
		o := stream(other, inputs, 0)
		if _, ok := errors.AsType[*durable.DifferentError](o.err); !ok || !strings.Contains(o.err.Error(), want) {
			t.Errorf("got %v, want %s", o.err, want)
		}
	}
	if o := stream(file, append(inputs, "more"), 0); o.err != nil || o.made > 601-500 {
		t.Errorf("%d calls, %v", o.made, o.err)
	}
	wantAll(t, file.Name, append(inputs, "more"), false)
}

func TestTwoRunsOnOneFile(t *testing.T) {
	file := newFile(t)
	next, stop := iter.Pull(durable.Stream(
		context.Background(), overlap.Sync(), upper, slices.Values(texts(0, 10)), file))
	defer stop()
	next()
	o := stream(file, texts(0, 10), 0)
	held, ok := errors.AsType[*durable.HeldError](o.err)
	if !ok || held.PID != os.Getpid() || held.Since.IsZero() || o.made > 0 {
		t.Errorf("%v", o.err)
	}
}

type isAgain struct{}

func TestCanceledCallsAreMadeAgain(t *testing.T) {
	file := newFile(t)
	ctx, cancel := context.WithCancel(context.Background())
	slow := overlap.Define("canceled again", func(ctx context.Context, in int) (int, error) {
		if in == 50 && ctx.Value(isAgain{}) == nil {
			cancel()
			<-ctx.Done()
			return 0, ctx.Err()
		}
		return in, nil
	})
	inputs := func(yield func(int) bool) {
		for i := 0; i < 100 && yield(i); i++ {
		}
	}
	var last error
	for r := range durable.Stream(ctx, overlap.Pool(2), slow, inputs, file) {
		if r.Index < 0 {
			last = r.Err
		}
	}
	if !errors.Is(last, context.Canceled) {
		t.Errorf("the run ended with %v", last)
	}
	if _, err := os.Stat(file.Name); err == nil {
		t.Error("the file is in its place")
	}
	ctx = context.WithValue(context.Background(), isAgain{}, true)
	for r := range durable.Stream(ctx, overlap.Pool(2), slow, inputs, file) {
		if r.Err != nil {
			t.Error(r.Err)
		}
	}
	if lines, err := os.ReadFile(file.Name); err != nil || strings.Count(string(lines), "succeeded") != 100 {
		t.Errorf("%v: %s", err, lines)
	}
}

func TestCallsWithAttemptsLeftAreMadeAgain(t *testing.T) {
	file := newFile(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	failsFirst := overlap.Define("attempts left", func(ctx context.Context, in int) (int, error) {
		if in == 3 && ctx.Value(isAgain{}) == nil {
			return 0, errors.New("not now")
		}
		return in, nil
	})
	inputs := slices.Values([]int{1, 2, 3})
	anHourLater := overlap.RetryPolicy{Extra: 3, Base: 1000 * time.Hour, Max: 1000 * time.Hour, If: func(error) bool {
		time.AfterFunc(10*time.Millisecond, cancel)
		return true
	}}
	for r := range durable.Stream(ctx, overlap.Sync(), failsFirst, inputs, file, anHourLater) {
		if r.Input == 3 && (r.Outcome != overlap.Failed || !strings.Contains(r.Err.Error(), "not now")) {
			t.Errorf("%v, %v", r.Outcome, r.Err)
		}
	}
	again := 0
	ctx = context.WithValue(context.Background(), isAgain{}, true)
	for r := range durable.Stream(ctx, overlap.Sync(), failsFirst, inputs, file) {
		again++
		if r.Input != 3 || r.Err != nil {
			t.Errorf("%v: %v", r.Input, r.Err)
		}
	}
	if again != 1 {
		t.Errorf("%d calls were made again", again)
	}
}
