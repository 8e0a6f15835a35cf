package process

import (
	"encoding/binary"
	"errors"
	"fmt"

	"example.com/overlap"
)

// appendFailure encodes how a call failed: the outcome, the stack, and the error.
func appendFailure(b []byte, o overlap.Outcome, err error, stack []byte) []byte {
	e := errorEncoder{b: append(b, byte(o)), known: knownErrors(), panicked: o == overlap.Panicked}
	e.text(string(stack))
	e.node(err, 0)
	return e.b
}

// panicValue is what was given to panic, where that is no error.
type panicValue struct{ text string }

func (p panicValue) Error() string { return p.text }

// panicCause is what was given to panic, as an error that crosses.
func panicCause(value any) error {
	if err, ok := value.(error); ok {
		return err
	}
	return panicValue{fmt.Sprintf("%v", value)}
}

// decodeFailure is the other way.
func decodeFailure(b []byte) (overlap.Outcome, error, error) {
	if len(b) == 0 {
		return 0, nil, errFrame
	}
	o := overlap.Outcome(b[0])
	d := errorDecoder{b: b[1:], known: knownErrors()}
	stack := d.text()
	err := d.node(0)
	if d.bad || err == nil || len(d.b) > 0 {
		return 0, nil, errFrame
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
	return 0, nil, errFrame
}

// retryable is overlap.DefaultRetryable of the error in its own process. Of what a panic carried, that is for it to say.
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
