package crossing

import (
	"encoding/binary"
	"errors"
	"fmt"

	"example.com/overlap"
)

// AppendFailure encodes how a call failed: the outcome, the error, which must not be nil, and the stack of a panic. It
// runs methods of the error; one that panics is left out, and one that ends the goroutine does that here.
func AppendFailure(b []byte, o overlap.Outcome, err error, stack []byte) []byte {
	e := encoder{b: append(b, byte(o)), known: knownErrors(), panicked: o == overlap.Panicked}
	e.text(string(stack))
	e.node(err, 0)
	return e.b
}

// panicValue is what was given to panic, where that is no error.
type panicValue struct{ text string }

func (p panicValue) Error() string { return p.text }

// PanicCause is what was given to panic, as an error for [AppendFailure].
func PanicCause(value any) error {
	if err, ok := value.(error); ok {
		return err
	}
	return panicValue{fmt.Sprintf("%v", value)}
}

// errNoFailure is the error of bytes that AppendFailure has not made.
var errNoFailure = errors.New("not an encoded failure")

// DecodeFailure decodes what [AppendFailure] has encoded. A panic is an [overlap.PanicError] then. Where bad is not
// nil, the bytes are something else. It runs methods of the errors, which may end the goroutine.
func DecodeFailure(b []byte) (outcome overlap.Outcome, err error, bad error) {
	if len(b) == 0 {
		return 0, nil, errNoFailure
	}
	o := overlap.Outcome(b[0])
	d := decoder{b: b[1:], known: knownErrors()}
	stack := d.text()
	err = d.node(0)
	if d.bad || err == nil || len(d.b) > 0 {
		return 0, nil, errNoFailure
	}
	switch o {
	case overlap.Panicked:
		p := &overlap.PanicError{Value: err, Stack: []byte(stack)}
		if said, ok := err.(panicValue); ok {
			p.Value = said.text
		}
		return o, p, nil
	case overlap.Failed, overlap.Canceled, overlap.TimedOut:
		return o, err, nil
	}
	return 0, nil, errNoFailure
}

// retryable is overlap.DefaultRetryable of the error in its own process. Of what a panic carried, that is for it to
// say.
func retryable(err error, panicked bool) bool {
	if panicked {
		said, ok := errors.AsType[interface {
			error
			Retryable() bool
		}](err)
		return ok && said.Retryable()
	}
	return overlap.DefaultRetryable(err)
}

func appendText(b []byte, text string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}
