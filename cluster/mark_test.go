package cluster

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
)

var ofTwo = overlap.Define("cluster-test/of-two", func(_ context.Context, n int) (int, error) { return n, nil },
	overlap.Version("2"))

// versioned is a task as another build has it.
type versioned struct {
	overlap.AnyTask
	version string
}

func (v versioned) Version() string { return v.version }

func TestFingerprintsTellVersionsApart(t *testing.T) {
	seen := map[string]string{}
	for _, version := range []string{"", "1", "2", "1\n2"} {
		f := fingerprint(versioned{double, version})
		if other, ok := seen[f]; ok {
			t.Errorf("versions %q and %q have the same fingerprint", version, other)
		}
		seen[f] = version
	}
	if fingerprint(versioned{double, ""}) != fingerprint(double) {
		t.Error("a task has different fingerprints")
	}
}

// A worker with another version of a task gets no calls of it, and both sides say why, once.
func TestWorkerOfAnotherVersion(t *testing.T) {
	for _, other := range []string{"1", ""} {
		t.Run(other, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := newFake(nil)
				var said notes
				x, err := newExecutor(e, settings{notices: said.add})
				if err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithCancel(context.Background())
				done := make(chan error, 2)
				work := func(s settings) {
					s.notices = said.add
					go func() { done <- serve(ctx, e, overlap.Pool(2), 2, s) }()
				}
				work(settings{tasks: []overlap.AnyTask{versioned{ofTwo, other}}})
				_, err = overlap.Map(t.Context(), x, ofTwo, numbers(3))
				if err == nil || !strings.Contains(err.Error(), `and version "2" here`) {
					t.Errorf("the error is %v", err)
				}
				work(settings{})
				time.Sleep(2 * greeting)
				if n := x.slots.Limit(); n != 2 {
					t.Errorf("%d calls are made at once, where one worker can make two", n)
				}
				if _, err := overlap.Map(t.Context(), x, ofTwo, numbers(100)); err != nil {
					t.Error(err)
				}
				cancel()
				<-done
				<-done
				x.Close()
				said.want(t, "gets no calls of cluster-test/of-two", 1)
				said.want(t, "calls of cluster-test/of-two are not for this worker", 1)
			})
		})
	}
}

// notes are what people have been told.
type notes struct {
	mu    sync.Mutex
	texts []string
}

func (n *notes) add(text string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.texts = append(n.texts, text)
}

// want checks how many of them have a text.
func (n *notes) want(t *testing.T, text string, times int) {
	t.Helper()
	synctest.Wait() // notices are told on goroutines of their own
	if got := n.times(text); got != times {
		t.Errorf("%q was said %d times, want %d: %q", text, got, times, n.texts)
	}
}

// times is how many of them have a text.
func (n *notes) times(text string) (got int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, note := range n.texts {
		if strings.Contains(note, text) {
			got++
		}
	}
	return got
}
