package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"sync"
	"unicode/utf8"

	"example.com/overlap"
	"example.com/overlap/internal/plain"
)

// results writes one line of JSON for each call that ended. It is safe for concurrent use, so that what has been
// collected can be flushed beside the loop that adds to it. Only whole lines are ever handed to the writer.
type results struct {
	to     io.Writer
	direct bool // each line at once, for somebody who watches

	mu      sync.Mutex
	pending bytes.Buffer
	encoder *json.Encoder
	line    bytes.Buffer
	err     error
}

func newResults(to io.Writer, direct bool) *results {
	r := &results{to: to, direct: direct}
	r.encoder = json.NewEncoder(&r.line)
	r.encoder.SetEscapeHTML(false)
	return r
}

// The two forms of a line. Their names and their order are a promise. JSON has no bytes that are not UTF-8: a text with
// such bytes stands in the line with U+FFFD in their place, and its own bytes at the line's end in base64.
type (
	successLine struct {
		Index    int     `json:"index"`
		Input    any     `json:"input"`
		Value    any     `json:"value"`
		Outcome  string  `json:"outcome"`
		Attempts int     `json:"attempts"`
		Seconds  float64 `json:"seconds"` // of the last attempt
		Worker   int     `json:"worker"`
		InputRaw []byte  `json:"input_base64,omitempty"`
		ValueRaw []byte  `json:"value_base64,omitempty"`
	}
	failureLine struct {
		Index    int     `json:"index"`
		Input    any     `json:"input"`
		Value    any     `json:"value,omitempty"` // what a command did that failed
		Error    string  `json:"error"`
		Outcome  string  `json:"outcome"`
		Attempts int     `json:"attempts"`
		Seconds  float64 `json:"seconds"`
		Worker   int     `json:"worker"`
		InputRaw []byte  `json:"input_base64,omitempty"`
	}
)

// rawText gives the bytes of a text that is not UTF-8, nil for all else.
func rawText(v any) []byte {
	if text := reflect.ValueOf(v); text.Kind() == reflect.String && !utf8.ValidString(text.String()) {
		return []byte(text.String())
	}
	return nil
}

// add writes the line of a call; inputRaw is its input as it was given, if that is not UTF-8. The outcome and error
// that it returns are the call's, unless its value cannot be written as JSON: then the call counts as failed. The error
// at last is the writer's; it stays.
func (r *results) add(call overlap.Result[any, any], inputRaw []byte) (outcome overlap.Outcome, failure, err error) {
	outcome, failure = call.Outcome, reasonOf(call.Err)
	seconds := max(0, call.Finished-call.Started).Seconds()
	r.mu.Lock()
	defer r.mu.Unlock()
	if failure == nil {
		bad := r.encode(successLine{
			call.Index, call.Input, call.Value, outcome.String(), call.Attempts, seconds, call.Worker,
			inputRaw, rawText(call.Value),
		})
		if bad != nil {
			outcome, failure = overlap.Failed, fmt.Errorf("its value cannot be written as JSON: %w", bad)
		}
	}
	if failure != nil {
		l := failureLine{
			call.Index, call.Input, nil, fmt.Sprint(failure), outcome.String(), call.Attempts, seconds, call.Worker,
			inputRaw,
		}
		if value, ok := valueOf(failure); ok {
			l.Value = value
		}
		if r.encode(l) != nil { // the input, then
			l.Input = fmt.Sprintf("%+v", call.Input)
			_ = r.encode(l) // strings and numbers never fail
		}
	}
	plain.JSON(&r.pending, r.line.Bytes())
	if r.direct || r.pending.Len() >= 64<<10 {
		r.flushLocked()
	}
	return outcome, failure, r.err
}

func (r *results) encode(line any) error {
	r.line.Reset()
	return r.encoder.Encode(line)
}

// reasonOf is a call's error without what the line says already: task, index and input.
func reasonOf(err error) error {
	if call, ok := errors.AsType[*overlap.CallError](err); ok {
		return call.Err
	}
	return err
}

// flush hands over what has been collected.
func (r *results) flush() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.flushLocked()
	return r.err
}

func (r *results) flushLocked() {
	if r.pending.Len() > 0 && r.err == nil {
		_, r.err = r.to.Write(r.pending.Bytes())
	}
	r.pending.Reset()
}
