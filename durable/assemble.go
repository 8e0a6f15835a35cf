package durable

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"sync/atomic"

	"example.com/overlap/internal/figures"
	"example.com/overlap/internal/outfile"
)

const newSuffix = ".new"

// makeFinished makes the finished file of the partial one, beside its place. The partial one stays.
func (r *Run) makeFinished() (path string, err error) {
	path = r.partial + newSuffix
	// What has come there since the run began is not written to: it may be a link to another file.
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return path, fmt.Errorf("cannot make %s: %w", r.Partial()+newSuffix, reason(err))
	}
	final := &finalFile{disk: r.disk, file: file, isLeft: &r.isLeft}
	err = outfile.MakeLike(file, r.at.Info)
	if err == nil {
		err = r.writeResults(final)
	}
	if err == nil {
		err = r.disk.sync(file)
	}
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err != nil {
		_ = os.Remove(path)
	}
	return path, err
}

// putInPlace gives the finished file its name. r.placing is held.
func (r *Run) putInPlace(path string) error {
	err := errLeft
	if !r.isLeft.Load() {
		err = r.disk.rename(path, r.at.Path)
	}
	if err != nil {
		_ = os.Remove(path)
		return err
	}
	return r.disk.syncDir(filepath.Dir(r.at.Path))
}

// finalFile is written from its beginning to its end.
type finalFile struct {
	disk   disk
	file   *os.File
	size   int64
	unsent []byte
	lines  int
	isLeft *atomic.Bool // it is not wanted any more
}

// addAt adds the line at an offset of a partial file.
func (f *finalFile) addAt(lines *reader, offset int64, index int) error {
	text, err := lines.line(offset)
	switch {
	case err == errLong:
		return f.copy(lines.file, offset, index)
	case err != nil:
		return err
	}
	return f.add(text, index)
}

func (f *finalFile) add(text []byte, index int) error {
	f.unsent = appendFinal(f.unsent, text, index)
	f.lines++
	if len(f.unsent) < readAhead {
		return nil
	}
	return f.flush()
}

// copy adds a line that is too long to be in memory.
func (f *finalFile) copy(from *os.File, offset int64, index int) error {
	in := bufio.NewReaderSize(io.NewSectionReader(from, offset, math.MaxInt64-offset), readAhead)
	for isFirst := true; ; isFirst = false {
		text, err := in.ReadSlice('\n')
		if err != nil && err != bufio.ErrBufferFull {
			return reason(err)
		}
		if isFirst {
			_, text, _ = leadingIndex(text)
			f.unsent = appendIndex(f.unsent, index)
		}
		f.unsent = append(f.unsent, text...)
		if err == nil {
			break
		}
		if err := f.flushBut(trailerLength); err != nil { // what may be the trailer waits until it is known
			return err
		}
	}
	f.unsent = append(f.unsent[:len(f.unsent)-trailerLength], "}\n"...)
	f.lines++
	return f.flush()
}

func (f *finalFile) flush() error { return f.flushBut(0) }

// flushBut writes what waits, but for the last bytes.
func (f *finalFile) flushBut(last int) error {
	now := f.unsent[:max(0, len(f.unsent)-last)]
	switch {
	case f.isLeft.Load():
		return errLeft
	case len(now) == 0:
		return nil
	}
	n, err := f.disk.writeAt(f.file, now, f.size)
	f.size += int64(n)
	f.unsent = append(f.unsent[:0], f.unsent[len(now):]...)
	return err
}

// writeResults writes the last result of each input.
func (r *Run) writeResults(to *finalFile) error {
	var err error
	if r.heading.Ordered {
		err = r.writeOrdered(to)
	} else {
		err = r.writeInOrderOfEnds(to)
	}
	if err == nil {
		err = to.flush()
	}
	if err == nil && to.lines != r.nextIndex {
		err = errDamaged(r.nextIndex - to.lines)
	}
	return err
}

func errDamaged(missing int) error {
	return fmt.Errorf("%s cannot be read any more: the same run again makes them anew",
		figures.Counted(missing, "result", "results"))
}

// isLast reports whether a line is the one that counts for its index.
func (r *Run) isLast(l *line) bool {
	if !l.kind.isResult() && !l.kind.isPlace() {
		return false
	}
	last, again := r.contents.redone[l.index]
	return !again || last == l.offset
}

// resultAt is where the result is that a line says.
func (l *line) resultAt() int64 {
	if l.kind.isPlace() {
		return l.at
	}
	return l.offset
}

func (r *Run) writeInOrderOfEnds(to *finalFile) error {
	lines := newScanner(r.journal.file, r.contents.from, r.journal.size)
	results := reader{file: r.journal.file}
	for {
		var l line
		more, err := lines.next(&l)
		if err != nil || !more {
			return reason(err)
		}
		if !r.isLast(&l) {
			continue
		}
		if lines.text == nil || l.kind.isPlace() {
			err = to.addAt(&results, l.resultAt(), l.index)
		} else {
			err = to.add(lines.text, l.index)
		}
		if err != nil {
			return err
		}
	}
}

// atATime is how many inputs are put in order at once, in so many words of memory.
const atATime = 128 * pageBits

// writeOrdered goes over the partial file once for each so many inputs, but only where their lines are: calls end
// nearly in the order of their inputs.
func (r *Run) writeOrdered(to *finalFile) error {
	offsets := make([]int64, min(atATime, r.nextIndex))
	results := reader{file: r.journal.file}
	from := r.contents.from
	for first := 0; first < r.nextIndex; first += atATime {
		n := min(atATime, r.nextIndex-first)
		found, next, err := r.findResults(offsets[:n], first, from)
		if err != nil {
			return err
		}
		if found < n {
			return errDamaged(n - found)
		}
		from = next
		for i, offset := range offsets[:n] {
			if err := to.addAt(&results, offset, first+i); err != nil {
				return err
			}
		}
	}
	return nil
}

// findResults finds where the results of the indexes from first on are, and before where those after them are not.
func (r *Run) findResults(offsets []int64, first int, from int64) (found int, next int64, err error) {
	lines := newScanner(r.journal.file, from, r.journal.size)
	next = -1
	for found < len(offsets) {
		var l line
		more, err := lines.next(&l)
		if err != nil {
			return 0, 0, reason(err)
		}
		if !more {
			break
		}
		if !r.isLast(&l) {
			continue
		}
		switch i := l.index - first; {
		case i >= len(offsets):
			if next < 0 {
				next = l.offset
			}
		case i >= 0:
			offsets[i] = l.resultAt()
			found++
		}
	}
	if next < 0 {
		next = lines.offset
	}
	return found, next, nil
}
