package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
)

// LongestLine is how many bytes a line may have where a [Text] says nothing else.
const LongestLine = 16 << 20

// Text is how a text is read. The zero Text is lines: they end with \n or \r\n, the last one needs no end, blank
// ones are left out, and so is a UTF-8 byte order mark at the beginning. Bytes that are not UTF-8 stay as they are.
type Text struct {
	// Null has items end with a NUL byte instead, as find -print0 and sort -z write them. Nothing is left out then,
	// and nothing changed.
	Null bool
	// Comments leaves out lines that begin with #.
	Comments bool
	// Longest is how many bytes an item may have; 0 is [LongestLine].
	Longest int
}

// TooLongError is a line, or a row of CSV, that is longer than it may be.
type TooLongError struct {
	From    string
	Line    int
	Longest int // how many bytes it may have
}

func (e *TooLongError) Error() string {
	return fmt.Sprintf("%s:%d: the line is longer than %s: give such inputs as files, and their names as lines",
		e.From, e.Line, inUnits(e.Longest))
}

// inUnits is a number of bytes for a message.
func inUnits(n int) string {
	switch {
	case n >= 1<<20 && n%(1<<20) == 0:
		return fmt.Sprintf("%d MiB", n>>20)
	case n >= 1<<10 && n%(1<<10) == 0:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}

// Items is the [Format] of such a text. An item comes as soon as its end has been read, so a pipe that stays open holds
// up none that is complete. Its errors are a *[TooLongError], that the text is UTF-16 ([ErrUTF16]), or the reader's,
// which comes without the half of a line before it. One line at a time is held in memory, and 64 KiB.
func (t Text) Items(r io.Reader, from string) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		s := newScanner(t, r, from)
		for {
			line, err := s.next()
			switch {
			case err == io.EOF:
				return
			case err != nil:
				yield(Item{}, err)
				return
			}
			if !yield(Item{Text: string(line), From: from, Line: s.number}, nil) {
				return
			}
		}
	}
}

func newScanner(t Text, r io.Reader, from string) *scanner {
	if t.Longest <= 0 {
		t.Longest = LongestLine
	}
	return &scanner{Text: t, r: r, from: from}
}

// scanner finds the items of a text.
type scanner struct {
	Text
	r      io.Reader
	from   string
	buffer []byte
	have   []byte // in the buffer, not given yet
	number int    // of the last line, from 1; those that are left out count
	start  int64  // of the last line, from where reading began
	end    int64  // of the last line and what ends it
	err    error  // the reader's
}

// next is the item that follows, until the next call of next; io.EOF when there is none.
func (s *scanner) next() ([]byte, error) {
	for {
		line, err := s.line()
		if err != nil || !s.leavesOut(line) {
			return line, err
		}
	}
}

// line is the line that follows.
func (s *scanner) line() ([]byte, error) {
	end := byte('\n')
	if s.Null {
		end = 0
	}
	for searched := 0; ; {
		if i := bytes.IndexByte(s.have[searched:], end); i >= 0 {
			return s.take(searched+i, 1)
		}
		searched = len(s.have)
		switch {
		case searched > s.Longest+len("\r")+len(byteOrderMark):
			return nil, &TooLongError{s.from, s.number + 1, s.Longest}
		case s.err == io.EOF && searched > 0:
			return s.take(searched, 0)
		case s.err == io.EOF:
			return nil, io.EOF
		case s.err != nil:
			return nil, fmt.Errorf("cannot read %s after line %d: %w", s.from, s.number, s.err)
		}
		s.fill()
	}
}

// take takes a line of n bytes, and what ends it.
func (s *scanner) take(n, end int) ([]byte, error) {
	line := s.have[:n]
	s.have = s.have[n+end:]
	s.start, s.end = s.end, s.end+int64(n+end)
	s.number++
	if !s.Null {
		if s.number == 1 {
			if isUTF16(line) {
				return nil, utf16Error(s.from)
			}
			line = bytes.TrimPrefix(line, byteOrderMark)
		}
		line = bytes.TrimSuffix(line, []byte("\r"))
	}
	if len(line) > s.Longest {
		return nil, &TooLongError{s.from, s.number, s.Longest}
	}
	return line, nil
}

// fill reads more behind what is there.
func (s *scanner) fill() {
	const least = 64 << 10
	switch n := len(s.have); {
	case n == 0 && s.buffer != nil:
		s.have = s.buffer[:0]
	case cap(s.have)-n >= least/2: // a pipe gives little at a time, and a long line is not copied for each
	case n < cap(s.buffer)/2: // what is read by the call that follows is worth the copy
		s.have = append(s.buffer[:0], s.have...)
	default:
		s.buffer = append(make([]byte, 0, max(least, 2*n)), s.have...)
		s.have = s.buffer
	}
	for range 100 { // as bufio does: a reader that gives nothing again and again is broken
		n, err := s.r.Read(s.have[len(s.have):cap(s.have)])
		s.have, s.err = s.have[:len(s.have)+n], err
		if n > 0 || err != nil {
			return
		}
	}
	s.err = io.ErrNoProgress
}

// leavesOut reports whether a line is no item: a blank one, or a comment.
func (s *scanner) leavesOut(line []byte) bool {
	if s.Null {
		return false
	}
	if len(line) > 0 && line[0] > ' ' { // most lines, quickly
		return line[0] == '#' && s.Comments
	}
	return len(bytes.TrimSpace(line)) == 0
}

// isUTF16 reports whether a first line is UTF-16: it has that byte order mark, or every other byte is zero.
func isUTF16(line []byte) bool {
	if bytes.HasPrefix(line, []byte("\xff\xfe")) || bytes.HasPrefix(line, []byte("\xfe\xff")) {
		return true
	}
	line = line[:min(len(line), 64)&^1]
	zeros := [2]int{}
	for i, b := range line {
		if b == 0 {
			zeros[i%2]++
		}
	}
	return len(line) >= 4 && (zeros[0] == len(line)/2 && zeros[1] == 0 || zeros[1] == len(line)/2 && zeros[0] == 0)
}

// ErrUTF16 is what errors.Is finds in the error about a text that is UTF-16.
var ErrUTF16 = errors.New("the text is UTF-16")

func utf16Error(name string) error {
	return fmt.Errorf("%s: %w: convert it, for example with iconv -f UTF-16 -t UTF-8", name, ErrUTF16)
}
