package process

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/overlap"
)

var (
	pythonIncrement      = Remote[int, int]("t/inc")
	pythonIncrementAgain = Remote[int, int]("t/inc-again", overlap.Idempotent())
	pythonEcho           = Remote[any, any]("t/echo")
	pythonFault          = Remote[string, string]("t/fault")
	pythonFaultAgain     = Remote[string, string]("t/fault-again", overlap.Idempotent())
	pythonInitial        = Remote[int, string]("t/initial")
)

func pythons(t *testing.T, n int, options ...Option) *Pool {
	t.Helper()
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("needs python3")
	}
	options = append([]Option{Environment("PYTHONPATH=testdata"), Silent()}, options...)
	p := Command([]string{findPython(), "python/overlap_worker.py", "tasks"}, n, options...)
	t.Cleanup(func() { p.Close() })
	return p
}

func TestPythonFailsByTheCall(t *testing.T) {
	faults := []struct {
		in      string
		outcome overlap.Outcome
		says    []string
	}{
		{"raise", overlap.Failed, []string{"ValueError: no picture"}},
		{"sys.exit", overlap.Failed, []string{"SystemExit: enough"}},
		{"interrupt", overlap.Failed, []string{"KeyboardInterrupt"}},
		{"signal", overlap.Failed, []string{"KeyboardInterrupt"}},
		{"recursion", overlap.Failed, []string{"RecursionError"}},
		{"nan", overlap.Failed, []string{"not JSON compliant"}},
		{"no json", overlap.Failed, []string{"set is not JSON serializable"}},
		{"input", overlap.Failed, []string{"EOFError"}},
		{"exit", overlap.WorkerDied, []string{"exit status 3"}},
		{"exit 0", overlap.WorkerDied, []string{"exit status 0"}},
		{"segfault", overlap.WorkerDied, []string{"crashed", "segmentation fault", "Fatal Python error: Segmentation fault"}},
		{"kill", overlap.WorkerDied, []string{"killed"}},
		{"loop", overlap.TimedOut, []string{"timed out after", "tasks.py"}},
		{"sleep", overlap.TimedOut, []string{"timed out after", "tasks.py"}},
		{"print", overlap.Succeeded, nil},
		{"fork", overlap.Succeeded, nil},
		{"thread", overlap.Succeeded, nil},
	}
	for _, task := range []*overlap.Task[string, string]{pythonFault, pythonFaultAgain} {
		t.Run(task.Name(), func(t *testing.T) {
			t.Parallel()
			p := pythons(t, 2)
			var inputs []string
			for i := range 40 * len(faults) {
				if inputs = append(inputs, fmt.Sprint(i)); i%40 == 0 {
					inputs = append(inputs, faults[i/40].in)
				}
			}
			failed := stream(t, p, task, inputs, overlap.Timeout(time.Second), overlap.Grace(0))
			for _, fault := range faults {
				err := failed[fault.in]
				delete(failed, fault.in)
				call, _ := errors.AsType[*overlap.CallError](err)
				if fault.outcome == overlap.Succeeded {
					if err != nil {
						t.Errorf("%s: %v", fault.in, err)
					}
					continue
				}
				if call == nil || call.Outcome != fault.outcome {
					t.Errorf("%s: got %v, want the outcome %v", fault.in, err, fault.outcome)
				}
				for _, says := range fault.says {
					if err != nil && !strings.Contains(err.Error(), says) {
						t.Errorf("%s: the error %q does not say %q", fault.in, err, says)
					}
				}
			}
			if len(failed) > 0 {
				t.Errorf("others failed: %v", failed)
			}
			if failed := stream(t, p, task, []string{"a", "b"}); len(failed) > 0 {
				t.Errorf("afterwards: %v", failed)
			}
		})
	}
}

func TestPythonsErrorsHaveTheirTraceback(t *testing.T) {
	p := pythons(t, 1)
	_, err := overlap.Map(context.Background(), p, pythonFault, []string{"raise"})
	remote, ok := errors.AsType[*RemoteError](err)
	if !ok || remote.Type != "ValueError" || remote.Text != "no picture" || !strings.Contains(remote.Stack, "tasks.py\", line") {
		t.Errorf("got %#v", remote)
	}
}

var pythonVersioned = Remote[int, int]("t/versioned", overlap.Version("6"))

var pythonLong = Remote[int, string]("t/long")

