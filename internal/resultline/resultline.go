// Package resultline writes the result of a call as a line of JSON, and finds in such a line what it is the result of.
package resultline

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"unicode/utf8"

	"example.com/overlap"
	"example.com/overlap/internal/plain"
)

// The two forms of a line. Their names and their order are a promise. JSON has no bytes that are not UTF-8: a text with
// such bytes stands in the line with U+FFFD in their place, and its own bytes at the line's end in base64.
type (
	success struct {
		Index    int       `json:"index"`
		Input    any       `json:"input"`
		Value    any       `json:"value"`
		Outcome  string    `json:"outcome"`
		Attempts int       `json:"attempts"`
		Seconds  float64   `json:"seconds"` // of the last attempt
		Worker   int       `json:"worker"`
		Earlier  []attempt `json:"earlier,omitempty"` // the attempts before the last
		InputRaw []byte    `json:"input_base64,omitempty"`
		ValueRaw []byte    `json:"value_base64,omitempty"`
	}
	failure struct {
		Index    int       `json:"index"`
		Input    any       `json:"input"`
		Value    any       `json:"value,omitempty"` // what a command did that failed
		Error    string    `json:"error"`
		Outcome  string    `json:"outcome"`
		Attempts int       `json:"attempts"`
		Seconds  float64   `json:"seconds"`
		Worker   int       `json:"worker"`
		Earlier  []attempt `json:"earlier,omitempty"` // the attempts before the last
		InputRaw []byte    `json:"input_base64,omitempty"`
	}
	attempt struct {
		Outcome string `json:"outcome"`
		Error   string `json:"error"`
		Value   any    `json:"value,omitempty"`
	}
)

// RawText gives the bytes of a text that is not UTF-8, nil for all else.
func RawText(v any) []byte {
	if text := reflect.ValueOf(v); text.Kind() == reflect.String && !utf8.ValidString(text.String()) {
		return []byte(text.String())
	}
	return nil
}

// Reason is a call's error without what its line says already: task, index and input.
func Reason(err error) error {
	if call, ok := errors.AsType[*overlap.CallError](err); ok {
		return call.Err
	}
	return err
}

// FailedValue is what a failure says in fields, as that of a command and of a request does; nil for all else.
func FailedValue(failure error) any {
	if said, ok := errors.AsType[interface {
		error
		FailedValue() any
	}](failure); ok {
		return said.FailedValue()
	}
	return nil
}

// Encoder makes lines, one at a time.
type Encoder struct {
	encoder *json.Encoder
	line    bytes.Buffer
	apart   *apart // what has the large values of the line; nil has them in the line
}

// mostKept is how many bytes a line may take for its memory to be kept for the next one.
const mostKept = 1 << 20

// plainLine makes a line of what a json.Encoder writes, which is all of a value at once.
type plainLine struct{ to *bytes.Buffer }

// Write implements io.Writer.
func (l plainLine) Write(text []byte) (int, error) {
	l.to.Grow(len(text))
	plain.JSON(l.to, text)
	return len(text), nil
}

// NewEncoder readies an encoder.
func NewEncoder() *Encoder {
	e := &Encoder{}
	e.encoder = json.NewEncoder(plainLine{&e.line})
	e.encoder.SetEscapeHTML(false)
	return e
}

// Result makes the line of a call, with its line end; it lasts until the next. inputRaw is the call's input as it was
// given, if that is not UTF-8; failedValue what there is to say of a call that failed, nil for nothing. The outcome and
// the failure are the call's, unless its value cannot be written as JSON: then the call counts as failed.
func (e *Encoder) Result(
	call overlap.Result[any, any], inputRaw []byte, failedValue any,
) (line []byte, outcome overlap.Outcome, reason error) {
	outcome, reason = call.Outcome, Reason(call.Err)
	seconds := max(0, call.Finished-call.Started).Seconds()
	var earlier []attempt
	for _, a := range call.Earlier {
		earlier = append(earlier, attempt{a.Outcome.String(), fmt.Sprint(a.Err), e.apart.take(FailedValue(a.Err))})
	}
	if reason == nil {
		bad := e.encode(success{
			call.Index, call.Input, e.apart.take(call.Value), outcome.String(), call.Attempts, seconds, call.Worker,
			earlier, inputRaw, RawText(call.Value),
		})
		if bad != nil {
			outcome, reason = overlap.Failed, fmt.Errorf("its value cannot be written as JSON: %w", bad)
		}
	}
	if reason != nil {
		l := failure{
			call.Index, call.Input, e.apart.take(failedValue), fmt.Sprint(reason), outcome.String(), call.Attempts, seconds,
			call.Worker, earlier, inputRaw,
		}
		if e.encode(l) != nil { // the input, then
			l.Input = fmt.Sprintf("%+v", call.Input)
			_ = e.encode(l) // strings and numbers never fail
		}
	}
	return e.line.Bytes(), outcome, reason
}

// Input makes what stands as input in a line. It lasts until the next.
func (e *Encoder) Input(input any) []byte {
	if e.encode(input) != nil {
		_ = e.encode(fmt.Sprintf("%+v", input))
	}
	return bytes.TrimSuffix(e.line.Bytes(), []byte{'\n'})
}

func (e *Encoder) encode(v any) error {
	e.line.Reset()
	return e.encoder.Encode(v)
}

// Release gives back the memory of the last line if that is large, for the line is not used any more.
func (e *Encoder) Release() {
	if e.line.Cap() > mostKept {
		e.line = bytes.Buffer{}
	}
}

// Line is what a line of results says of its call.
type Line struct {
	Index    *int            `json:"index"`
	Input    json.RawMessage `json:"input"`
	InputRaw []byte          `json:"input_base64"`
	Outcome  overlap.Outcome `json:"outcome"`
}

// Parse reads a line. One that is no result is an error.
func Parse(line []byte) (Line, error) {
	var l Line
	switch err := json.Unmarshal(line, &l); {
	case err != nil:
		return l, err
	case l.Index == nil || l.Input == nil || l.Outcome == overlap.Pending:
		return l, errors.New("it has no index, input or outcome")
	}
	return l, nil
}
