//go:build unix

package command

import (
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// A command's write to a full disk fails for the command, and we are not told. So the space is looked at when a command
// ends, when a file is given up, since that makes space again, and ten times a second meanwhile. A command that ran
// while there was next to none may have been cut.

// space is what is known of a folder for outputs.
type space struct {
	folder   string
	fulls    atomic.Int64 // how often its file system has been found full
	active   atomic.Int64 // commands that run whose outputs are there
	watching atomic.Bool  // a timer looks at it
}

// spaceFor is that of the folder in which an input has its command's outputs.
func (r *Runner) spaceFor(in Input) *space {
	if in.Results != "" {
		return r.spaceOf(string(in.Results))
	}
	return r.spaceOf(r.options.TempDir)
}

func (r *Runner) spaceOf(folder string) *space {
	known, ok := r.spaces.Load(folder)
	if !ok {
		known, _ = r.spaces.LoadOrStore(folder, &space{folder: folder})
	}
	return known.(*space)
}

// mayBeCut says that the outputs of a command may not be whole; nil if they are.
func (e *execution) mayBeCut(s *streams) error {
	out := s.outputs[0]
	if !out.open {
		return nil
	}
	e.space.look(out.fd)
	if e.space.fulls.Load() == e.seen {
		return nil
	}
	flag := "--tmpdir"
	if out.path != "" {
		flag = "--results"
	}
	return fail(DiskFull, e.name, syscall.ENOSPC, "what it printed may have been cut: no space was left for it in %s: "+
		"make room, run fewer at once (-j), or name another folder with %s", Quote(e.space.folder), flag)
}

// look counts a file system that is full, as one that a file is on.
func (s *space) look(fd int) {
	var at unix.Statfs_t
	if unix.Fstatfs(fd, &at) == nil && isFull(&at) {
		s.fulls.Add(1)
	}
}

// isFull reports whether there is next to no space, which a file system may keep when it refuses a write.
func isFull(at *unix.Statfs_t) bool {
	size, blocks := uint64(at.Bsize), uint64(at.Blocks)
	return blocks > 0 && uint64(at.Bavail)*size < min(1<<20, blocks*size/64+1)
}

// watch has the space looked at while commands run whose outputs are in the folder.
func (s *space) watch() {
	if s.active.Add(1) == 1 && s.watching.CompareAndSwap(false, true) {
		time.AfterFunc(lookEvery, s.lookAgain)
	}
}

const lookEvery = 100 * time.Millisecond

func (s *space) lookAgain() {
	if s.active.Load() == 0 {
		s.watching.Store(false)
		return
	}
	var at unix.Statfs_t
	if unix.Statfs(s.folder, &at) == nil && isFull(&at) {
		s.fulls.Add(1)
	}
	time.AfterFunc(lookEvery, s.lookAgain)
}
