package process

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"example.com/overlap"
	"example.com/overlap/internal/procgroup"
)

// child is a worker process as its parent sees it.
type child struct {
	name   string // What messages call it, such as "worker process 4711".
	nonce  string // What its hello must say, so that no other process is taken for it.
	cmd    *exec.Cmd
	exited chan struct{} // Closed when it has ended and has been waited for.
	cgroup cgroup

	// The ways to it and from it. A command's worker has requests and replies alone.
	requests *os.File
	replies  *os.File
	control  *os.File // Where it is told which call to cancel.
	lane     *os.File // The socket for large inputs.
	in       *frameReader
	line     *speaker // The state of a command's worker; then in and tasks are nil.
	page     *page
	memory   shared // The page, and the answers after it that have not been written.
	printed  *printed

	// What belongs to the lease that has the worker, and to its goroutine alone.
	tasks       map[string]uint64 // The numbers of the tasks that it has been told of.
	flight      flight
	frames      outgoing
	paced       overlap.AnyTask // The task of the last lease.
	window      int             // How many calls were in flight when the last lease ended.
	inPipe      int             // How many bytes fit into requests for sure.
	sent        uint64          // How many calls it has been sent.
	received    uint64          // To how many of them answers have been read from replies.
	answered    uint64          // How many of them have ended here; the answers may have been read from the memory before.
	marked      uint64          // The last call that was sent while no other was in flight.
	served      int             // How many calls it has made.
	retireAfter int             // After so many calls it is replaced; 0: never.
	onInterrupt func()          // What to do when the watch interrupts a read or a write; nil: they fail.

	limited   bool  // Its memory is limited.
	limit     int64 // To so many bytes.
	atStart   int64 // How many of those it used when it was ready; 0 if nobody knows.
	kills     int   // How many processes the kernel had killed for want of memory, anywhere, when it was started.
	inherited int64 // The peak memory of its parent when it was started.

	leased   bool                   // A job's worker has it. Guarded by the pool's mutex.
	used     bool                   // It has been leased once. Guarded by the pool's mutex.
	freeAt   time.Time              // When it was given back last. Guarded by the pool's mutex.
	closing  sync.Once              // Closes requests.
	freeing  sync.Once              // Closes the other files, and unmaps the memory.
	reason   atomic.Pointer[string] // Why this side killed it; nil if it has not.
	stopping atomic.Bool            // It has been told to end.
}

// startLimit is how long a worker may take until it is ready, its initializer included.
const startLimit = 30 * time.Second

// greet waits until the worker is ready.
func (c *child) greet() error {
	c.replies.SetReadDeadline(time.Now().Add(startLimit))
	defer c.replies.SetReadDeadline(time.Time{})
	k, body, err := c.in.next()
	if isTimeout(err) {
		err = fmt.Errorf("%w for %v", errSilent, startLimit)
	}
	if err != nil || k != kindHello {
		return c.notReady("it did not say hello: does the program call process.Main() first in main?", err)
	}
	if got, want := string(body), c.nonce+" "+builtAs; got != want {
		return c.notReady("it is another build of the program: the file has been replaced since the start", nil)
	}
	k, body, err = c.in.next()
	if isTimeout(err) {
		err = fmt.Errorf("%w for %v: its initializer may take no longer", errSilent, startLimit)
	}
	switch {
	case err != nil || k != kindReady:
		return c.notReady("it did not get ready", err)
	case len(body) > 0:
		return c.notReady(string(body), nil)
	}
	return nil
}

// errKilled is a worker that somebody else killed before it was ready, which does not say that the program is broken.
var errKilled = errors.New("it was killed before it was ready")

// errStarved is a worker whose memory limit is too low for its start.
var errStarved = errors.New("it ran out of memory before it was ready")

// errSilent is a worker that said nothing for as long as it may take to start.
var errSilent = errors.New("nothing came")

// silentError is the error of a worker that said nothing.
type silentError struct{ error }

func (silentError) Is(target error) bool { return target == errSilent }

// silentFor is when people are told that a worker is waited for.
const silentFor = 2 * time.Second

// firstLines are the lines of a text that a message has room for.
func firstLines(text string) string {
	lines := strings.SplitN(text, "\n", 2*mostDumpLines+1)
	if len(lines) <= 2*mostDumpLines {
		return text
	}
	left := strings.Count(lines[2*mostDumpLines], "\n") + 1
	return strings.Join(lines[:2*mostDumpLines], "\n") + fmt.Sprintf("\n… and %d more lines", left)
}

