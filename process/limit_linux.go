package process

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// limit bounds a worker's memory before it runs anything. RLIMIT_DATA counts private writable memory, C's included, and
// lets the runtime end the worker with a readable error; RLIMIT_AS would count the gigabyte that Go only reserves.
func (s *settings) limit(c *child) error {
	if s.memory == 0 {
		return nil
	}
	c.limited, c.limit = true, s.memory
	most := unix.Rlimit{Cur: uint64(s.memory), Max: uint64(s.memory)}
	if err := unix.Prlimit(c.cmd.Process.Pid, unix.RLIMIT_DATA, &most, nil); err != nil {
		return fmt.Errorf("limiting its memory: %w", err)
	}
	return nil
}

// limitedBy says what enforces the limit.
func (s *settings) limitedBy() string {
	if s.cgroups.home.Load() != nil {
		return "cgroup v2 and RLIMIT_DATA"
	}
	return "RLIMIT_DATA"
}

const watchMemory = false // the kernel does

// kills is how many processes the kernel has killed for want of memory.
func kills() int { return outOfMemoryKills("/proc/vmstat") }

// outOfMemoryKills is how many processes a file says have been killed for want of memory; −1 if it does not say.
func outOfMemoryKills(file string) int {
	f, err := os.Open(file)
	if err != nil {
		return -1
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if text, ok := strings.CutPrefix(lines.Text(), "oom_kill "); ok {
			n, _ := strconv.Atoi(text)
			return n
		}
	}
	return -1
}

// dataOf is how many bytes of its limit a process uses; 0 if nobody knows.
func dataOf(pid int) int64 {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	_, after, _ := strings.Cut(string(text), "\nVmData:")
	fields := strings.Fields(after)
	if len(fields) == 0 {
		return 0
	}
	kilobytes, _ := strconv.ParseInt(fields[0], 10, 64)
	return kilobytes << 10
}
