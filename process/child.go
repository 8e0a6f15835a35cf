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
	name     string
	nonce    string // by which its hello is known
	cmd      *exec.Cmd
	requests *os.File
	replies  *os.File
	control  *os.File
	lane     *os.File
	in       *frameReader
	page     *page
	cgroup   cgroup
	memory   shared
	printed  *printed
	line     *speaker          // of a command's worker, instead of in and tasks
	tasks    map[string]uint64 // numbers that the worker knows
	flight   flight            // of the lease
	frames   outgoing          // of the lease
	paced    overlap.AnyTask   // the last lease's, with the window that it had come to
	window   int
	inPipe   int    // bytes that fit into requests for sure
	sent     uint64 // calls
	told     uint64 // of those, answers read from replies
	marked   uint64 // the last of those that was sent while no other was in flight
	answered uint64 // of those, answered: the answers may be read from the memory before
	served   int
	term     int    // calls after which it retires; 0: none
	expired  func() // what to do when the wait for it is interrupted; nil: fail

	limited   bool  // in its memory
	limit     int64 // of that, in bytes
	atStart   int64 // bytes of it that it used when it was ready; 0 if unknown
	kills     int   // by the kernel, for want of memory, anywhere, when it was started
	inherited int64 // peak memory of its parent when it was started

	exited  chan struct{}
	leased  bool // guarded by the pool's mutex
	used    bool // leased once; likewise
	closing sync.Once
	freeing sync.Once
	reason  atomic.Pointer[string] // why this side killed it
	ending  atomic.Bool            // it was told to go
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
		return c.unready("it did not say hello: does the program call process.Main() first in main?", err)
	}
	if got, want := string(body), c.nonce+" "+builtAs; got != want {
		return c.unready("it is another build of the program: the file has been replaced since the start", nil)
	}
	k, body, err = c.in.next()
	if isTimeout(err) {
		err = fmt.Errorf("%w for %v: its initializer may take no longer", errSilent, startLimit)
	}
	switch {
	case err != nil || k != kindReady:
		return c.unready("it did not get ready", err)
	case len(body) > 0:
		return c.unready(string(body), nil)
	}
	return nil
}

// errKilled is a worker that somebody else killed before it was ready, which does not say that the program is broken.
var errKilled = errors.New("it was killed before it was ready")

// errStarved is a worker whose memory limit is too low for its start.
var errStarved = errors.New("it ran out of memory before it was ready")

// errSilent is a worker that said nothing for as long as it may take to start.
var errSilent = errors.New("nothing came")

// quiet is the error of a worker that said nothing.
type quiet struct{ error }

func (quiet) Is(target error) bool { return target == errSilent }

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

// unready kills a worker that did not get ready and says why.
func (c *child) unready(what string, err error) error {
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
	c.printed.letGo(false)
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
		text += "\noverlap_worker.py is in the folder process/python of this program's source: copy it beside the program, or name its folder in PYTHONPATH"
	}
	if silent {
		return quiet{fmt.Errorf("%s: %s%s", c.name, what, text)}
	}
	return fmt.Errorf("%s: %s%s", c.name, what, text)
}

// fromOutside reports whether a signal ended the process that programs do not end of by themselves.
func fromOutside(state *os.ProcessState) bool {
	status, _ := state.Sys().(syscall.WaitStatus)
	return status.Signaled() && slices.Contains([]syscall.Signal{syscall.SIGKILL, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP}, status.Signal())
}

// Read reads replies, and goes on after an interruption. When the worker has gone, they end, also where something it started
// still has its files.
func (c *child) Read(b []byte) (int, error) {
	for {
		n, err := c.replies.Read(b)
		if n > 0 || !isTimeout(err) {
			return n, err
		}
		if c.gone() {
			return readNow(c.replies, b)
		}
		if c.expired == nil {
			return n, err
		}
		c.replies.SetReadDeadline(time.Time{})
		c.expired()
	}
}

// write writes requests, or a large input, and goes on after an interruption.
func (c *child) write(to *os.File, b []byte) error {
	for {
		n, err := to.Write(b)
		b = b[n:]
		if err == nil || !isTimeout(err) || c.expired == nil || c.gone() {
			return err
		}
		to.SetWriteDeadline(time.Time{})
		c.expired()
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

// interrupt has a Read or a write that waits call expired.
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

// dismiss tells an idle worker to go: it sees the end of its requests. One that does not go is killed.
func (c *child) dismiss() {
	c.ending.Store(true)
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
