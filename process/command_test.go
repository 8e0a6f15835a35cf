package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/overlap"
	"example.com/overlap/process/internal/jsonlines"
)

var (
	fakeDo      = Remote[string, string]("fake/do")
	fakeDoAgain = Remote[string, string]("fake/do-again", overlap.Idempotent())
)

// fakes is a pool of workers that misbehave on demand, and the calls that they have made, by input.
func fakes(t *testing.T, n int, how string, options ...Option) (*Pool, func() map[string]int) {
	t.Helper()
	log := filepath.Join(t.TempDir(), "made")
	options = append([]Option{Environment(fakeVariable+"="+how, fakeLogVariable+"="+log), Printed(func(string, []byte) {}), LongestLine(1 << 20)}, options...)
	p := Command([]string{os.Args[0]}, n, options...)
	t.Cleanup(func() { p.Close() })
	return p, func() map[string]int {
		text, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		made := map[string]int{}
		for line := range strings.Lines(string(text)) {
			made[strings.TrimSuffix(line, "\n")]++
		}
		return made
	}
}

func numbersAnd(n int, others ...string) []string {
	var inputs []string
	for i := range n {
		inputs = append(inputs, strconv.Itoa(i))
		if at := i - n/2; at >= 0 && at%20 == 0 && at/20 < len(others) {
			inputs = append(inputs, others[at/20])
		}
	}
	return inputs
}

// stream runs the inputs and returns the failures, by input; every call must end once, and what does not fail be right.
func stream(t *testing.T, p *Pool, task *overlap.Task[string, string], inputs []string, options ...overlap.Option) map[string]error {
	t.Helper()
	failed, ended := map[string]error{}, map[int]int{}
	for r := range overlap.Stream(context.Background(), p, task, func(yield func(string) bool) {
		for _, in := range inputs {
			if !yield(in) {
				return
			}
		}
	}, options...) {
		if r.Index < 0 {
			t.Fatal(r.Err)
		}
		if ended[r.Index]++; ended[r.Index] > 1 {
			t.Errorf("call %d ended twice", r.Index)
		}
		if r.Err != nil {
			failed[r.Input] = r.Err
		} else if r.Value != r.Input {
			t.Errorf("%s became %s", r.Input, r.Value)
		}
	}
	if len(ended) != len(inputs) {
		t.Errorf("%d of %d calls ended", len(ended), len(inputs))
	}
	return failed
}

func TestMisbehaviourFailsItsCall(t *testing.T) {
	faults := []struct {
		in      string
		says    []string // "" means that the call succeeds
		outcome overlap.Outcome
	}{
		{"garbage", []string{"hello world", "stdout is the protocol; print to stderr"}, overlap.WorkerDied},
		{"json", []string{`status`, "no message of the protocol"}, overlap.WorkerDied},
		{"unknown", []string{"there is no call 999999"}, overlap.WorkerDied},
		{"zero", []string{"there is no call 0"}, overlap.WorkerDied},
		{"both", []string{"one of out, err, outs and skipped"}, overlap.WorkerDied},
		{"long", []string{"longer than its limit of 1048576 bytes: see process.LongestLine", "xxxx"}, overlap.WorkerDied},
		{"endless", []string{"longer than its limit of 1048576 bytes: see process.LongestLine"}, overlap.WorkerDied},
		{"utf8", []string{"not UTF-8", "caf"}, overlap.WorkerDied},
		{"exit 0", []string{"exit status 0"}, overlap.WorkerDied},
		{"exit 3", []string{"exit status 3", "out of paper"}, overlap.WorkerDied},
		{"partial", []string{"Segmentation", "stdout is the protocol"}, overlap.WorkerDied},
		{"kill", []string{"killed"}, overlap.WorkerDied},
		{"close", []string{"closed its files"}, overlap.WorkerDied},
		{"hang", []string{"timed out after 3s", "killed for its timeout"}, overlap.TimedOut},
		{"die unread", []string{"exit status 5"}, overlap.WorkerDied},
		{"mistype", []string{"did not decode", "[1]"}, overlap.Failed},
		{"error", []string{"ValueError: no picture"}, overlap.Failed},
		{"twice", nil, overlap.Succeeded},
		{"log", nil, overlap.Succeeded},
	}
	for _, mode := range []struct {
		caps string
		task *overlap.Task[string, string]
	}{{"", fakeDo}, {"start", fakeDo}, {"", fakeDoAgain}, {"start", fakeDoAgain}} {
		t.Run(mode.task.Name()+" "+mode.caps, func(t *testing.T) {
			t.Parallel()
			p, made := fakes(t, 2, mode.caps)
			var inputs []string
			for i := range 40 * len(faults) {
				if inputs = append(inputs, strconv.Itoa(i)); i%40 == 20 {
					inputs = append(inputs, faults[i/40].in)
				}
			}
			failed := stream(t, p, mode.task, inputs, overlap.Timeout(3*time.Second), overlap.Grace(0))
			for _, fault := range faults {
				err := failed[fault.in]
				if delete(failed, fault.in); fault.says == nil && err != nil {
					t.Errorf("%s: %v", fault.in, err)
				}
				for _, says := range fault.says {
					if err == nil || !strings.Contains(err.Error(), says) {
						t.Errorf("%s: got the error %v, want one that says %q", fault.in, err, says)
					}
				}
				if call, ok := errors.AsType[*overlap.CallError](err); fault.says != nil && (!ok || call.Outcome != fault.outcome) {
					t.Errorf("%s: got %v, want the outcome %v", fault.in, err, fault.outcome)
				}
			}
			if len(failed) > 0 {
				t.Errorf("others failed: %v", failed)
			}
			if mode.task == fakeDo {
				for in, times := range made() {
					if times > 1 {
						t.Errorf("%s was made %d times", in, times)
					}
				}
			}
			if failed := stream(t, p, mode.task, numbersAnd(20)); len(failed) > 0 {
				t.Errorf("afterwards: %v", failed)
			}
		})
	}
}

