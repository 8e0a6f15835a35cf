package process

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"
	"unicode/utf8"

	"example.com/overlap/internal/crossing"
)

// errLong is a line without an end in sight.
var errLong = errors.New("the line is longer than its limit")

// lineReader reads lines from a worker that may write anything.
type lineReader struct {
	r        io.Reader
	most     int // bytes of a line
	buf      []byte
	from, to int // of what was read and not taken
	looked   int // bytes after from that hold no end of a line
	reading  bool
}

func newLineReader(r io.Reader, most int) *lineReader {
	return &lineReader{r: r, most: most, buf: make([]byte, 64<<10)}
}

// next reads a line and leaves out its end. The line is good until the next call. At the end of the input the error is
// io.EOF, or io.ErrUnexpectedEOF with what there is of a line; with errLong comes the beginning of the line.
func (l *lineReader) next() ([]byte, error) {
	for {
		if line, ok := l.take(); ok {
			if len(line) > l.most {
				return line, errLong
			}
			return line, nil
		}
		if l.to-l.from > l.most {
			return l.buf[l.from:l.to], errLong
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
func (l *lineReader) take() ([]byte, bool) {
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
func (l *lineReader) fill() error {
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

// buffered reports whether a line is there to be taken without a wait.
func (l *lineReader) buffered() bool {
	unread := l.buf[l.from:l.to]
	if at := bytes.IndexByte(unread[l.looked:], '\n'); at >= 0 {
		l.looked += at
		return true
	}
	l.looked = len(unread)
	return false
}

// message is a line from a worker that is ready. Exactly one of the fields up to Log says what it is.
type message struct {
	Out     json.RawMessage   `json:"out"`
	Outs    []json.RawMessage `json:"outs"`
	Err     *lineError        `json:"err"`
	Skipped bool              `json:"skipped"`
	Start   *uint64           `json:"start"`
	Log     *string           `json:"log"`

	ID   *uint64 `json:"id"`
	Item uint64  `json:"item"` // of a batch that starts
	id   uint64  // of an answer
}

// lineError is how a call failed.
type lineError struct {
	Kind       string `json:"kind"`
	Msg        string `json:"msg"`
	Trace      string `json:"trace"`
	Retry      *bool  `json:"retry"`
	RetryAfter *int64 `json:"retry_after_ms"`
}

var (
	errNotJSON  = errors.New("stdout is the protocol; print to stderr")
	errAnswered = errors.New("was answered before")
	errNotUTF8  = errors.New("it is not UTF-8")
	errNothing  = errors.New("it is no message of the protocol; stdout is the protocol, print to stderr")
)

// parseMessage reads what a worker says once it is ready. The message is good as long as the line is.
func parseMessage(line []byte, m *message) error {
	*m = message{}
	if !utf8.Valid(line) {
		return errNotUTF8
	}
	if parseValue(line, m) {
		return nil
	}
	if err := json.Unmarshal(line, m); err != nil {
		if _, mistyped := errors.AsType[*json.UnmarshalTypeError](err); mistyped {
			return fmt.Errorf("%w (%v)", errNothing, err)
		}
		return errNotJSON
	}
	if m.ID != nil {
		m.id = *m.ID
	}
	said := 0
	for _, is := range []bool{m.Out != nil, m.Outs != nil, m.Err != nil, m.Skipped} {
		if is {
			said++
		}
	}
	switch {
	case m.Log != nil || m.Start != nil:
		if said > 0 || m.Log != nil && m.Start != nil {
			return errNothing
		}
		return nil
	case m.ID == nil || said == 0:
		return errNothing
	case said > 1:
		return errors.New("an answer has one of out, err, outs and skipped")
	}
	return nil
}

// parseValue parses what nearly all lines are, {"id":7,"out":…}, and reports whether it could.
func parseValue(line []byte, m *message) bool {
	rest, ok := bytes.CutPrefix(line, []byte(`{"id":`))
	if !ok {
		return false
	}
	at := bytes.IndexByte(rest, ',')
	if at <= 0 || at > 19 || rest[0] == '+' || rest[0] == '0' && at > 1 {
		return false
	}
	id, err := strconv.ParseUint(string(rest[:at]), 10, 64)
	if err != nil {
		return false
	}
	value, ok := bytes.CutPrefix(rest[at:], []byte(`,"out":`))
	if !ok || len(value) < 2 || value[len(value)-1] != '}' || !json.Valid(value[:len(value)-1]) {
		return false
	}
	m.id, m.Out = id, json.RawMessage(value[:len(value)-1])
	return true
}

// remote is the error as the parent gives it on.
func (e *lineError) remote() *RemoteError {
	retryAfter := time.Duration(-1)
	if e.RetryAfter != nil {
		retryAfter = milliseconds(*e.RetryAfter)
	}
	return crossing.Foreign(e.Kind, e.Msg, e.Trace, e.Retry == nil || *e.Retry, retryAfter)
}

// shortLine is a line as errors quote it.
func shortLine(line []byte) string {
	const most = 100
	if len(line) <= most {
		return strconv.Quote(string(line))
	}
	return strconv.Quote(string(line[:most])) + fmt.Sprintf("… (%d bytes)", len(line))
}
