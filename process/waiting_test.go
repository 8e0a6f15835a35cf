//go:build linux

package process

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"example.com/overlap"
)

// holdUp is a worker's side of a folder in which it says that it is there, and finds a file when it may get ready.
func holdUp() {
	if folder := os.Getenv("PROCESS_TEST_HELD_UP"); folder != "" {
		holdUpIn(folder)
	}
}

func holdUpIn(folder string) {
	_ = os.WriteFile(filepath.Join(folder, "there"), nil, 0o600)
	for {
		if _, err := os.Stat(filepath.Join(folder, "go")); err == nil {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

var heldUpInitializer = overlap.Define("hold up", func(context.Context, struct{}) (struct{}, error) {
	holdUp()
	return struct{}{}, nil
})

var _ = func() bool { // before the fake worker's init, which does not return
	fakeMisdeeds["hold up"] = holdUp
	return true
}()

// heldUp makes pools of either dialect none of whose workers gets ready before there is the file "go" in the folder.
var heldUp = map[string]func(folder string) (*Pool, func(ctx context.Context) error){
	"same binary": func(folder string) (*Pool, func(ctx context.Context) error) {
		p := New(1, Silent(), Initializer(heldUpInitializer), Environment("PROCESS_TEST_HELD_UP="+folder))
		return p, func(ctx context.Context) error {
			_, err := overlap.Map(ctx, p, double, []int{1, 2})
			return err
		}
	},
	"command": func(folder string) (*Pool, func(ctx context.Context) error) {
		p := Command([]string{"/proc/self/exe"}, 1, Silent(), Environment(fakeVariable+"=start/hold up", "PROCESS_TEST_HELD_UP="+folder))
		return p, func(ctx context.Context) error {
			_, err := overlap.Map(ctx, p, fakeDo, []string{"a", "b"})
			return err
		}
	},
}

func stopHolding(t *testing.T, folder string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(folder, "go"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
}

func areThere(t *testing.T, folder string) {
	t.Helper()
	eventually(t, "a worker is there and not ready", func() bool {
		_, err := os.Stat(filepath.Join(folder, "there"))
		return err == nil
	})
}

func TestAJobThatIsCanceledDoesNotWaitForWorkers(t *testing.T) {
	for name, open := range heldUp {
		t.Run(name, func(t *testing.T) {
			nothingLeft(t)
			folder := t.TempDir()
			p, job := open(folder)
			defer p.Close()
			cause := errors.New("nobody wants it any more")
			ctx, cancel := context.WithCancelCause(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- job(ctx) }()
			areThere(t, folder)
			cancel(cause)
			within(t, "a Map that is canceled", func() {
				if err := <-ended; !errors.Is(err, cause) {
					t.Errorf("got %v, want the cause of the cancel", err)
				}
			})
			within(t, "a Map that was canceled before", func() {
				if err := job(ctx); !errors.Is(err, cause) {
					t.Errorf("got %v, want the cause of the cancel", err)
				}
			})
			short, cancel2 := context.WithTimeout(t.Context(), time.Millisecond)
			defer cancel2()
			within(t, "a Group, a Stream, Ready and Tasks with a context that ends", func() {
				group := overlap.NewGroup(short, p)
				f := overlap.Submit(group, double, 1)
				if _, err := f.Wait(t.Context()); !errors.Is(err, context.DeadlineExceeded) || f.Outcome() != overlap.NeverStarted {
					t.Errorf("a future ended as %v with %v", f.Outcome(), err)
				}
				_ = group.Wait()
				for r := range overlap.Stream(short, p, double, func(yield func(int) bool) { yield(1) }) {
					if r.Err == nil {
						t.Errorf("a Stream gave %+v", r)
					}
				}
				if err := p.Ready(short); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("Ready: %v", err)
				}
				if _, err := p.Tasks(short); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("Tasks: %v", err)
				}
			})
			stopHolding(t, folder)
			within(t, "a later job", func() {
				if err := job(t.Context()); err != nil {
					t.Errorf("the pool is not usable afterwards: %v", err)
				}
			})
			within(t, "Close", func() { p.Close() })
		})
	}
}

func TestCloseDoesNotWaitForWorkersToGetReady(t *testing.T) {
	for name, open := range heldUp {
		t.Run(name, func(t *testing.T) {
			nothingLeft(t)
			folder := t.TempDir()
			p, job := open(folder)
			ended := make(chan error, 1)
			go func() { ended <- job(t.Context()) }()
			areThere(t, folder)
			within(t, "Close and the job", func() {
				p.Close()
				if err := <-ended; !errors.Is(err, ErrClosed) {
					t.Errorf("the job ended with %v", err)
				}
			})
		})
	}
}

// A call that has been handed to a job's worker waits for a process as well.
func TestACallThatWaitsForAWorkerIsCanceled(t *testing.T) {
	nothingLeft(t)
	folder := t.TempDir()
	p, job := heldUp["same binary"](folder)
	defer p.Close()
	p.mu.Lock()
	p.alive[&child{}] = true // which is at work for ever
	p.mu.Unlock()
	areThere(t, folder)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- job(ctx) }()
	cancel()
	within(t, "a Map that is canceled", func() {
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
	p.mu.Lock()
	clear(p.alive)
	p.mu.Unlock()
}
