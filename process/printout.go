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
	// Cut is how many bytes were printed between the first and the last 512 KB. Text has only those, and a line between
	// them that says so.
	Cut int64
}

// mostPrinted is how many bytes of a call's output are kept from its beginning, and how many from its end.
const mostPrinted = 512 << 10

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
	end  []byte // of a long text: the last of what follows
	cut  int64  // what is missing in between
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
		if s.end != nil {
			s.end = bytes.TrimSuffix(s.end, []byte("\n")) // setMark's
		} else {
			s.text = bytes.TrimSuffix(s.text, []byte("\n"))
		}
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
	if len(s.text) < mostPrinted {
		s.text = append(append(s.text, line...), '\n')
		return
	}
	s.end = append(append(s.end, line...), '\n')
	if over := len(s.end) - mostPrinted; over > mostPrinted {
		s.end = append(s.end[:0], s.end[over:]...)
		s.cut += int64(over)
	}
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
	if over := len(s.end) - mostPrinted; over > 0 {
		s.end = s.end[over:]
		s.cut += int64(over)
	}
	if s.cut > 0 {
		s.text = fmt.Appendf(s.text, "… %d bytes are left out here …\n", s.cut)
	}
	if s.text = append(s.text, s.end...); len(bytes.TrimSpace(s.text)) > 0 {
		p.Text, p.Cut = s.text, s.cut
		s.take(p)
	}
	s.now, s.text, s.end, s.cut = 0, nil, nil, 0
}
