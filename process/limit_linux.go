package process

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// limit bounds a worker's memory before it runs anything. RLIMIT_DATA counts private writable memory, C's included, and
// lets the runtime end the worker with a readable error; RLIMIT_AS would count the gigabyte that Go only reserves.
func (s *settings) limit(c *child) error {
	if s.memory == 0 {
		return nil
	}
	most := unix.Rlimit{Cur: uint64(s.memory), Max: uint64(s.memory)}
	if err := unix.Prlimit(c.cmd.Process.Pid, unix.RLIMIT_DATA, &most, nil); err != nil {
		return fmt.Errorf("limiting its memory: %w", err)
	}
	return nil
}

// The kernel enforces the limit here.
const (
	memoryLimited = "RLIMIT_DATA"
	watchMemory   = false
)

// kills is how many processes the kernel had killed for want of memory when this was first asked for.
var kills = sync.OnceValue(outOfMemoryKills)

// probablyOutOfMemory reports whether the kernel has killed for want of memory since the first worker was started.
func probablyOutOfMemory() bool { return outOfMemoryKills() > kills() }

func outOfMemoryKills() int {
	f, err := os.Open("/proc/vmstat")
	if err != nil {
		return 0
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if text, ok := strings.CutPrefix(lines.Text(), "oom_kill "); ok {
			n, _ := strconv.Atoi(text)
			return n
		}
	}
	return 0
}
