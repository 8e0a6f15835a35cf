package tune

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// ThreadsLeft is how many more processes and threads the system lets this process have: by RLIMIT_NPROC, which counts all
// of the user, and by the pids controllers of the cgroups around it (v1 and v2); math.MaxInt where there is no limit. It
// reports false where that could not be read, as where descriptors have run out.
func ThreadsLeft() (left int, ok bool) {
	left, ok = userThreadsLeft()
	groups, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return left, ok && errors.Is(err, fs.ErrNotExist)
	}
	for _, dir := range pidsGroups(string(groups)) {
		text, err := os.ReadFile(filepath.Join(dir, "pids.max"))
		if err != nil {
			ok = ok && errors.Is(err, fs.ErrNotExist)
			continue
		}
		most, err := strconv.Atoi(strings.TrimSpace(string(text)))
		if err != nil {
			continue // "max"
		}
		now, known := readNumber(filepath.Join(dir, "pids.current"))
		left, ok = min(left, max(0, most-int(now))), ok && known
	}
	return left, ok
}

// fewProcesses is up to what limit the processes and threads of the user are counted, which costs some microseconds a
// process. Of a higher one there is enough left for any job, whatever the others have.
const fewProcesses = 1 << 14

// userThreadsLeft is how many more the user may have by RLIMIT_NPROC, which does not hold for root.
func userThreadsLeft() (left int, ok bool) {
	limits, err := os.ReadFile("/proc/self/limits")
	if err != nil {
		return math.MaxInt, errors.Is(err, fs.ErrNotExist)
	}
	left = processLimit(string(limits))
	switch {
	case left > fewProcesses:
		return left, true
	case isRoot():
		return math.MaxInt, true
	}
	return max(0, left-threadsOf(os.Getuid())), true
}

// isRoot reports whether the user is root, also outside of all user namespaces.
func isRoot() bool {
	if os.Getuid() != 0 {
		return false
	}
	ids, err := os.ReadFile("/proc/self/uid_map")
	fields := strings.Fields(string(ids))
	return err != nil || len(fields) == 3 && fields[0] == "0" && fields[1] == "0" && fields[2] == strconv.Itoa(math.MaxUint32)
}

// threadsOf is how many threads the processes of a user have, all together, as far as they are to be seen.
func threadsOf(user int) (n int) {
	folder, err := os.Open("/proc")
	if err != nil {
		return 0
	}
	defer folder.Close()
	names, _ := folder.Readdirnames(-1)
	for _, name := range names {
		if _, err := strconv.Atoi(name); err != nil {
			continue
		}
		if owner, threads := threadsOfProcess(name); owner == user {
			n += threads
		}
	}
	return n
}

// ownThreads is how many threads this process has.
func ownThreads() int {
	_, threads := threadsOfProcess("self")
	return threads
}

// threadsOfProcess is whose a process is, and how many threads it has: there is a folder for each. That takes no descriptor.
func threadsOfProcess(name string) (user, threads int) {
	var stat syscall.Stat_t
	if syscall.Stat("/proc/"+name+"/task", &stat) != nil {
		return -1, 0
	}
	return int(stat.Uid), max(0, int(stat.Nlink)-2)
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
