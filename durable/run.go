package durable

import (
	"fmt"
	"io"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"example.com/overlap"
	"example.com/overlap/internal/outfile"
	"example.com/overlap/internal/resultline"
)

// Run is one run of a job whose results go to a [File]. Who drives the job makes the calls that [Remaining] gives,
// hands over their results ([Run.Add]), and closes it. [Stream] does all that. A Run is safe for concurrent use.
type Run struct {
	options File
	at      outfile.Location
	partial string
	scratch string // stands for it in a dry run that makes one; "" for none
	disk    disk
	keys    keys
	heading heading
	journal journal
	from    string // what had results before; "" for nothing
	isNew   bool   // the partial file was made by this run, and has nothing that is not elsewhere
	start   time.Time

	isFinishing atomic.Bool // the finished file is made
	isLeft      atomic.Bool // it is not to be made
	placing     sync.Mutex  // held while it is put in its place, and the partial one removed
	isPlaced    atomic.Bool // that has been done

	mu         sync.Mutex
	encoder    *resultline.Encoder // of what begin says itself
	contents   *contents
	stock      *stock // nil where inputs are compared by their place
	nextIndex  int    // of the next input
	open       map[int]key
	seen       seenInputs
	noMore     bool  // all inputs have been seen
	dropped    bool  // a call has not been made
	added      int64 // results of this run
	mayHaveRun int64 // calls of which that became the result
	noted      int64 // calls of this run that were noted before they began, and have no result
	closed     bool
}

// Add takes the result of a call as the text of a JSON object that begins with its index, {"index":7, and has at least
// one more member. It is written within a second, and outlasts a crash of the machine within five; a Flush is sooner.
// An error is that of writing, and stays: what was written before is whole. Add panics when no such call is open.
func (r *Run) Add(index int, object []byte, isFailure bool) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	k, ok := r.open[index]
	if at, rest, isIndexed := leadingIndex(object); !ok || !isIndexed || at != index || len(rest) < 2 {
		panic(fmt.Sprintf("durable: Add: no call %d is open, or this is not its result: %.80q", index, object))
	}
	r.ended(index)
	return r.cannotWrite(r.addResult(index, k, object, resultKind(isFailure)))
}

// AddFrom is [Run.Add] for a text that is too long to be in memory: object writes it in pieces of any length, which are
// written at once, while other methods wait. An error of object's own is returned as it is; nothing is kept of the text
// then, and the call is still open. It panics when no such call is open.
func (r *Run) AddFrom(index int, object io.WriterTo, isFailure bool) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	k, ok := r.open[index]
	if !ok {
		panic(fmt.Sprintf("durable: AddFrom: no call %d is open", index))
	}
	offset, bad, err := r.journal.appendFrom(object, k, resultKind(isFailure))
	if err == nil && bad != nil {
		return bad
	}
	r.ended(index)
	if err == nil {
		r.tookResult(index, offset, isFailure)
	}
	return r.cannotWrite(err)
}

// ended says that a call has its result. r.mu is held.
func (r *Run) ended(index int) {
	delete(r.open, index)
	if r.options.AtMostOnce {
		r.noted--
	}
}

func resultKind(isFailure bool) kind {
	if isFailure {
		return failed
	}
	return succeeded
}

// addResult writes a result. r.mu is held.
func (r *Run) addResult(index int, k key, object []byte, is kind) error {
	offset, err := r.journal.append(object, k, is)
	if err != nil {
		return err
	}
	r.tookResult(index, offset, is == failed)
	return nil
}

func (r *Run) tookResult(index int, offset int64, isFailure bool) {
	r.contents.took(index, offset, isFailure)
	r.added++
}

// place writes that an input has the result at an offset. r.mu is held.
func (r *Run) place(index int, k key, offset int64, isFailure bool) error {
	is := place
	if isFailure {
		is = placeOfFailure
	}
	var space [96]byte
	at, err := r.journal.append(appendPlace(space[:0], index, offset), k, is)
	if err != nil {
		return err
	}
	r.contents.took(index, at, isFailure)
	return nil
}

// note writes what becomes of a call that is to be made at most once. r.mu is held.
func (r *Run) note(index int, k key, is kind) error {
	var space [64]byte
	_, err := r.journal.append(append(appendIndex(space[:0], index), '}'), k, is)
	return err
}

// Drop says that a call has no result, since the job has come to its end before: it was canceled, has never started, or
// waited for another attempt. A later run makes it.
func (r *Run) Drop(index int, outcome overlap.Outcome) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	k, ok := r.open[index]
	if !ok {
		return nil
	}
	delete(r.open, index)
	r.dropped = true
	if !r.options.AtMostOnce || outcome != overlap.NeverStarted {
		return nil
	}
	r.noted--
	return r.cannotWrite(r.note(index, k, notBegun))
}

// Flush writes what has been added: it then outlasts this process, however that ends.
func (r *Run) Flush() error { return r.cannotWrite(r.journal.flush()) }

func (r *Run) cannotWrite(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("cannot write %s: %w; see to that first: what was written is whole, and then the same run again goes on from there",
		r.Partial(), err)
}

// Partial names the file that has the results until they are in their place.
func (r *Run) Partial() string {
	if r.options.Name == r.at.Path {
		return r.options.Name + partialSuffix
	}
	return r.partial
}

// newPartial makes the partial file what it is at the start of a job.
func (r *Run) newPartial() error {
	r.isNew = true
	if err := r.disk.truncate(r.journal.file, 0); err != nil {
		return err
	}
	if r.journal.file != nil {
		if err := outfile.MakeLike(r.journal.file, r.at.Info); err != nil {
			return err
		}
	}
	first := appendLine(holderLine(), r.heading.text(), key{}, header)
	if _, err := r.disk.writeAt(r.journal.file, first, 0); err != nil {
		return err
	}
	r.journal.size = int64(len(first))
	return r.makeSure()
}

// makeSure has the partial file and its name outlast a crash.
func (r *Run) makeSure() error {
	if err := r.disk.sync(r.journal.file); err != nil {
		return err
	}
	return r.disk.syncDir(filepath.Dir(r.partial))
}

// From names the file whose results this run has taken over: the partial file of one that did not finish, the finished
// one, or "" for none.
func (r *Run) From() string { return r.from }
