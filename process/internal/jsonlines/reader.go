package jsonlines

import (
	"bytes"
	"errors"
	"io"
)

// ErrTooLong is a line without an end in sight.
var ErrTooLong = errors.New("the line is longer than its limit")

// Reader reads lines from a worker that may write anything.
type Reader struct {
	r        io.Reader
	longest  int // How many bytes a line may have.
	buf      []byte
	from, to int  // Where in buf is what was read and not taken.
	looked   int  // So many bytes after from hold no end of a line.
	reading  bool // A read is under way.
}

// mostKept is how large the buffer stays after a long line, in bytes.
const mostKept = 4 << 20

// NewReader makes a reader of lines of at most so many bytes.
func NewReader(r io.Reader, longest int) *Reader {
	return &Reader{r: r, longest: longest, buf: make([]byte, 64<<10)}
}

// Longest is how many bytes a line may have.
func (l *Reader) Longest() int { return l.longest }

// Reading reports whether Next waits for its reader, which has called back.
func (l *Reader) Reading() bool { return l.reading }

// FillFrom reads once from another reader, for the calls of Next to come. It reads nothing when there is more than a line
// may have already.
func (l *Reader) FillFrom(r io.Reader) {
	if l.to-l.from > l.longest {
		return
	}
	usual := l.r
	l.r = r
	l.fill()
	l.r = usual
}

// Next reads a line and leaves out its end. The line is good until the next call. At the end of the input the error is
// io.EOF, or io.ErrUnexpectedEOF with what there is of a line; with ErrTooLong comes the beginning of the line.
func (l *Reader) Next() ([]byte, error) {
	for {
		if line, ok := l.take(); ok {
			if len(line) > l.longest {
				return line, ErrTooLong
			}
			return line, nil
		}
		if l.to-l.from > l.longest {
			return l.buf[l.from:l.to], ErrTooLong
		}
		if err := l.fill(); err != nil {
			rest := l.buf[l.from:l.to]
			if errors.Is(err, io.EOF) && len(rest) > 0 {
				err = io.ErrUnexpectedEOF
			}
			return rest, err
		}
	}
}

// take takes a line that has been read.
func (l *Reader) take() ([]byte, bool) {
	unread := l.buf[l.from:l.to]
	at := bytes.IndexByte(unread[l.looked:], '\n')
	if at < 0 {
		l.looked = len(unread)
		return nil, false
	}
	at += l.looked
	l.from, l.looked = l.from+at+1, 0
	return bytes.TrimSuffix(unread[:at], []byte("\r")), true
}

// fill reads once.
func (l *Reader) fill() error {
	if l.from == l.to {
		l.from, l.to = 0, 0
		if len(l.buf) > mostKept {
			l.buf = make([]byte, 64<<10)
		}
	}
	if l.to == len(l.buf) {
		if l.from >= len(l.buf)/2 {
			l.to = copy(l.buf, l.buf[l.from:l.to])
		} else {
			bigger := make([]byte, 2*len(l.buf))
			l.to = copy(bigger, l.buf[l.from:l.to])
			l.buf = bigger
		}
		l.from = 0
	}
	l.reading = true
	n, err := l.r.Read(l.buf[l.to:])
	l.reading = false
	l.to += n
	if n > 0 {
		return nil
	}
	if err == nil {
		err = io.ErrNoProgress
	}
	return err
}

// Buffered reports whether a line is there to be taken without a wait.
func (l *Reader) Buffered() bool {
	unread := l.buf[l.from:l.to]
	if at := bytes.IndexByte(unread[l.looked:], '\n'); at >= 0 {
		l.looked += at
		return true
	}
	l.looked = len(unread)
	return false
}
