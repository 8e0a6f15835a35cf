package process

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"example.com/overlap/internal/procgroup"
)

// start starts the worker's process, from its first instruction in a cgroup of its own if there is a place for one. A
// place that was not given but found, and does not serve after all, is given up.
func (s *settings) start(c *child) error {
	home := s.cgroups.home.Load()
	switch {
	case s.cgroups.refusal != nil:
		return s.cgroups.refusal
	case home == nil:
		return procgroup.Start(c.cmd)
	}
	inside := *c.cmd // a Cmd is started once
	err := c.cgroup.start(&inside, *home, s.memory)
	if err == nil {
		c.cmd = &inside
		return nil
	}
	if s.cgroups.given != "" {
		return err
	}
	if err := procgroup.Start(c.cmd); err != nil {
		return err
	}
	s.cgroups.home.Store(nil)
	return nil
}

// start makes the cgroup and starts the command in it.
func (g *cgroup) start(cmd *exec.Cmd, home string, memory int64) (err error) {
	if g.dir, err = newCgroup(home); err != nil {
		g.dir = ""
		return fmt.Errorf("making a cgroup for it: %w", err)
	}
	defer func() {
		if err != nil {
			g.remove()
			g.dir = ""
		}
	}()
	if memory > 0 {
		if err := limitMemory(g.dir, memory); err != nil {
			return fmt.Errorf("limiting the memory of its cgroup: %w", err)
		}
	}
	dir, err := os.Open(g.dir)
	if err != nil {
		return err
	}
	defer dir.Close()
	cmd.SysProcAttr = &syscall.SysProcAttr{UseCgroupFD: true, CgroupFD: int(dir.Fd())}
	err = procgroup.Start(cmd)
	if errors.Is(err, unix.EACCES) || errors.Is(err, unix.ENOSYS) {
		return fmt.Errorf("%w; starting it in the cgroup %s takes Linux 5.7 and, without being root, that this program "+
			"may write cgroup.procs of the cgroup that both are in", err, g.dir)
	}
	return err
}

// cgroupName is made of this process's number, so that others see whether it is alive, and of one that is used once.
const cgroupName = "overlap-%d-%d"

var cgroupsMade atomic.Int64

func newCgroup(home string) (dir string, err error) {
	for {
		dir = filepath.Join(home, fmt.Sprintf(cgroupName, os.Getpid(), cgroupsMade.Add(1)))
		if err = os.Mkdir(dir, 0o755); !errors.Is(err, fs.ErrExist) { // it does where it is of one that had our number
			return dir, err
		}
	}
}

// limitMemory has the kernel kill all that is in the cgroup when that needs more. There is no swap to flee to.
func limitMemory(dir string, bytes int64) error {
	if err := write(dir, "memory.max", strconv.FormatInt(bytes, 10)); err != nil {
		return err
	}
	if err := write(dir, "memory.swap.max", "0"); err != nil && !errors.Is(err, fs.ErrNotExist) { // a kernel without swap
		return err
	}
	return write(dir, "memory.oom.group", "1")
}

// end kills what is left in the cgroup of a worker that has ended, and notes what its cgroup knows.
func (g *cgroup) end() {
	if g.dir == "" {
		return
	}
	g.kills = outOfMemoryKills(filepath.Join(g.dir, "memory.events"))
	if text, err := os.ReadFile(filepath.Join(g.dir, "memory.peak")); err == nil {
		g.peak, _ = strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	}
	write(g.dir, "cgroup.kill", "1")
}

// remove removes the cgroup when all that was killed in it has gone. What cannot go, as a disk does not answer it, is
// not waited for.
func (g *cgroup) remove() {
	if g.dir == "" {
		return
	}
	for wait := time.Millisecond; removeTree(g.dir) == unix.EBUSY && wait < 4*time.Second; wait *= 2 {
		time.Sleep(wait)
	}
}

// removeTree removes a cgroup and those that a worker has made in it, if there is no process in them.
func removeTree(dir string) error {
	err := unix.Rmdir(dir)
	if err != unix.EBUSY {
		return err
	}
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if e.IsDir() {
			removeTree(filepath.Join(dir, e.Name()))
		}
	}
	return unix.Rmdir(dir)
}

// knows reports whether the cgroup of a worker that has ended says how many processes in it were killed for want of
// memory.
func (g *cgroup) knows() bool { return g.dir != "" && g.kills >= 0 }
