package overlap

import (
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// threadsLeft is how many more threads the system lets this process have: by RLIMIT_NPROC, which counts all processes
// of the user and so is an upper bound, and by the pids controllers of the cgroups around it (v1 and v2).
func threadsLeft() int {
	left := math.MaxInt
	if limits, err := os.ReadFile("/proc/self/limits"); err == nil {
		left = processLimit(string(limits))
	}
	groups, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return left
	}
	for _, dir := range pidsGroups(string(groups)) {
		most, err := number(filepath.Join(dir, "pids.max"))
		if err != nil {
			continue // no file, or "max"
		}
		now, _ := number(filepath.Join(dir, "pids.current"))
		left = min(left, max(0, most-now))
	}
	return left
}

// processLimit reads the soft limit of processes out of /proc/self/limits.
func processLimit(limits string) int {
	for line := range strings.Lines(limits) {
		if rest, ok := strings.CutPrefix(line, "Max processes"); ok {
			if fields := strings.Fields(rest); len(fields) > 0 {
				if n, err := strconv.Atoi(fields[0]); err == nil {
					return n
				}
			}
		}
	}
	return math.MaxInt
}

// pidsGroups are the folders of the cgroups, from the process's own to the root, that may limit its threads. groups is
// /proc/self/cgroup: lines of hierarchy, controllers and path.
func pidsGroups(groups string) []string {
	var dirs []string
	for line := range strings.Lines(groups) {
		fields := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(fields) != 3 {
			continue
		}
		root := "/sys/fs/cgroup"
		switch {
		case fields[1] == "": // v2
		case strings.Contains(","+fields[1]+",", ",pids,"):
			root += "/pids"
		default:
			continue
		}
		for path := filepath.Clean("/" + fields[2]); ; path = filepath.Dir(path) {
			dirs = append(dirs, filepath.Join(root, path))
			if path == "/" {
				break
			}
		}
	}
	return dirs
}

func number(file string) (int, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(string(text)))
}
