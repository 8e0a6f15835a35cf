// Package jsonlines is the text of the JSON lines that workers of any command speak (PROTOCOL.md): reading lines and
// messages from a worker that may write anything, and encoding and decoding the values of tasks.
package jsonlines

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"example.com/overlap/internal/crossing"
)

// Message is a line from a worker that is ready. Exactly one of the fields up to Log says what it is.
type Message struct {
	Out     json.RawMessage   `json:"out"`
	Outs    []json.RawMessage `json:"outs"`
	Err     *Failure          `json:"err"`
	Skipped bool              `json:"skipped"`
	Start   *uint64           `json:"start"`
	Log     *string           `json:"log"`

	ID     *uint64 `json:"id"`
	Item   uint64  `json:"item"`    // of a batch that starts
	TookMS float64 `json:"took_ms"` // see Took
	Call   uint64  `json:"-"`       // The number of the call that is answered.
}

// Failure is how a call failed, in the words of its worker.
type Failure struct {
	Kind       string `json:"kind"`
	Msg        string `json:"msg"`
	Trace      string `json:"trace"`
	Retry      *bool  `json:"retry"`
	RetryAfter *int64 `json:"retry_after_ms"`
}

var (
	ErrNotJSON = errors.New("stdout is the protocol; print to stderr")
	errNotUTF8 = errors.New("it is not UTF-8")
	errNothing = errors.New("it is no message of the protocol; stdout is the protocol, print to stderr")
)

// Parse reads what a worker says once it is ready. The message is good as long as the line is.
func Parse(line []byte, m *Message) error {
	*m = Message{}
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
		return ErrNotJSON
	}
	if m.ID != nil {
		m.Call = *m.ID
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

// parseValue parses what nearly all lines are, {"id":7,"out":…} behind a took_ms or not, and reports whether it could.
func parseValue(line []byte, m *Message) bool {
	ms, rest, told := cutTook(line)
	head := `"id":`
	if !told {
		rest, head = line, `{"id":`
	}
	rest, ok := bytes.CutPrefix(rest, []byte(head))
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
	m.TookMS, m.Call, m.Out = ms, id, json.RawMessage(value[:len(value)-1])
	return true
}

// Remote is the error as the parent gives it on.
func (e *Failure) Remote() *crossing.RemoteError {
	retryAfter := time.Duration(-1)
	if e.RetryAfter != nil {
		retryAfter = milliseconds(*e.RetryAfter)
	}
	return crossing.Foreign(e.Kind, e.Msg, e.Trace, e.Retry == nil || *e.Retry, retryAfter)
}

// Quote is a line as errors quote it.
func Quote(line []byte) string {
	const most = 100
	if len(line) <= most {
		return strconv.Quote(string(line))
	}
	return strconv.Quote(string(line[:most])) + fmt.Sprintf("… (%d bytes)", len(line))
}
