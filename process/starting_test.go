//go:build linux

package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"example.com/overlap"
)

// mostFiles is how many files the process may have open while it lacks some.
const mostFiles = 150

// leaveFiles uses up all files this process may open but for some, and gives what frees them.
func leaveFiles(t *testing.T, some int) (free func()) {
	t.Helper()
	var used []int
	for {
		fd, err := syscall.Open(os.DevNull, syscall.O_CLOEXEC, 0)
		if err != nil {
			if err != syscall.EMFILE || len(used) < some {
				t.Fatalf("after %d files: %v", len(used), err)
			}
			break
		}
		used = append(used, fd)
	}
	for _, fd := range used[:some] {
		syscall.Close(fd)
	}
	return func() {
		for _, fd := range used[some:] {
			syscall.Close(fd)
		}
	}
}

// dialects makes pools whose workers are this program, and pools whose workers are a command.
var dialects = map[string]func() (*Pool, func() error){
	"same binary": func() (*Pool, func() error) {
		p := New(1, Silent())
		return p, func() error { return makes(p, double, 3) }
	},
	"command": func() (*Pool, func() error) {
		p := Command([]string{"/proc/self/exe"}, 1, Silent(), Environment(fakeVariable+"=start"))
		return p, func() error { return makes(p, fakeDo, "x") }
	},
}

func makes[In, Out any](p *Pool, task *overlap.Task[In, Out], in In) error {
	_, err := overlap.Map(context.Background(), p, task, []In{in, in, in})
	return err
}

func TestFilesThatRunOutFailTheJobsOnly(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
	}
	if !alone(t, nil) {
		return
	}
	limit(t, unix.RLIMIT_NOFILE, mostFiles)
	for name, open := range dialects {
		failed := false
		for some := range 30 { // so that each step of starting a worker lacks its file once
			t.Run(name+" with "+strconv.Itoa(some)+" files", func(t *testing.T) {
				nothingLeft(t)
				free := leaveFiles(t, some)
				p, job := open()
				within(t, "a job and a pool without files", func() {
					err := job()
					if err != nil && (!errors.Is(err, syscall.EMFILE) || !strings.Contains(err.Error(), "too many open files; ") || !strings.Contains(err.Error(), "ulimit -n")) {
						t.Errorf("the job ended with %v, want to be told that there are no files and what to do", err)
					}
					failed = failed || err != nil
					free()
					eventually(t, "jobs are done when there are files", func() bool { return job() == nil })
					p.Close()
				})
			})
		}
		if !failed {
			t.Errorf("%s: no job failed, so this test showed nothing", name)
		}
	}
}

func TestFilesThatRunOutWhileAPoolIsAtWork(t *testing.T) {
	if !alone(t, nil) {
		return
	}
	limit(t, unix.RLIMIT_NOFILE, mostFiles)
	for name, open := range dialects {
		t.Run(name, func(t *testing.T) {
			nothingLeft(t)
			p, job := open()
			defer p.Close()
			for range 3 {
				ready(t, p, 2)
				frees := []func(){leaveFiles(t, 0)}
				eventually(t, "a job fails, as there are neither workers nor files", func() bool {
					for _, pid := range p.PIDs() {
						syscall.Kill(pid, syscall.SIGKILL)
					}
					frees = append(frees, leaveFiles(t, 0)) // those of dead workers, which are enough for another
					return errors.Is(job(), syscall.EMFILE)
				})
				for _, free := range frees {
					free()
				}
				eventually(t, "jobs are done when there are files", func() bool { return job() == nil })
			}
		})
	}
}

// TestProcessesThatRunOutFailTheJobsOnly needs a user whom the limit on processes binds, which is not root.
func TestProcessesThatRunOutFailTheJobsOnly(t *testing.T) {
	if !alone(t, somebody) {
		return
	}
	haveThreads()
	for name, open := range dialects {
		t.Run(name, func(t *testing.T) {
			nothingLeft(t)
			p, job := open()
			defer p.Close()
			for range 3 {
				ready(t, p, 2)
				before := limit(t, unix.RLIMIT_NPROC, 1)
				for _, pid := range p.PIDs() {
					syscall.Kill(pid, syscall.SIGKILL)
				}
				eventually(t, "a job fails, as there are neither workers nor processes", func() bool {
					err := job()
					return errors.Is(err, syscall.EAGAIN) && strings.Contains(err.Error(), "ulimit -u")
				})
				limit(t, unix.RLIMIT_NPROC, before)
				eventually(t, "jobs are done when there may be processes", func() bool { return job() == nil })
			}
		})
	}
}