func TestALongResultOfPythonFailsItsCallAlone(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
	}
	p := pythons(t, 1)
	if out, err := overlap.Map(t.Context(), p, pythonLong, []int{20 << 20}); err != nil || len(out[0]) != 20<<20 {
		t.Errorf("got %d bytes, %v", len(out[0]), err)
	}
	p = pythons(t, 1, LongestLine(1<<20))
	out, err := overlap.Map(t.Context(), p, pythonLong, []int{10, 2 << 20, 10}, overlap.KeepGoing())
	if err == nil || !strings.Contains(err.Error(), "more than the limit of 1048576") || len(out[0]) != 10 || len(out[2]) != 10 {
		t.Errorf("got %v", err)
	}
	if n := p.Info().Started; n > 2 {
		t.Errorf("%d workers were started: a result killed one", n)
	}
	if repeats, err := p.Idempotent(t.Context()); err != nil || !slices.Equal(repeats, []string{"t/long"}) {
		t.Errorf("idempotent are %v, %v", repeats, err)
	}
	if versions, err := p.Versions(t.Context()); err != nil || !maps.Equal(versions, map[string]string{"t/versioned": "7"}) {
		t.Errorf("versions are %v, %v", versions, err)
	}
}

func TestWorkersOfAnotherVersionAreRefused(t *testing.T) {
	p := pythons(t, 1)
	_, err := overlap.Map(t.Context(), p, pythonVersioned, []int{1})
	if err == nil || !strings.Contains(err.Error(), `have version "7" of the task t/versioned, and "6" is asked for`) {
		t.Errorf("got %v", err)
	}
}

func TestPythonsErrorsSayWhenToTryAgain(t *testing.T) {
	p := pythons(t, 1)
	for in, want := range map[string]struct {
		retryable bool
		after     time.Duration // 0 if it does not say
	}{
		"raise":                                      {true, 0},
		"raise with {'retry': False}":                {false, 0},
		"raise with {'retry': True}":                 {true, 0},
		"raise with {'retry_after': 1.5}":            {true, 1500 * time.Millisecond},
		"raise with {'retry_after': 60}":             {true, time.Minute},
		"raise with {'retry_after': 'soon'}":         {true, 0},
		"raise with {'retry_after': -1}":             {true, 0},
		"raise with {'retry_after': float('nan')}":   {true, 0},
		"raise with {'retry_after': 10**400}":        {true, 0},
		"raise with {'retry': 0, 'retry_after': {}}": {true, 0},
	} {
		_, err := overlap.Map(context.Background(), p, pythonFault, []string{in})
		remote, ok := errors.AsType[*RemoteError](err)
		if !ok {
			t.Fatalf("%s: got %v", in, err)
		}
		if after, said := remote.RetryAfter(); remote.Retryable() != want.retryable || after != want.after || said != (after > 0) {
			t.Errorf("%s: got %v, %v", in, remote.Retryable(), after)
		}
	}
}

func TestWhatPythonPrintsIsNoProtocol(t *testing.T) {
	printed := make(chan string, 100)
	p := pythons(t, 1, Printed(func(_ string, line []byte) { printed <- string(line) }))
	stream(t, p, pythonFault, []string{"print"})
	for wanted := map[string]bool{"hello from the task": true, "and from its file": true, "and from its child": true}; len(wanted) > 0; {
		delete(wanted, <-printed)
	}
}

func TestValuesCrossToPythonAndBack(t *testing.T) {
	p := pythons(t, 2)
	deep := any("x")
	for range 2000 { // more than Python reads
		deep = []any{deep}
	}
	values := []any{nil, true, 1.5, "", "\n\"\\\u2028é😀", []any{}, []any{1.0, nil}, map[string]any{"a": []any{map[string]any{}}}, strings.Repeat("long ", 1<<20)}
	inputs := append([]any{deep}, values...)
	for i, r := range overlapResults(t, p, inputs) {
		switch {
		case i == 0 && (r.Err == nil || !strings.Contains(r.Err.Error(), "RecursionError")):
			t.Errorf("too deep a value: %.100v", r.Err)
		case i > 0 && (r.Err != nil || fmt.Sprint(r.Value) != fmt.Sprint(values[i-1])):
			t.Errorf("%.40v became %.40v, %v", values[i-1], r.Value, r.Err)
		}
	}
}

func overlapResults(t *testing.T, p *Pool, inputs []any) (results []overlap.Result[any, any]) {
	t.Helper()
	for r := range overlap.Stream(context.Background(), p, pythonEcho, func(yield func(any) bool) {
		for _, in := range inputs {
			if !yield(in) {
				return
			}
		}
	}, overlap.Ordered()) {
		results = append(results, r)
	}
	return results
}

func TestQuickCallsDoNotWaitForASlowOne(t *testing.T) {
	p := pythons(t, 1)
	quick, slow := 0, false
	ctx, cancel := context.WithCancel(context.Background())
	for r := range overlap.Stream(ctx, p, pythonFault, func(yield func(string) bool) {
		for i := range 60 {
			if i == 30 && !yield("sleep") || !yield(fmt.Sprint(i)) {
				return
			}
		}
	}, overlap.Grace(0)) {
		switch {
		case r.Input == "sleep":
			slow = true
		case r.Err == nil:
			if quick++; quick == 30 {
				cancel() // all before the slow one have come; it ends by being killed
			}
		}
	}
	cancel()
	if quick < 30 || !slow {
		t.Errorf("%d quick calls came, the slow one ended: %v", quick, slow)
	}
}