// notReady kills a worker that did not get ready and says why.
func (c *child) notReady(what string, err error) error {
	killed := false
	select {
	case <-c.exited:
		killed = c.reason.Load() == nil && c.cmd.ProcessState.ExitCode() < 0
	case <-time.After(20 * time.Millisecond):
		c.kill("it did not get ready")
		<-c.exited
	}
	c.cgroup.remove()
	c.printed.drain()
	c.printed.stopHolding(false)
	defer c.release()
	var text string
	if err != nil {
		text += fmt.Sprintf(" (%v)", err)
	}
	silent := errors.Is(err, errSilent)
	text += "; " + c.cmd.ProcessState.String()
	tail := c.printed.tail()
	if c.cgroup.kills > 0 || c.limited && saysOutOfMemory(tail) { // its stacks say no more
		return fmt.Errorf("%s: %w%s; it printed: %s", c.name, errStarved, text, headline(tail))
	}
	if tail != "" {
		text += "; it printed:\n" + firstLines(tail)
	}
	switch {
	case killed && fromOutside(c.cmd.ProcessState):
		return fmt.Errorf("%s: %w%s", c.name, errKilled, text)
	case killed:
		what = errKilled.Error()
	}
	if strings.Contains(tail, "No module named 'overlap_worker'") {
		text += "\nprocess.PythonPath gives a PYTHONPATH that has overlap_worker.py; or copy it beside the program, " +
			"from the folder process/python of Overlap's source"
	}
	if silent {
		return silentError{fmt.Errorf("%s: %s%s", c.name, what, text)}
	}
	return fmt.Errorf("%s: %s%s", c.name, what, text)
}

// fromOutside reports whether a signal ended the process that programs do not end of by themselves.
func fromOutside(state *os.ProcessState) bool {
	status, _ := state.Sys().(syscall.WaitStatus)
	return status.Signaled() && slices.Contains([]syscall.Signal{syscall.SIGKILL, syscall.SIGTERM, syscall.SIGINT,
		syscall.SIGHUP}, status.Signal())
}

// Read reads replies, and goes on after an interruption. When the worker has gone, they end, also where something it
// started still has its files.
func (c *child) Read(b []byte) (int, error) {
	for {
		n, err := c.replies.Read(b)
		if n > 0 || !isTimeout(err) {
			return n, err
		}
		if c.gone() {
			return readNow(c.replies, b)
		}
		if c.onInterrupt == nil {
			return n, err
		}
		c.replies.SetReadDeadline(time.Time{})
		c.onInterrupt()
	}
}

// write writes requests, or a large input, and goes on after an interruption.
func (c *child) write(to *os.File, b []byte) error {
	for {
		n, err := to.Write(b)
		b = b[n:]
		if err == nil || !isTimeout(err) || c.onInterrupt == nil || c.gone() {
			return err
		}
		to.SetWriteDeadline(time.Time{})
		c.onInterrupt()
	}
}

// gone reports whether the process has ended.
func (c *child) gone() bool {
	select {
	case <-c.exited:
		return true
	default:
		return false
	}
}

func isTimeout(err error) bool { return err != nil && os.IsTimeout(err) }

// interrupt has a Read or a write that waits call onInterrupt.
func (c *child) interrupt() {
	now := time.Now()
	c.replies.SetReadDeadline(now)
	c.requests.SetWriteDeadline(now)
	c.lane.SetWriteDeadline(now)
}

// cancel tells the worker that a call is canceled. One that does not listen is not waited for.
func (c *child) cancel(seq uint64) {
	c.control.SetWriteDeadline(time.Now().Add(time.Millisecond))
	c.control.Write(binary.LittleEndian.AppendUint64(nil, seq))
}

// stop tells an idle worker to go: it sees the end of its requests. One that does not go is killed.
func (c *child) stop() {
	c.stopping.Store(true)
	c.closing.Do(func() { c.requests.Close() })
	go func() {
		select {
		case <-c.exited:
		case <-time.After(time.Second):
			c.kill("it did not end when it was told to")
		}
	}()
}

// release frees what is left of a worker that has gone.
func (c *child) release() {
	c.freeing.Do(func() {
		c.closing.Do(func() { c.requests.Close() })
		c.replies.Close()
		c.control.Close()
		c.lane.Close()
		c.memory.unmap()
	})
}

// dumpLimit is how long a worker has to say where it is before it is killed.
const dumpLimit = 250 * time.Millisecond

// overdue has a worker say where it is, and kills it.
func (c *child) overdue(reason string) {
	c.reason.CompareAndSwap(nil, &reason)
	c.dump()
	time.AfterFunc(dumpLimit, func() { c.kill(reason) })
}

// kill ends the worker and all that it started, at once.
func (c *child) kill(reason string) {
	c.reason.CompareAndSwap(nil, &reason)
	if !c.gone() { // A zombie keeps the number of its group until reap has reaped it.
		procgroup.Kill(c.cmd.Process)
	}
}

// reap waits for the worker's end, and ends with it all that it has started.
func (c *child) reap() {
	procgroup.Wait(c.cmd)
	c.cgroup.end()
	close(c.exited)
	c.replies.SetReadDeadline(time.Now()) // wakes whoever reads
}

// lifetime spreads the retirement of workers within a tenth around n calls.
func lifetime(n int) int {
	if n < 10 {
		return n
	}
	return n - n/20 + rand.IntN(n/10+1)
}

func nonceOf() string { return fmt.Sprintf("%016x", rand.Uint64()) }

func withoutOurs(environment []string) []string {
	var kept []string
	for _, v := range environment {
		if !strings.HasPrefix(v, workerVariable+"=") && !strings.HasPrefix(v, depthVariable+"=") {
			kept = append(kept, v)
		}
	}
	return kept
}
