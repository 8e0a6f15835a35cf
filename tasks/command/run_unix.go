//go:build unix

package command

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"sync"
	"syscall"
	"time"

	"example.com/overlap"
	"golang.org/x/sys/unix"
)

// runnerState is what a runner needs once.
type runnerState struct {
	once    sync.Once
	null    int // the null device, for reading
	environ []string
	path    string // of the environment
	err     error
}

func (s *runnerState) open() error {
	s.once.Do(func() {
		s.null, s.err = syscall.Open(os.DevNull, syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
		if s.err != nil {
			s.err = &fs.PathError{Op: "open", Path: os.DevNull, Err: s.err}
		}
		s.environ = os.Environ()
		s.path = os.Getenv("PATH")
	})
	return s.err
}

// execution is one run of a command.
type execution struct {
	runner *Runner
	name   string // of the command, as the input has it
	pid    int
	slot   int // in groups
	start  time.Time
	space  *space
	seen   int64 // space.fulls at the start

	mu     sync.Mutex
	reaped bool
	ended  chan struct{} // closed when it has been reaped
	over   chan struct{} // closed when nothing is done any more to make it end
}

func (r *Runner) run(ctx context.Context, words []string, in Input) (Value, error) {
	if ctx.Err() != nil {
		return Value{}, context.Cause(ctx)
	}
	if err := r.system.open(); err != nil {
		return Value{}, fail(CannotStart, words[0], err, "%v", err)
	}
	environ, search := r.environment(in.Env)
	path, err := r.find(words[0], string(in.Dir), search)
	if err != nil {
		return Value{}, err
	}
	if err := checkSize(words, environ); err != nil {
		return Value{}, err
	}
	s, err := r.open(words[0], in)
	if err != nil {
		return Value{}, err
	}
	e := &execution{runner: r, name: words[0], ended: make(chan struct{}), over: make(chan struct{}), space: r.spaceFor(in)}
	e.seen = e.space.fulls.Load()
	e.space.watch()
	defer e.space.active.Add(-1)
	defer holdThread()()
	if err := e.begin(path, words, environ, string(in.Dir), s); err != nil {
		s.discard()
		return Value{}, err
	}
	return e.finish(ctx, in, s)
}

// begin starts the command.
func (e *execution) begin(path string, words, environ []string, dir string, s *streams) error {
	attributes := &syscall.ProcAttr{Dir: dir, Env: environ, Files: s.files[:], Sys: newSession()}
	running.prepare()
	e.start = time.Now()
	pid, err := syscall.ForkExec(path, words, attributes)
	if err == syscall.ENOEXEC { // a script that does not say by what it is run: execvp and shells take /bin/sh
		script := append([]string{"/bin/sh", path}, words[1:]...)
		pid, err = syscall.ForkExec("/bin/sh", script, attributes)
	}
	if err != nil {
		return e.notStarted(err, path, words, environ, dir)
	}
	e.pid = pid
	e.slot = running.add(pid)
	s.started()
	return nil
}

// notStarted says why the command could not be started.
func (e *execution) notStarted(err error, path string, words, environ []string, dir string) error {
	e.runner.forget(words[0])
	info, statErr := os.Stat(dir)
	cause := &fs.PathError{Op: "fork/exec", Path: path, Err: err}
	switch {
	case dir != "" && statErr != nil:
		return fail(CannotStart, e.name, statErr, "%s could not be started in its directory: %v", Quote(e.name), statErr)
	case dir != "" && !info.IsDir():
		return fail(CannotStart, e.name, syscall.ENOTDIR,
			"%s could not be started in %s, which is no directory", Quote(e.name), Quote(dir))
	case err == syscall.E2BIG:
		return tooLong(words, environ)
	case err == syscall.ENOENT: // the program is there, or was
		return fail(NotFound, e.name, cause, "%s, or the program that its first line names, does not exist", Quote(path))
	case err == syscall.EACCES:
		return fail(NotExecutable, e.name, cause, "%s may not be executed: permission denied", Quote(path))
	}
	return fail(CannotStart, e.name, cause, "%s could not be started: %v", Quote(path), err)
}

// finish waits for the command's end and says how it ended.
func (e *execution) finish(ctx context.Context, in Input, s *streams) (Value, error) {
	keepGoing := context.AfterFunc(ctx, func() { e.end(ctx) })
	niceErr := e.renice(in.Nice)
	awaitExit(e.pid)
	var status syscall.WaitStatus
	var usage syscall.Rusage
	kept := keepGoing()
	if kept { // its group may go on, so nobody is to kill it any more
		running.remove(e.slot)
	}
	e.mu.Lock()
	for {
		_, err := syscall.Wait4(e.pid, &status, 0, &usage)
		if err != syscall.EINTR {
			break
		}
	}
	e.reaped = true
	e.mu.Unlock()
	seconds := time.Since(e.start).Seconds()
	if !kept {
		close(e.ended)
		<-e.over
		running.remove(e.slot)
	}
	v := Value{
		ExitCode: status.ExitStatus(), User: secondsOf(usage.Utime), System: secondsOf(usage.Stime), Peak: peakOf(&usage),
		Start: e.start, Seconds: seconds,
	}
	full := e.mayBeCut(s)
	err := s.collect(&v, in)
	switch {
	case niceErr != nil:
		err = niceErr
	case !kept:
		err = fail(Stopped, e.name, context.Cause(ctx), "%s was stopped: %v", Quote(e.name), context.Cause(ctx))
	case full != nil && err == nil:
		err = full
	case err != nil:
	case status.Signaled():
		name := signalName(status.Signal())
		err = fail(Killed, e.name, nil, "killed by %s%s", name, coreDumped(status))
		err.(*Error).Signal = name
	case v.ExitCode != 0:
		err = fail(ExitCode, e.name, nil, "exit code %d", v.ExitCode)
		err.(*Error).Code = v.ExitCode
	}
	if err != nil {
		return Value{}, withValue(err, v)
	}
	return v, nil
}

// end makes the command's group end: it is asked to, and killed if it is not gone in time.
func (e *execution) end(ctx context.Context) {
	defer close(e.over)
	wait := e.runner.options.KillAfter
	if timeout, ok := errors.AsType[*overlap.TimeoutError](context.Cause(ctx)); ok {
		wait = timeout.Grace / 10 * 7
	}
	late := time.NewTimer(wait)
	defer late.Stop()
	if wait > 0 {
		e.signal(syscall.SIGTERM)
		e.signal(syscall.SIGCONT) // one that is stopped hears nothing
	}
	select {
	case <-e.ended:
	case <-late.C:
		e.signal(syscall.SIGKILL)
		return
	}
	// What the command has started may need the time as well. As long as there is any of it, the number of the group is
	// taken, and no system gives it to others within the few milliseconds in which we do not look.
	for pause := time.Millisecond; syscall.Kill(-e.pid, 0) == nil; pause = min(2*pause, 10*time.Millisecond) {
		select {
		case <-time.After(pause):
		case <-late.C:
			_ = syscall.Kill(-e.pid, syscall.SIGKILL)
			return
		}
	}
}

// signal sends the group a signal, unless its leader has been reaped.
func (e *execution) signal(s syscall.Signal) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.reaped {
		_ = syscall.Kill(-e.pid, s)
	}
}

func (e *execution) renice(by int) error {
	if by == 0 {
		return nil
	}
	own, err := niceness()
	if err == nil {
		err = unix.Setpriority(unix.PRIO_PGRP, e.pid, own+by)
	}
	if err == nil || err == syscall.ESRCH {
		return nil
	}
	e.signal(syscall.SIGKILL)
	return fail(CannotStart, e.name, err, "the niceness of %s could not be changed by %d: %v", Quote(e.name), by, err)
}

func coreDumped(status syscall.WaitStatus) string {
	if status.CoreDump() {
		return " (core dumped)"
	}
	return ""
}

func signalName(s syscall.Signal) string {
	if name := unix.SignalName(s); name != "" {
		return name
	}
	return fmt.Sprintf("signal %d", int(s))
}

func secondsOf(t syscall.Timeval) float64 { return time.Duration(t.Nano()).Seconds() }

// holdThread keeps the thread that starts a command until it has ended, where the command would otherwise end with the
// thread.
func holdThread() (release func()) {
	if !diesWithThread {
		return func() {}
	}
	runtime.LockOSThread()
	return runtime.UnlockOSThread
}
