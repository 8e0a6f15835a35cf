//go:build unix

package process

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"syscall"

	"golang.org/x/sys/unix"
)

// laneRoom is how much of a large input may be on its way at once.
const laneRoom = 4 << 20

func supported() error { return nil }

// spawn starts a worker.
func (s *settings) spawn() (*child, error) {
	c := &child{tasks: map[string]uint64{}, exited: make(chan struct{})}
	if s.recycle > 0 {
		c.retireAfter = lifetime(s.recycle)
	}
	var mine, theirs []*os.File
	abort := func(err error) (*child, error) {
		for _, f := range slices.Concat(mine, theirs) {
			f.Close()
		}
		if c.memory != nil {
			c.memory.unmap()
		}
		return nil, err
	}
	pipe := func(iWrite bool) (*os.File, error) {
		r, w, err := os.Pipe()
		if err != nil {
			return nil, fmt.Errorf("making a pipe: %w", err)
		}
		if iWrite {
			mine, theirs = append(mine, w), append(theirs, r)
			return w, nil
		}
		mine, theirs = append(mine, r), append(theirs, w)
		return r, nil
	}
	var err error
	if c.requests, err = pipe(true); err != nil {
		return abort(err)
	}
	if c.replies, err = pipe(false); err != nil {
		return abort(err)
	}
	widen(c.replies)
	c.inPipe = roomOf(c.requests) / 2 // for a pipe counts pages, which may be filled by half
	if c.control, err = pipe(true); err != nil {
		return abort(err)
	}
	memory, file, err := newShared()
	if err != nil {
		return abort(err)
	}
	c.memory, c.page, theirs = memory, memory.page(), append(theirs, file)
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|sockCloseOnExec, 0)
	if err != nil {
		return abort(fmt.Errorf("making a socket for large inputs: %w", err))
	}
	unix.SetNonblock(ends[0], true)
	for _, end := range ends { // as much as the system allows, so that a large input needs few turns
		unix.SetsockoptInt(end, unix.SOL_SOCKET, unix.SO_SNDBUF, laneRoom)
		unix.SetsockoptInt(end, unix.SOL_SOCKET, unix.SO_RCVBUF, laneRoom)
	}
	c.lane = os.NewFile(uintptr(ends[0]), "lane")
	mine, theirs = append(mine, c.lane), append(theirs, os.NewFile(uintptr(ends[1]), "lane"))
	files := slices.Clone(theirs)
	output, err := pipe(false)
	if err != nil {
		return abort(err)
	}
	c.nonce = nonceOf()
	c.cmd = &exec.Cmd{Path: executable(), Args: os.Args[:1], ExtraFiles: files}
	c.cmd.Stdout, c.cmd.Stderr = theirs[len(theirs)-1], theirs[len(theirs)-1]
	c.cmd.Env = append(withoutOurs(os.Environ()), "GOTRACEBACK=all", "GOMAXPROCS=1")
	if s.memory > 0 {
		c.cmd.Env = append(c.cmd.Env, fmt.Sprintf("GOMEMLIMIT=%d", s.memory*8/10))
	}
	c.cmd.Env = append(c.cmd.Env, s.environment...)
	c.cmd.Env = append(c.cmd.Env, workerVariable+"="+protocol+":"+c.nonce, fmt.Sprintf("%s=%d", depthVariable, depth()+1))
	if s.perCall != nil {
		c.cmd.Env = append(c.cmd.Env, marksVariable+"=1")
	}
	if s.initializer != "" {
		c.cmd.Env = append(c.cmd.Env, initVariable+"="+s.initializer)
	}
	if err := s.start(c); err != nil {
		return abort(err)
	}
	c.name = nameOf(c.cmd.Process.Pid)
	c.inherited, c.kills = peakHere(), kills()
	for _, f := range theirs {
		f.Close()
	}
	c.in = newFrameReader(c)
	c.printed = forward(output, c.name, s.printed, s.perCall)
	go c.reap()
	if err := s.limit(c); err != nil {
		return nil, c.notReady(err.Error(), nil)
	}
	return c, nil
}

// readNow reads what there is in a pipe, without a wait. Where there is nothing it reports the end.
func readNow(from *os.File, b []byte) (n int, err error) {
	raw, err := from.SyscallConn()
	if err != nil {
		return 0, err
	}
	if outer := raw.Control(func(fd uintptr) { n, err = unix.Read(int(fd), b) }); outer != nil {
		return 0, outer
	}
	if n <= 0 {
		return 0, io.EOF
	}
	return n, nil
}

// dump has the worker print its goroutines and end.
func (c *child) dump() { unix.Kill(c.cmd.Process.Pid, unix.SIGQUIT) }

// peak is a dead worker's peak memory, 0 if nobody knows. Before it ran its program it shared its parent's memory,
// which Linux counts as its own, so no more than that says nothing.
func (c *child) peak() int64 {
	if usage, ok := c.cmd.ProcessState.SysUsage().(*syscall.Rusage); ok && peakOf(usage) > c.inherited {
		return peakOf(usage)
	}
	return 0
}