// haveThreads has the runtime start threads, which it keeps: without processes there are no more threads either, and it
// would not survive the lack of one.
func haveThreads() {
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() { unix.Poll(nil, 100) })
	}
	all.Wait()
}

// limit sets the soft limit of a resource of this process and gives the one before.
func limit(t *testing.T, resource int, most uint64) (before uint64) {
	t.Helper()
	var l unix.Rlimit
	err := unix.Getrlimit(resource, &l)
	before, l.Cur = l.Cur, most
	if err == nil {
		err = unix.Setrlimit(resource, &l)
	}
	if err != nil {
		t.Fatal(err)
	}
	return before
}

// TestNoRoomForTheSharedPageFailsTheJobsOnly has files, of which the shared page is one, be as small as on a full disk.
func TestNoRoomForTheSharedPageFailsTheJobsOnly(t *testing.T) {
	if !alone(t, nil) {
		return
	}
	for name, open := range dialects {
		t.Run(name, func(t *testing.T) {
			nothingLeft(t)
			before := limit(t, unix.RLIMIT_FSIZE, 1000)
			p, job := open()
			defer p.Close()
			err := job()
			if !errors.Is(err, syscall.EFBIG) || !strings.Contains(err.Error(), "memory to share with a worker") {
				t.Errorf("the job ended with %v", err)
			}
			limit(t, unix.RLIMIT_FSIZE, before)
			eventually(t, "jobs are done when there is room", func() bool { return job() == nil })
		})
	}
}

func init() {
	early["killed"] = func() {
		for i := range 100 {
			if i == few() {
				return
			}
			if once(fmt.Sprint(os.Getenv("PROCESS_TEST_ONCE"), i)) {
				kill(syscall.SIGKILL)()
			}
		}
		kill(syscall.SIGKILL)()
	}
}

// few is how many workers are to be killed before they are ready.
func few() int {
	n, _ := strconv.Atoi(os.Getenv("PROCESS_TEST_FEW"))
	return n
}

func TestWorkersKilledBeforeTheyAreReady(t *testing.T) {
	for _, c := range []struct {
		few  int
		fail bool
	}{{mostFailures + 2, false}, {1000, true}} {
		t.Run(strconv.Itoa(c.few), func(t *testing.T) {
			nothingLeft(t)
			p := New(1, Silent(), Environment(earlyVariable+"=killed", fmt.Sprint("PROCESS_TEST_FEW=", c.few), "PROCESS_TEST_ONCE="+t.TempDir()+"/once"))
			defer p.Close()
			within(t, "a job", func() {
				err := makes(p, double, 3)
				if c.fail != (err != nil) || c.fail && !strings.Contains(err.Error(), "it was killed before it was ready") {
					t.Errorf("the job ended with %v", err)
				}
			})
			if n := p.Info().Started; c.fail && n > mostKilled+2 {
				t.Errorf("%d workers were started", n)
			}
		})
	}
}

func TestCloseWhileWorkersAreKilledBeforeTheyAreReady(t *testing.T) {
	nothingLeft(t)
	p := New(1, Silent(), Environment(earlyVariable+"=killed", "PROCESS_TEST_FEW=1000", "PROCESS_TEST_ONCE="+t.TempDir()+"/once"))
	ended := make(chan error, 1)
	go func() { ended <- makes(p, double, 3) }()
	eventually(t, "the pool makes a pause", func() bool { return p.Info().Started > mostFailures })
	within(t, "Close and the job", func() {
		p.Close()
		if err := <-ended; err == nil {
			t.Error("the job was done by workers that do not live")
		}
	})
}

// dieSoon has a worker get ready and die, whether it has calls or not.
var dieSoon = overlap.Define("die soon", func(context.Context, struct{}) (struct{}, error) {
	time.AfterFunc(time.Millisecond, func() { os.Exit(3) })
	return struct{}{}, nil
})

func TestWorkersThatDieAsSoonAsTheyAreReadyMakeNoStorm(t *testing.T) {
	nothingLeft(t)
	p := New(2, Initializer(dieSoon), Silent())
	defer p.Close()
	started := 0
	eventually(t, "the pool makes a pause", func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		started = p.made
		return p.retry != nil
	})
	if started > 25 { // it comes after seven
		t.Errorf("%d workers were started for no job before there was a pause", started)
	}
}
