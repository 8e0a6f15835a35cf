package process

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"sync"
)

// Printout is what a call printed.
type Printout struct {
	Worker string
	Task   string
	Index  int // the call's, in its job
	Text   []byte
}

// marksVariable asks a worker to mark in its output where calls begin and end.
const marksVariable = "OVERLAP_MARKS"

const mark = "\x00overlap "

// setMark marks the begin of the call with a number, or the end of any with 0. The pipe keeps the order.
func setMark(seq uint64) { fmt.Fprintf(os.Stderr, "\n%s%d\n", mark, seq) }

// sorter gives each call its part of a worker's output.
type sorter struct {
	worker string
	take   func(Printout)
	rest   func(string, []byte) // of what no call printed

	mu    sync.Mutex
	calls map[uint64]Printout // by number, without text

	now  uint64
	text []byte
}

// expect says which call has a number.
func (s *sorter) expect(seq uint64, task string, index int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[seq] = Printout{Worker: s.worker, Task: task, Index: index}
}

// forget is for a call that was not made.
func (s *sorter) forget(seq uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.calls, seq)
}

// line takes a line of output.
func (s *sorter) line(worker string, line []byte) {
	if number, ok := bytes.CutPrefix(line, []byte(mark)); ok {
		s.text = bytes.TrimSuffix(s.text, []byte("\n")) // setMark's
		s.flush()
		s.now, _ = strconv.ParseUint(string(number), 10, 64)
		return
	}
	if s.now == 0 {
		if len(line) > 0 {
			s.rest(worker, line)
		}
		return
	}
	s.text = append(append(s.text, line...), '\n')
}

// flush hands over what the call at hand has printed.
func (s *sorter) flush() {
	if s.now == 0 {
		return
	}
	s.mu.Lock()
	p := s.calls[s.now]
	delete(s.calls, s.now)
	s.mu.Unlock()
	if len(bytes.TrimSpace(s.text)) > 0 {
		p.Text = s.text
		s.take(p)
	}
	s.now, s.text = 0, nil
}