func TestPythonsInitializerGetsTheValue(t *testing.T) {
	p := pythons(t, 1, InitValue("a model"))
	if out, err := overlap.Map(context.Background(), p, pythonInitial, []int{1}); err != nil || out[0] != "a model" {
		t.Errorf("got %v, %v", out, err)
	}
	p = pythons(t, 1, InitValue("fail"))
	if _, err := overlap.Map(context.Background(), p, pythonInitial, []int{1}); err == nil || !strings.Contains(err.Error(), "RuntimeError: no licence") {
		t.Errorf("got %v", err)
	}
}

func TestBatchesGiveWhatCallsGive(t *testing.T) {
	p := pythons(t, 2)
	inputs := make([]int, 5000)
	for i := range inputs {
		inputs[i] = i
	}
	for _, task := range []*overlap.Task[int, int]{pythonIncrement, pythonIncrementAgain} {
		out, err := overlap.Map(context.Background(), p, task, inputs)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range out {
			if v != i+1 {
				t.Fatalf("%s: %d + 1 is %d", task.Name(), i, v)
			}
		}
	}
}

var tookMS = regexp.MustCompile(`\{"took_ms":[0-9.]+,`)

// Another parent may offer no page; the helper then says start, before each call, by a line.
func TestPythonSpeaksThePlainProtocol(t *testing.T) {
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("needs python3")
	}
	cmd := exec.Command(findPython(), "python/overlap_worker.py", "tasks")
	cmd.Env = append(os.Environ(), "PYTHONPATH=testdata")
	cmd.Stderr = os.Stderr
	in, out := startPiped(t, cmd)
	lines := bufio.NewScanner(out)
	next := func() string {
		if !lines.Scan() {
			t.Fatalf("no more lines: %v", lines.Err())
		}
		return lines.Text()
	}
	var h hello
	if err := json.Unmarshal([]byte(next()), &h); err != nil || h.Overlap != 1 {
		t.Fatalf("hello: %+v, %v", h, err)
	}
	fmt.Fprintln(in, `{"window":1,"start":true,"news":1}`)
	if got := next(); got != `{"ready":true}` {
		t.Fatalf("ready: %s", got)
	}
	for _, step := range []struct{ say, want string }{
		{`{"id":1,"task":"t/inc","in":41}`, `{"start":1}|{"id":1,"out":42}`},
		{`{"id":2,"task":"t/inc-again","ins":[1,2]}`, `{"start":2}|{"start":2,"item":1}|{"id":2,"outs":[{"out":2},{"out":3}]}`},
		{`{"cancel":2}` + "\n" + `{"id":4,"task":"t/echo","in":"x"}`, `{"start":4}|{"id":4,"out":"x"}`},
		{`{"id":5,"task":"t/none","in":1}`, `{"start":5}|{"id":5,"err":{"kind":"LookupError","msg":"there is no task 't/none' here"`},
	} {
		fmt.Fprintln(in, step.say)
		for want := range strings.SplitSeq(step.want, "|") {
			// on a busy machine any call may have taken long enough to say so
			if got := tookMS.ReplaceAllString(next(), "{"); !strings.HasPrefix(got, want) {
				t.Errorf("%s: got %s, want %s", step.say, got, want)
			}
		}
	}
	in.Close()
	if err := cmd.Wait(); err != nil {
		t.Errorf("at the end of its input: %v", err)
	}
}

// Workers are killed again and again while they make calls that may be made again: every result comes, once, and is right.
func TestKilledPythonsLoseNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
	}
	p := pythons(t, 2)
	const calls = 10000
	seen := make([]bool, calls)
	results := 0
	for r := range overlap.Stream(context.Background(), p, pythonIncrementAgain, func(yield func(int) bool) {
		for i := range calls {
			if !yield(i) {
				return
			}
		}
	}, overlap.Window(1000), overlap.RetryPolicy{Extra: 100, Base: time.Millisecond}) {
		if r.Err != nil || r.Value != r.Input+1 || seen[r.Index] {
			t.Fatalf("call %d: %d, %v, seen before: %v", r.Index, r.Value, r.Err, seen[r.Index])
		}
		seen[r.Index] = true
		if results++; results%1000 == 0 {
			for _, pid := range p.PIDs() {
				if worker, err := os.FindProcess(pid); err == nil {
					worker.Kill()
				}
			}
		}
	}
	if results != calls {
		t.Errorf("%d of %d results", results, calls)
	}
}