// Who of many killed the worker is found out by sending them one at a time.
func TestCulpritsAreFoundAmongSuspects(t *testing.T) {
	for _, caps := range []string{"", "batch"} {
		p, _ := fakes(t, 2, caps)
		failed := stream(t, p, fakeDoAgain, numbersAnd(3000, "exit 3", "kill", "garbage"), overlap.Window(1000))
		if len(failed) != 3 || failed["exit 3"] == nil || failed["kill"] == nil || failed["garbage"] == nil {
			t.Errorf("caps %q: failed: %v", caps, failed)
		}
		if n := p.dialect.(*lines).suspects.count.Load(); n != 0 {
			t.Errorf("%d suspects are left", n)
		}
	}
}

func TestAWorkerThatDoesNotGreetFailsTheStart(t *testing.T) {
	for greeting, says := range map[string][]string{
		"garbage":  {"not hello but", "Loading model", "print to stderr"},
		"exit":     {"exit status 4", "no such model"},
		"partial":  {"its last words", "Loading", "exit status 0"},
		"version":  {"version 2"},
		"no tasks": {"no tasks"},
		"long":     {"longer than its limit"},
		"notReady": {"LicenceError: onInterrupt", "at line 7"},
		"babble":   {"ready!", "print to stderr"},
	} {
		t.Run(greeting, func(t *testing.T) {
			t.Parallel()
			p, _ := fakes(t, 1, "/"+greeting)
			_, err := overlap.Map(context.Background(), p, fakeDo, []string{"1"})
			for _, says := range says {
				if err == nil || !strings.Contains(err.Error(), says) {
					t.Errorf("got the error %v, want one that says %q", err, says)
				}
			}
		})
	}
	t.Run("no such command", func(t *testing.T) {
		p := Command([]string{"no-such-command-anywhere"}, 1)
		defer p.Close()
		if _, err := overlap.Map(context.Background(), p, fakeDo, []string{"1"}); err == nil || !strings.Contains(err.Error(), "no-such-command-anywhere") {
			t.Errorf("got %v", err)
		}
	})
}

func TestLogsAreWhatTheWorkerPrints(t *testing.T) {
	var mu sync.Mutex
	var printed []string
	p, _ := fakes(t, 1, "/log", Printed(func(_ string, line []byte) {
		mu.Lock()
		defer mu.Unlock()
		printed = append(printed, string(line))
	}))
	stream(t, p, fakeDo, []string{"log"})
	p.Close()
	if got := strings.Join(printed, "|"); !strings.Contains(got, "model loaded") || !strings.Contains(got, "half done") {
		t.Errorf("printed: %s", got)
	}
}

func TestAParallelWorkerHasManyCallsAtOnce(t *testing.T) {
	p, _ := fakes(t, 1, "parallel,start")
	if failed := stream(t, p, fakeDo, []string{"meet", "meet", "meet", "meet"}); len(failed) > 0 {
		t.Error(failed)
	}
}

func TestAWorkerThatListensIsCanceled(t *testing.T) {
	for _, test := range []struct {
		caps     string
		grace    time.Duration
		survives bool
	}{{"cancel", time.Hour, true}, {"", time.Millisecond, false}} {
		waiting := make(chan string, 10)
		p, _ := fakes(t, 1, test.caps, Printed(func(worker string, line []byte) {
			if string(line) == "waiting" {
				waiting <- worker
			}
		}))
		g := overlap.NewGroup(context.Background(), p, overlap.Grace(test.grace), overlap.KeepGoing())
		f := overlap.Submit(g, fakeDo, "cancel")
		first := <-waiting
		f.Cancel()
		if _, err := f.Wait(context.Background()); !errors.Is(err, context.Canceled) {
			t.Errorf("caps %q: got %v", test.caps, err)
		}
		f = overlap.Submit(g, fakeDo, "cancel")
		<-waiting // whoever makes it: the spare may be up by now
		survives := false
		for _, pid := range p.PIDs() {
			survives = survives || first == fmt.Sprintf("worker process %d", pid)
		}
		if survives != test.survives {
			t.Errorf("caps %q: that %s lives is %v", test.caps, first, survives)
		}
		f.Cancel()
		g.Wait()
	}
}

