package process

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// finding is held while a pool looks for its place, which may move this process.
var finding sync.Mutex

// findCgroups settles where the workers' cgroups are to be, before the first worker is started: where the program says,
// or else, if there is a limit to enforce, where systemd has delegated a cgroup to it. Pools in workers look for none,
// as their workers are to stay in the cgroup of the worker around them.
func (s *settings) findCgroups() {
	finding.Lock()
	defer finding.Unlock()
	var home string
	switch {
	case s.cgroups.given != "":
		if home, s.cgroups.refusal = usable(s.cgroups.given, s.memory > 0); s.cgroups.refusal != nil {
			return
		}
	case s.memory > 0 && depth() == 0:
		home = detect()
	}
	if home != "" {
		sweep(home)
		s.cgroups.home.Store(&home)
	}
}

// usable checks a directory that was given.
func usable(dir string, memory bool) (home string, err error) {
	refuse := func(format string, a ...any) (string, error) {
		return "", fmt.Errorf("process.Cgroup: %s "+format, append([]any{dir}, a...)...)
	}
	var fs unix.Statfs_t
	if err := unix.Statfs(dir, &fs); err != nil {
		return refuse("cannot be used: %w", err)
	}
	if fs.Type != unix.CGROUP2_SUPER_MAGIC {
		return refuse("is no directory of cgroup v2: give one below where that is mounted, which is mostly /sys/fs/cgroup")
	}
	if err := unix.Access(dir, unix.W_OK); err != nil {
		return refuse("may not be written by this program (%w): have a cgroup delegated to it, or leave "+
			"process.Cgroup out and run it by systemd-run --user --scope -p Delegate=yes", err)
	}
	if memory {
		if err := enableMemory(dir); err != nil {
			return refuse("cannot limit the workers' memory: %w", err)
		}
	}
	return filepath.Abs(dir)
}

// enableMemory has the children of a cgroup count memory and take limits.
func enableMemory(dir string) error {
	if lists(dir, "cgroup.subtree_control", "memory") {
		return nil
	}
	if !lists(dir, "cgroup.controllers", "memory") {
		return errors.New("there is no memory controller in it: whoever delegates it writes +memory to " +
			"cgroup.subtree_control of the cgroup above")
	}
	err := write(dir, "cgroup.subtree_control", "+memory")
	if errors.Is(err, unix.EBUSY) {
		return fmt.Errorf("there are processes in it, and the kernel wants none beside children with limits: move them to a "+
			"child of it (%w)", err)
	}
	return err
}

// detect finds a cgroup that systemd has delegated to this program: the one it is in, or the one above. Being allowed
// to write a cgroup is not enough, for others may depend on it.
func detect() string {
	memberships, _ := os.ReadFile("/proc/self/cgroup")
	mounts, _ := os.ReadFile("/proc/self/mountinfo")
	own := cgroupPath(string(memberships), string(mounts))
	if own == "" {
		return ""
	}
	above := filepath.Dir(own)
	switch {
	case delegated(own):
		if settleBelow(own) {
			return own
		}
	case delegated(above) && !exists(above, "init.scope"): // which would be that of a systemd itself
		if unix.Access(above, unix.W_OK) == nil && enableMemory(above) == nil {
			return above
		}
	}
	return ""
}

// settleBelow moves this process, if it is alone in a cgroup, into a child of it, so that other children can have
// limits.
func settleBelow(dir string) bool {
	pid := strconv.Itoa(os.Getpid())
	if !lists(dir, "cgroup.controllers", "memory") || strings.Join(words(dir, "cgroup.procs"), " ") != pid {
		return false
	}
	leaf := filepath.Join(dir, fmt.Sprintf(cgroupName, os.Getpid(), 0))
	if err := os.Mkdir(leaf, 0o755); err != nil {
		return false
	}
	if write(leaf, "cgroup.procs", pid) == nil {
		if enableMemory(dir) == nil {
			return true
		}
		write(dir, "cgroup.procs", pid)
	}
	unix.Rmdir(leaf)
	return false
}

// delegated reports whether systemd has marked a cgroup as another's to manage.
func delegated(dir string) bool {
	for _, name := range []string{"user.delegate", "trusted.delegate"} {
		value := make([]byte, 8)
		if n, err := unix.Getxattr(dir, name, value); err == nil && string(value[:n]) == "1" {
			return true
		}
	}
	return false
}

// sweep removes the empty cgroups of programs that have not lived to do it.
func sweep(home string) {
	entries, _ := os.ReadDir(home)
	for _, e := range entries {
		var pid, number int
		if _, err := fmt.Sscanf(e.Name(), cgroupName, &pid, &number); err == nil && unix.Kill(pid, 0) == unix.ESRCH {
			unix.Rmdir(filepath.Join(home, e.Name()))
		}
	}
}
