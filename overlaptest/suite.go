// Package overlaptest is the conformance suite of executors: what every executor of package overlap must do, ours and
// other people's. A test of an executor is one call:
//
//	func TestConformance(t *testing.T) {
//		overlaptest.TestExecutor(t, func() overlap.Executor { return mine.New(4) }, overlaptest.Capabilities{Limit: 4})
//	}
//
// The behaviours are those that Python's pools and event loops promise in their own test suites, where they apply to
// Go, and defects that were read in Go libraries. DIVERGENCES.md lists them by number, with the places where Overlap
// differs on purpose, and why.
package overlaptest

import (
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
)

// Unlimited is the Limit of an executor that runs every call at once.
const Unlimited = -1

// Capabilities say how an executor differs from an ordinary one, which runs calls in this process on goroutines of its
// own. What an executor cannot or need not do is skipped, and the skipped test says so. The zero value is an ordinary
// executor whose limit is not known.
type Capabilities struct {
	// Limit is how many calls execute at once, over all jobs of one executor. Unlimited: all. Zero: not known, so the
	// suite neither checks it nor relies on two calls at once.
	Limit int
	// LimitPerJob: each job on the executor has the Limit to itself.
	LimitPerJob bool
	// Cooperative: a call that is in overlap.Await lets others run, as under overlap.Loop.
	Cooperative bool
	// OnCaller: calls run on the goroutine that waits for them, as under overlap.Sync. So Submit returns when the call has
	// ended, no call can be abandoned, and a call that ends its goroutine ends the caller's.
	OnCaller bool
	// KeepsWorker: a call that waits for a call of the same job keeps its worker from it, as workers of Job.Go do.
	KeepsWorker bool
	// OtherProcess: calls run where this process's memory is not at hand. Only the tasks that this package defines are
	// used, by their names, and their inputs and outputs cross.
	OtherProcess bool
	// OtherLanguage: that process is of a program in another language, whose tasks of the same names do what those of this
	// package do (tasks.go says what that is). What it has in place of a panic and of a Goexit is a failure like any
	// other, an error's text may come after the name of its kind, an error after a cancel is that of the cancel, and all
	// texts are UTF-8. Left out are what Go's panics carry, and failures of calls that are being canceled. It includes
	// OtherProcess.
	OtherLanguage bool
	// NotTold: a call that runs does not learn that it has been canceled or has timed out. It comes to its end, or is
	// killed when its grace is over. Left out is what calls do that have been told.
	NotTold bool
	// NoTimeout: the executor runs calls elsewhere and leaves overlap.Timeout to the task's context.
	NoTimeout bool
	// RealTime: the executor cannot run in a bubble of testing/synctest, because it waits for something outside of it. The
	// suite then uses short real times and leaves out what it cannot state with them.
	RealTime bool
	// Chapters are the chapters of the suite to run, by the names of their subtests ("mapping", "timeouts"), for an
	// executor of which another kind has passed them all. Empty: all.
	Chapters []string
}

// TestExecutor runs the conformance suite, a subtest for each behaviour. Each makes an executor of its own with
// newExecutor, which is called inside the subtest's bubble. It takes a few seconds, more with the race detector.
func TestExecutor(t *testing.T, newExecutor func() overlap.Executor, capabilities Capabilities) {
	capabilities.OtherProcess = capabilities.OtherProcess || capabilities.OtherLanguage
	s := &suite{Capabilities: capabilities, newExecutor: newExecutor}
	for _, name := range capabilities.Chapters {
		if !slices.ContainsFunc(chapters, func(c chapter) bool { return c.name == name }) {
			t.Fatalf("the suite has no chapter %q", name)
		}
	}
	for _, chapter := range chapters {
		if len(capabilities.Chapters) > 0 && !slices.Contains(capabilities.Chapters, chapter.name) {
			continue
		}
		t.Run(chapter.name, func(t *testing.T) {
			for _, b := range chapter.behaviours {
				t.Run(b.name, func(t *testing.T) {
					if missing := s.misses(b.needs); missing != "" {
						t.Skipf("not for this executor: %s", missing)
					}
					s.run(t, b)
				})
			}
		})
	}
}

// run states a behaviour, in a bubble if that is possible.
//
// Go 1.26's race detector can crash in a bubble (golang/go#78156), since a bubble's timers share one context of the
// detector, which two processors use at once. So with it, what can do without virtual time does, which also is the
// better hunt for races, and what cannot has one processor.
func (s *suite) run(t *testing.T, b behaviour) {
	outside := *s
	outside.RealTime = true
	switch {
	case s.RealTime || b.needs&threads != 0 || raceDetector && b.needs&bubble == 0:
		b.state(t, &outside)
	case raceDetector:
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
		fallthrough
	default:
		synctest.Test(t, func(t *testing.T) { b.state(t, s) })
	}
}

// behaviour is one thing that executors must do.
type behaviour struct {
	name     string
	sections []int // of DIVERGENCES.md
	needs    need
	state    func(*testing.T, *suite)
}

type chapter struct {
	name       string
	behaviours []behaviour
}

// chapters are all behaviours, by what they are about; a file each.
var chapters = []chapter{
	{"futures", futures},
	{"waiting", waiting},
	{"mapping", mapping},
	{"results", results},
	{"streaming", streaming},
	{"inputs", inputs},
	{"scope", scope},
	{"room", room},
	{"completions", completions},
	{"panics", panics},
	{"goexit", goexit},
	{"nesting", nesting},
	{"lending", lendings},
	{"cancelling", cancelling},
	{"draining", draining},
	{"timeouts", timeouts},
	{"abandoning", abandoning},
	{"retrying", retrying},
	{"observing", observing},
	{"observers", observers},
	{"identity", identity},
	{"limits", limits},
	{"rates", rates},
	{"pausing", pausing},
	{"keys", keys},
	{"single flight", singleFlights},
	{"halting", halting},
	{"scarcity", scarcity},
	{"stress", stress},
	{"races", races},
}

// suite is one run of the suite.
type suite struct {
	Capabilities
	newExecutor func() overlap.Executor
}

// moment is a time that is long beside what a call costs. In a bubble it takes none, and is exact.
func (s *suite) moment() time.Duration {
	if s.RealTime {
		return 50 * time.Millisecond
	}
	return time.Second
}

// many is n, or a fifth of it where each call may have a thread started for it, on which the race detector spends
// milliseconds.
func (s *suite) many(n int) int {
	if raceDetector && s.Limit == Unlimited {
		return n / 5
	}
	return n
}

// took checks that since start exactly so much time passed, or at least so much outside of a bubble.
func (s *suite) took(t *testing.T, start time.Time, want time.Duration) {
	t.Helper()
	if got := time.Since(start); got < want || got > want && !s.RealTime {
		t.Errorf("took %v, want %v", got, want)
	}
}

// settles returns when nothing moves any more without time passing, and checks that then the condition holds.
func (s *suite) settles(t *testing.T, what string, condition func() bool) {
	t.Helper()
	if !s.RealTime {
		synctest.Wait()
		if !condition() {
			t.Errorf("does not happen: %s", what)
		}
		return
	}
	for deadline := time.Now().Add(10 * time.Second); !condition(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("did not happen within 10 s: %s", what)
		}
	}
}
