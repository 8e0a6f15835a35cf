package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/pflag"

	"example.com/overlap"
	"example.com/overlap/source"
	"example.com/overlap/target"
	"example.com/overlap/tasks/command"
	"example.com/overlap/tasks/fetch"
	"example.com/overlap/tasks/primes"
)

// The command of scripts: overlap has the tasks that ship, mine is a user's program with the ones below.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"overlap": func() { Main(fetch.Task, primes.Task, command.Task) },
		"mine": func() {
			Main(echo, valid, refusing, refuse, square, limits, strict, point, flaky, patient,
				deaf, nap, gate, later, boom, vanish, unwritable, join, chunk, piece)
		},
	})
}

type pointXY struct{ X, Y int }

var (
	echo  = overlap.Define("echo", func(_ context.Context, s string) (string, error) { return s, nil })
	valid = overlap.Define("valid", func(_ context.Context, s string) (bool, error) { return utf8.ValidString(s), nil })
	// refusing fails where an input is not UTF-8, refuse always.
	refusing = overlap.Define("refusing", func(_ context.Context, s string) (string, error) {
		if !utf8.ValidString(s) {
			return "", errors.New("it is not UTF-8")
		}
		return s, nil
	})
	refuse = overlap.Define("refuse", func(_ context.Context, s string) (string, error) {
		return "", errors.New("no " + s)
	})
	square = overlap.Define("square", func(_ context.Context, n int) (int, error) { return n * n, nil })
	limits = overlap.Define("limits", func(context.Context, string) (string, error) {
		text, err := os.ReadFile("/proc/self/limits")
		return string(text), err
	})
	strict = overlap.Define("strict", func(_ context.Context, n uint8) (uint8, error) {
		if n%2 == 1 {
			return 0, fmt.Errorf("%d is odd", n)
		}
		return n, nil
	})
	point = overlap.Define("point", func(_ context.Context, p pointXY) (int, error) { return p.X + p.Y, nil })

	// join, chunk and piece show inputs that are more than a text.
	join = overlap.Define("join", func(_ context.Context, s []string) (string, error) {
		return strings.Join(s, "-"), nil
	})
	chunk = overlap.Define("chunk", func(_ context.Context, c source.Chunk) (string, error) {
		var text strings.Builder
		_, err := c.WriteTo(&text)
		return text.String(), err
	})
	piece = overlap.Define("piece", func(_ context.Context, p source.Piece) (string, error) {
		return string(p.Bytes), nil
	})

	// patient waits for as long as it may, deaf for ever.
	patient = overlap.Define("patient", func(ctx context.Context, _ string) (string, error) {
		<-ctx.Done()
		return "", context.Cause(ctx)
	})
	deaf = overlap.Define("deaf", func(_ context.Context, s string) (string, error) {
		if err := throughGate(context.Background(), s); err != nil {
			return "", err
		}
		return s, nil
	})
	// nap waits for so many milliseconds.
	nap = overlap.Define("nap", func(ctx context.Context, n int) (int, error) {
		select {
		case <-time.After(time.Duration(n) * time.Millisecond):
			return n, nil
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	})
	// gate says that it runs, and waits until the test lets it through.
	gate = overlap.Define("gate", func(ctx context.Context, s string) (string, error) { return s, throughGate(ctx, s) })

	// later fails once it is let through, and wants its next attempt in an hour.
	later = overlap.Define("later", func(ctx context.Context, s string) (string, error) {
		return "", inAnHour{errors.Join(throughGate(ctx, s), errors.New("not now"))}
	})

	boom       = overlap.Define("boom", func(_ context.Context, s string) (string, error) { panic("boom " + s) })
	vanish     = overlap.Define("vanish", func(context.Context, string) (string, error) { runtime.Goexit(); return "", nil })
	unwritable = overlap.Define("unwritable", func(context.Context, string) (any, error) { return make(chan int), nil })

	// flaky fails at its first two attempts at each input.
	flaky = overlap.Define("flaky", func(_ context.Context, s string) (string, error) {
		flakyAttempts.Lock()
		defer flakyAttempts.Unlock()
		if flakyAttempts.of[s]++; flakyAttempts.of[s] <= 2 {
			return "", again{fmt.Errorf("attempt %d at %s", flakyAttempts.of[s], s)}
		}
		return s, nil
	})
	flakyAttempts = struct {
		sync.Mutex
		of map[string]int
	}{of: map[string]int{}}
)

// again is an error that wants another attempt at once.
type again struct{ error }

func (again) RetryAfter() (time.Duration, bool) { return 0, true }

type inAnHour struct{ error }

func (inAnHour) RetryAfter() (time.Duration, bool) { return time.Hour, true }

// throughGate connects to the test, if it runs one, sends s and waits until the test closes the connection.
func throughGate(ctx context.Context, s string) error {
	path := os.Getenv("GATE")
	if path == "" {
		select {}
	}
	c, err := net.Dial("unix", path)
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err := fmt.Fprintln(c, s); err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { _ = c.Close() })()
	if _, err := io.Copy(io.Discard, c); err != nil && ctx.Err() == nil {
		return err
	}
	return context.Cause(ctx)
}

