//go:build unix

package command

import (
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// A command's write to a full disk fails for the command, and we are not told. So the space is looked at when a command
// ends, when a file is given up, since that makes space again, and ten times a second meanwhile. A command that ran
// while there was next to none may have been cut.

// mayBeCut says that the outputs of a command may not be whole; nil if they are.
func (e *execution) mayBeCut(s *streams) error {
	r := e.runner
	out := s.outputs[0]
	if !out.open {
		return nil
	}
	r.look(out.fd)
	if r.fulls.Load() == e.seen {
		return nil
	}
	folder, flag := r.options.TempDir, "--tmpdir"
	if out.path != "" {
		folder, flag = filepath.Dir(filepath.Dir(out.path)), "--results" // above that of the command
	}
	return fail(DiskFull, e.name, syscall.ENOSPC, "what it printed may have been cut: no space was left for it in %s: "+
		"make room, run fewer at once (-j), or name another folder with %s", Quote(folder), flag)
}

// look counts a file system that is full, as one that a file is on.
func (r *Runner) look(fd int) {
	var at unix.Statfs_t
	if unix.Fstatfs(fd, &at) == nil && isFull(&at) {
		r.fulls.Add(1)
	}
}

// isFull reports whether there is next to no space, which a file system may keep when it refuses a write.
func isFull(at *unix.Statfs_t) bool {
	size, blocks := uint64(at.Bsize), uint64(at.Blocks)
	return blocks > 0 && uint64(at.Bavail)*size < min(1<<20, blocks*size/64+1)
}

// watchSpace has the space looked at while commands run whose outputs are in the folder for them.
func (r *Runner) watchSpace() {
	if r.active.Add(1) == 1 && r.watching.CompareAndSwap(false, true) {
		time.AfterFunc(lookEvery, r.lookAgain)
	}
}

const lookEvery = 100 * time.Millisecond

func (r *Runner) lookAgain() {
	if r.active.Load() == 0 {
		r.watching.Store(false)
		return
	}
	var at unix.Statfs_t
	if unix.Statfs(r.options.TempDir, &at) == nil && isFull(&at) {
		r.fulls.Add(1)
	}
	time.AfterFunc(lookEvery, r.lookAgain)
}
