package durable

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"syscall"
	"time"

	"example.com/overlap/internal/outfile"
	"example.com/overlap/internal/resultline"
)

// File says where the results of a job go, and what becomes of those that are there.
type File struct {
	// Name is the file's. A symbolic link stays, and what it leads to is replaced.
	Name string
	// Job is what must be the same for a run to continue one that did not finish, by names that errors use: {"task":
	// "fetch"}. [Stream] adds the task.
	Job map[string]string
	// Ordered puts the results in the order of the inputs; otherwise they are in the order in which calls ended.
	Ordered bool
	// Key says what makes two inputs the same, where that is not all of an input. It gets inputs, and what JSON makes of
	// those that stand in a finished file: a Stream decodes them as its inputs.
	Key func(input any) string
	// KeyField is the same for inputs that are objects of JSON: a member whose value makes two of them the same. An input
	// without it is an error. "" has all of an input count, or Key.
	KeyField string
	// Chosen is what a run has chosen by itself and one that continues it must choose again, such as the number that a
	// random order follows from. [Unfinished] finds it.
	Chosen map[string]string

	// Resume takes over the results that there are for inputs that are the same, wherever these stand now, also from a
	// finished file. Only calls of new and changed inputs are made; results whose input is gone are left out.
	Resume bool
	// Fresh deletes what a run has left that did not finish.
	Fresh bool
	// RetryFailed makes the calls again that failed. Of a finished file, the others are taken over as by Resume.
	RetryFailed bool
	// AtMostOnce notes each call before it begins, and waits until the disk has that, which takes some milliseconds. A
	// call that was begun and has no result, since its run was killed or has canceled it, is not made again: its result
	// is the failure [ErrMayHaveRun]. So may be that of an input that was drawn and whose call was about to begin. A run
	// with it is continued with it, and one without it without: what has not been noted cannot be told, and what has been
	// must count. [Stream] adds [overlap.AtMostOnce], by which a worker that
	// dies is not the reason for another call either; whoever drives a job by [Remaining] adds it.
	AtMostOnce bool
	// DryRun only reads: [Remaining] gives the calls that would be made, and nothing is locked or written.
	DryRun bool

	// Total is how many inputs there are, for [Progress]; 0 if that is not known.
	Total int64
	// Progress is told by [Stream] where the job stands: at the beginning, at the end and about each second while calls
	// end, on the goroutine that takes the results.
	Progress func(Progress)

	disk   disk
	decode func(raw []byte) (any, error)
}

// ErrNotReplaceable says that a name is that of a device, a pipe or a descriptor. Nothing is durable there.
var ErrNotReplaceable = errors.New("it is not a regular file, and nothing can be continued there")

// Open begins a run, or continues one that did not finish, whose results are in the partial file: beside the file, with
// .part behind its name. It fails with a [HeldError] when another process writes it, with a [DifferentError] when the
// partial file is of another job, with ErrUnreadable when it is damaged where it says of which, and with
// ErrNotReplaceable. A partial file of a process that has been killed is waited for, up to a second, where a child of that
// still has it. Who has opened a run closes it. Open reads the partial file, and with Resume copies a finished one,
// which takes seconds where there are millions of results.
func Open(file File) (*Run, error) {
	at, ok, err := outfile.Locate(file.Name)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fmt.Errorf("cannot write %s: %w", file.Name, ErrNotReplaceable)
	}
	r := &Run{
		options: file, at: at, partial: at.Path + partialSuffix, disk: file.disk, open: map[int]key{},
		encoder: resultline.NewEncoder(), start: time.Now(),
		keys: keys{own: file.Key, field: file.KeyField, decode: file.decode, encoder: resultline.NewEncoder()},
		heading: heading{
			Version: version, Job: maps.Clone(file.Job), Chosen: file.Chosen, Key: file.KeyField, Ordered: file.Ordered,
			AtMostOnce: file.AtMostOnce,
		},
	}
	if r.keys.decode == nil {
		r.keys.decode = decodeAny
	}
	r.disk.isDry, r.journal.isDry = file.DryRun, file.DryRun
	if _, err := os.Lstat(r.partial + newSuffix); errors.Is(err, syscall.ENAMETOOLONG) { // which would be found out at the end
		return nil, fmt.Errorf("cannot write %s: its name is too long for %s behind it, under which the results are "+
			"until they are in their place: give one that is %d bytes shorter",
			file.Name, partialSuffix+newSuffix, len(partialSuffix+newSuffix))
	}
	partial, err := openPartial(file.Name, r.partial, file.DryRun)
	if _, isHeld := errors.AsType[*HeldError](err); isHeld {
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("cannot write %s: %w", r.Partial(), reason(err))
	}
	if err := refuseForeign(partial, r.partial, at.Info); err != nil {
		_ = partial.Close()
		return nil, fmt.Errorf("cannot use %s: %w", r.Partial(), err)
	}
	r.journal.disk, r.journal.file = r.disk, partial
	if err := r.beginOrContinue(); err != nil {
		if !file.DryRun {
			r.removeIfNew()
		}
		_ = r.journal.file.Close()
		r.removeScratch()
		if _, isDifferent := errors.AsType[*DifferentError](err); isDifferent {
			return nil, err
		}
		return nil, fmt.Errorf("cannot use %s: %w", r.Partial(), err)
	}
	if !file.DryRun {
		r.journal.start()
	}
	return r, nil
}

// Beside returns the names of what a run makes beside the file at path, whose links have been followed: the partial
// file, and what becomes the finished one.
func Beside(path string) (partial, finished string) {
	return path + partialSuffix, path + partialSuffix + newSuffix
}

// Unfinished reports whether a run of the file did not finish, and what that has chosen by itself ([File].Chosen).
func Unfinished(name string) (chosen map[string]string, ok bool) {
	at, ok, err := outfile.Locate(name)
	if err != nil || !ok {
		return nil, false
	}
	file, err := openPartial(name, at.Path+partialSuffix, true)
	if err != nil || file == nil {
		return nil, false
	}
	defer file.Close() // it was only read
	info, err := file.Stat()
	if err != nil {
		return nil, false
	}
	var first line
	if more, err := newScanner(file, int64(holderLength), info.Size()).next(&first); err != nil || !more {
		return nil, false
	}
	if first.kind != header {
		return nil, false
	}
	is, err := readHeading(file, &first)
	return is.Chosen, err == nil
}
