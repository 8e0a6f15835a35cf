package durable

import (
	"errors"
	"fmt"
	"os"
	"runtime"
)

// Close ends the run. When each input has its result, it makes the finished file of them, puts that in its place, and
// reports true. Otherwise they stay in the partial file; one that has neither results nor notes of calls that began is
// removed. [Run.Leave] has it do without the finished file. An error says where they are. A second Close does nothing and
// reports false. Close waits for the disk.
func (r *Run) Close() (finished bool, err error) {
	r.mu.Lock()
	wasClosed := r.closed
	r.closed = true
	complete := r.noMore && !r.dropped && len(r.open) == 0
	isEmpty := r.isNew && r.added == 0 && r.noted == 0
	r.mu.Unlock()
	if wasClosed {
		return false, nil
	}
	defer r.journal.file.Close() // all is on the disk by then
	if r.options.DryRun {
		_ = r.journal.file.Close()
		r.removeScratch()
		return false, nil
	}
	if err := r.journal.end(); err != nil {
		return false, r.cannotWrite(err)
	}
	switch {
	case complete:
		return r.finish()
	case isEmpty:
		_ = r.removePartial()
	}
	return false, nil
}

// finish makes the finished file, puts it in its place and removes the partial one, unless somebody has the run leave
// that. It reports whether the finished file is there.
func (r *Run) finish() (finished bool, err error) {
	r.isFinishing.Store(true)
	path, err := r.makeFinished()
	r.placing.Lock()
	defer r.placing.Unlock()
	if err == nil {
		err = r.putInPlace(path)
	}
	switch {
	case errors.Is(err, errLeft):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("cannot put the results in their place, %s: %w; %s", r.options.Name, err, r.whereabouts())
	}
	r.isPlaced.Store(true)
	if err := r.removePartial(); err != nil {
		return true, fmt.Errorf("cannot remove %s, which is not needed any more: %w", r.Partial(), err)
	}
	return true, nil
}

// removePartial removes the partial file, unless somebody has put another one under its name meanwhile.
func (r *Run) removePartial() error {
	ours, err := r.journal.file.Stat()
	now, errNow := os.Lstat(r.partial)
	if err == nil && errNow == nil && !os.SameFile(ours, now) {
		return nil
	}
	if runtime.GOOS == "windows" { // where no open file can be removed
		_ = r.journal.file.Close()
	}
	return r.disk.remove(r.partial)
}

// whereabouts says where results are that could not be put in their place.
func (r *Run) whereabouts() string {
	if _, err := os.Lstat(r.partial); err != nil {
		return "nor are they in " + r.Partial() + " any more, where they were written"
	}
	return "they are in " + r.Partial() + ", whole, and the same run again puts them there"
}

// removeIfNew removes a partial file that has no results, or only those of the finished file.
func (r *Run) removeIfNew() {
	if info, err := r.journal.file.Stat(); r.isNew || err == nil && info.Size() == 0 {
		_ = os.Remove(r.partial)
	}
}

func (r *Run) removeScratch() {
	if r.scratch != "" {
		_ = os.Remove(r.scratch)
	}
}