func TestTasksThatWorkersDoNotHaveAreRefused(t *testing.T) {
	p, _ := fakes(t, 1, "")
	nowhere := overlap.Func(func(context.Context, int) (int, error) { return 0, nil })
	if _, err := overlap.Map(context.Background(), p, nowhere, []int{1}); err == nil || !strings.Contains(err.Error(), "they have fake/do, fake/do-again") {
		t.Errorf("got %v", err)
	}
	g := overlap.NewGroup(context.Background(), p)
	if _, err := overlap.Submit(g, nowhere, 1).Wait(context.Background()); err == nil || !strings.Contains(err.Error(), "they have fake/do") {
		t.Errorf("got %v", err)
	}
	g.Wait()
	if _, err := overlap.Map(context.Background(), overlap.Sync(), fakeDo, []string{"1"}); err == nil || !strings.Contains(err.Error(), "process.Command") {
		t.Errorf("got %v", err)
	}
}

func TestTooLongAnInputFailsItsCall(t *testing.T) {
	p, _ := fakes(t, 1, "")
	long := strings.Repeat("x", 2<<20)
	failed := stream(t, p, fakeDo, []string{"1", long, "2", strings.Repeat("y", 1<<19)})
	if len(failed) != 1 || !strings.Contains(failed[long].Error(), "process.LongestLine") {
		t.Errorf("failed: %d, %.200v", len(failed), failed[long])
	}
}

func TestRecycledCommandsStrandNoCall(t *testing.T) {
	p, made := fakes(t, 2, "start", RecycleAfter(20))
	if failed := stream(t, p, fakeDo, numbersAnd(500)); len(failed) > 0 {
		t.Error(failed)
	}
	if len(made()) != 500 {
		t.Errorf("made %d calls", len(made()))
	}
	if started := p.Info().Started; started < 20 {
		t.Errorf("500 calls were made by %d workers", started)
	}
}

func TestNothingIsLeftOfAClosedCommand(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("counts the files in /proc")
	}
	files := func() int {
		all, _ := os.ReadDir("/proc/self/fd")
		return len(all)
	}
	before, goroutines := files(), runtime.NumGoroutine()
	p, _ := fakes(t, 2, "start")
	stream(t, p, fakeDo, numbersAnd(300, "garbage", "exit 3", "close"))
	p.Close()
	for deadline := time.Now().Add(patience); files() > before || runtime.NumGoroutine() > goroutines+2; runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("%d files, then %d; %d goroutines, then %d", before, files(), goroutines, runtime.NumGoroutine())
		}
	}
}

func TestValuesWithoutJSONAreRefused(t *testing.T) {
	type inner struct{ C chan int }
	type recursive struct {
		Next *recursive
		Bad  []inner
	}
	for _, test := range []struct {
		task overlap.AnyTask
		says string
	}{
		{overlap.Func(func(context.Context, recursive) (int, error) { return 0, nil }), "process.recursive.Bad.C is a chan int"},
		{overlap.Func(func(context.Context, int) (map[float64]int, error) { return nil, nil }), "keys of type float64"},
		{overlap.Func(func(context.Context, func()) (int, error) { return 0, nil }), "has no JSON"},
		{overlap.Func(func(context.Context, time.Time) (map[int][]any, error) { return nil, nil }), ""},
	} {
		if err := jsonlines.Refuse(test.task); (err == nil) != (test.says == "") || err != nil && !strings.Contains(err.Error(), test.says) {
			t.Errorf("got %v, want %q", err, test.says)
		}
	}
}

func TestWrongArgumentsOfCommandPanic(t *testing.T) {
	for name, f := range map[string]func(){
		"no command":   func() { Command(nil, 1) },
		"no workers":   func() { Command([]string{"x"}, 0) },
		"line":         func() { LongestLine(10) },
		"init":         func() { InitValue(make(chan int)) },
		"init for New": func() { New(1, InitValue(1)) },
		"Initializer":  func() { Command([]string{"x"}, 1, option(func(s *settings) { s.initializer = "x" })) },
	} {
		func() {
			defer func() {
				if r, ok := recover().(string); !ok || !strings.HasPrefix(r, "overlap: process.") {
					t.Errorf("%s: %v", name, r)
				}
			}()
			f()
		}()
	}
}
