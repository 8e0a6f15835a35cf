package process

import "sync/atomic"

// Cgroup has each worker started in a cgroup of its own in dir, a directory of cgroup v2 that has been delegated to
// this program and has no processes itself. When a worker ends, all that it started is killed with it, also what is in
// a session of its own, and [MemoryLimit] bounds all of that together. The cgroups are removed with their workers;
// those of a program that was killed are swept by the next pool on dir.
//
// It is for delegation by other means than systemd. A program that is run by
//
//	systemd-run --user --scope -p Delegate=yes PROGRAM
//
// needs no Cgroup: MemoryLimit finds what is delegated to it.
//
// It takes Linux 5.7; before 5.14 what has left the worker's process group is not killed. A program that is not root
// must itself be in a cgroup below one that it may write, and dir must be below that too. That dir cannot be used, as
// it is no cgroup v2, may not be written, or cannot limit memory though that is wanted, is the error of the jobs on the
// pool. Cgroup panics when dir is empty.
func Cgroup(dir string) Option {
	if dir == "" {
		panic("overlap: process.Cgroup: no directory given")
	}
	return option(func(s *settings) { s.cgroups.given = dir })
}

// cgroups is where the workers of a pool have a cgroup each.
type cgroups struct {
	given   string
	home    atomic.Pointer[string] // nil: they have none
	refusal error                  // why what was given cannot be it
}

// cgroup is a worker's own.
type cgroup struct {
	dir   string // "": it has none
	kills int    // of processes in it, for want of memory; −1 if unknown
	peak  int64  // memory in bytes, 0 if unknown
}
