package durable

import (
	"bytes"
	"errors"
	"io"
	"os"
)

// ErrUnreadable says that a partial file is damaged where it says of which job its results are. Nothing can be continued
// then, and nothing is deleted but with [File].Fresh.
var ErrUnreadable = errors.New("it is damaged in the line that says of which job it is: move it away")

// contents is what a partial file has.
type contents struct {
	heading heading // the last one
	exists  bool    // there is a heading
	isEmpty bool    // nothing would be lost with the file: it has no results, notes or damaged lines
	from    int64   // behind it: the results from here on are at the indexes of the inputs
	end     int64   // behind the last undamaged line
	damaged int64   // lines that are not what was written
	lines   int64   // that are undamaged

	done     indexSet         // inputs whose calls are not to be made again
	failures indexSet         // those whose last result is a failure
	digest   digest           // of the inputs in done
	redone   map[int]int64    // inputs with several lines, and where the last one is
	begun    map[int]key      // calls that were begun, and have no result
	lost     map[key]int64    // the same of earlier headings, by content: how many of each
	results  int64            // inputs that have any result
	retry    func(*line) bool // whether a result is one that is to be made again
}

// load reads what is in a partial file behind its first line. One whose writer was killed while it made the file has
// nothing.
func load(file *os.File, size int64, retryFailed bool) (*contents, error) {
	c := &contents{isEmpty: true, lost: map[key]int64{}, retry: func(l *line) bool { return retryFailed && l.kind.isFailure() }}
	c.reset(0)
	s := newScanner(file, int64(holderLength), size)
	for {
		var l line
		more, err := s.next(&l)
		if err != nil {
			return nil, reason(err)
		}
		if !more {
			break
		}
		c.lines++
		switch {
		case l.kind == header:
			if c.heading, err = readHeading(file, &l); err != nil {
				return nil, err
			}
			c.exists = true
			c.reset(l.offset + l.size)
		case !c.exists:
			return nil, ErrUnreadable
		default:
			c.add(&l)
			c.isEmpty = false
		}
	}
	if !c.exists {
		if err := checkBeginning(file, size); err != nil {
			return nil, err
		}
	}
	c.end, c.damaged = s.end, s.damaged
	c.isEmpty = c.isEmpty && s.damaged+s.bad == 0
	return c, nil
}

// mostOfBeginning is more than the first lines of a partial file ever are.
const mostOfBeginning = 1 << 20

// checkBeginning returns nil if a partial file without a heading is one whose run was killed while it made the file,
// before any call: then the heading, which is one line, has no end. Whatever has more lines may have had results.
func checkBeginning(file *os.File, size int64) error {
	if size > mostOfBeginning {
		return ErrUnreadable
	}
	text := make([]byte, size)
	if size > 0 {
		if _, err := file.ReadAt(text, 0); err != nil && err != io.EOF {
			return reason(err)
		}
	}
	if end := bytes.IndexByte(text, '\n'); end >= 0 && (end != holderLength-1 || bytes.IndexByte(text[end+1:], '\n') >= 0) {
		return ErrUnreadable
	}
	return nil
}

// reset begins anew behind a heading: what was before is only found by content.
func (c *contents) reset(from int64) {
	for _, k := range c.begun {
		c.lost[k]++
	}
	c.from, c.results = from, 0
	c.done, c.failures, c.digest = indexSet{}, indexSet{}, digest{}
	c.redone, c.begun = map[int]int64{}, map[int]key{}
}

// add takes a line.
func (c *contents) add(l *line) {
	switch {
	case l.kind == begun:
		c.begun[l.index] = l.key
		return
	case l.kind == notBegun:
		delete(c.begun, l.index)
		return
	case !l.kind.isResult() && !l.kind.isPlace():
		return
	}
	delete(c.begun, l.index)
	if c.lost[l.key] > 0 {
		c.lost[l.key]--
	}
	c.took(l.index, l.offset, l.kind.isFailure())
	if !c.retry(l) && c.done.add(l.index) {
		c.digest.add(l.index, l.key)
	}
}

// took says that an input has a result, by the line at an offset.
func (c *contents) took(index int, offset int64, isFailure bool) {
	if c.done.has(index) || c.failures.has(index) {
		c.redone[index] = offset
	} else {
		c.results++
	}
	if isFailure {
		c.failures.add(index)
	} else {
		c.failures.remove(index)
	}
}