func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:      "testdata/script",
		Deadline: time.Now().Add(8 * time.Minute), // a command that hangs is killed then
		Setup: func(env *testscript.Env) error {
			root, err := filepath.Abs("..")
			env.Setenv("ROOT", root)
			env.Setenv("XDG_CACHE_HOME", filepath.Join(env.WorkDir, ".cache")) // for what the command keeps there
			env.Setenv("HOME", filepath.Join(env.WorkDir, ".home"))
			env.Setenv("GORACE", "atexit_sleep_ms=0") // or each exit takes a second under -race
			for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOFLAGS"} {
				out, goErr := exec.Command("go", "env", name).Output()
				err = errors.Join(err, goErr)
				env.Setenv(name, strings.TrimSpace(string(out)))
			}
			// The interpreter itself comes before scripts that look for one, which can take longer than it does.
			if python, err := exec.Command("python3", "-c", "import sys; print(sys.executable)").Output(); err == nil {
				env.Setenv("PATH", filepath.Dir(string(python))+string(filepath.ListSeparator)+env.Getenv("PATH"))
			}
			return err
		},
		Condition: func(condition string) (bool, error) {
			switch condition {
			case "devfull":
				_, err := os.Stat("/dev/full")
				return err == nil, nil
			case "namespaces": // in which anybody may mount
				err := exec.Command("unshare", "-Urm", "mount", "-t", "tmpfs", "none", os.TempDir()).Run()
				return err == nil, nil
			}
			return false, fmt.Errorf("unknown condition %q", condition)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"status": checkStatus,
			"target": startTarget,
			"json":   checkJSON,
			"order":  checkOrder,
		},
	})
}

// checkStatus is "status 2 program arguments…": it runs the program and wants that exit status.
func checkStatus(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	got := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if args[0] != strconv.Itoa(got) {
		ts.Fatalf("%q ended with status %d, want %s", args[1:], got, args[0])
	}
}

// startTarget is "target --error-rate 0.3 …": it serves until the script ends, at $TARGET, with the port $TARGETPORT.
func startTarget(ts *testscript.TestScript, _ bool, args []string) {
	var config target.Config
	set := pflag.NewFlagSet("target", pflag.ContinueOnError)
	config.Flags(set)
	ts.Check(set.Parse(args))
	path, err := exec.LookPath("overlap")
	ts.Check(err)
	server, err := target.Start(context.Background(), []string{path, "target"}, config)
	ts.Check(err)
	ts.Defer(func() { ts.Check(server.Close()) })
	ts.Setenv("TARGET", server.URL())
	ts.Setenv("TARGETPORT", server.URL()[strings.LastIndexByte(server.URL(), ':')+1:])
}

// checkJSON is "json FILE jobs.0.task REGEXP": what is at the path, as compact JSON, must match whole.
func checkJSON(ts *testscript.TestScript, _ bool, args []string) {
	var at any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &at))
	for step := range strings.SplitSeq(args[1], ".") {
		switch in := at.(type) {
		case map[string]any:
			value, ok := in[step]
			if !ok {
				ts.Fatalf("%s has no %s: there is no %q", args[0], args[1], step)
			}
			at = value
		case []any:
			n, err := strconv.Atoi(step)
			if err != nil || n >= len(in) {
				ts.Fatalf("%s has no %s: there are %d, not a %q", args[0], args[1], len(in), step)
			}
			at = in[n]
		default:
			ts.Fatalf("%s has no %s: nothing is below %v", args[0], args[1], at)
		}
	}
	text, err := json.Marshal(at)
	ts.Check(err)
	if !regexp.MustCompile("^(?:" + args[2] + ")$").Match(text) {
		ts.Fatalf("%s in %s is %s, want %s", args[1], args[0], text, args[2])
	}
}

// checkOrder is "order FILE 100": the lines of results have the indexes from 0 to 99, in order; with "!" in any order.
func checkOrder(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	decoder := json.NewDecoder(strings.NewReader(ts.ReadFile(args[0])))
	seen := map[int]bool{}
	for decoder.More() {
		var l struct{ Index int }
		ts.Check(decoder.Decode(&l))
		if !neg && l.Index != len(seen) {
			ts.Fatalf("line %d of %s has index %d", len(seen), args[0], l.Index)
		}
		if l.Index < 0 || l.Index >= want || seen[l.Index] {
			ts.Fatalf("%s has index %d twice, or it is none of 0 to %d", args[0], l.Index, want-1)
		}
		seen[l.Index] = true
	}
	if len(seen) != want {
		ts.Fatalf("%s has %d lines, want %d", args[0], len(seen), want)
	}
}
