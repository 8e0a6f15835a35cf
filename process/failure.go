package process

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"example.com/overlap"
)

// RemoteError is an error that a task returned in a worker. The error value itself stays there; what crosses is its type's
// name, its text, and what [overlap.RetryPolicy] and errors.Is ask of it.
type RemoteError struct {
	Type string // the type's name in the worker, such as "*fs.PathError"
	Text string
	// Stack is where a worker in another language says the error came from, in its own form; "" if it says nothing.
	Stack   string
	bits    failureBits
	wait    time.Duration
	foreign bool // the type says what the text leaves out
}

func (e *RemoteError) Error() string {
	switch {
	case !e.foreign || e.Type == "":
		return e.Text
	case e.Text == "":
		return e.Type
	}
	return e.Type + ": " + e.Text
}

// Retryable is what the error said of itself, true if it said nothing.
func (e *RemoteError) Retryable() bool { return e.bits&saidNoRetry == 0 }

// RetryAfter is what the error said of itself.
func (e *RemoteError) RetryAfter() (time.Duration, bool) { return e.wait, e.bits&saidWhen != 0 }

// Is makes the error context.Canceled, context.DeadlineExceeded and overlap.ErrGoexit if it was that in the worker.
func (e *RemoteError) Is(target error) bool {
	return target == context.Canceled && e.bits&wasCanceled != 0 ||
		target == context.DeadlineExceeded && e.bits&wasDeadline != 0 ||
		target == overlap.ErrGoexit && e.bits&wasGoexit != 0
}

type failureBits byte

const (
	wasCanceled failureBits = 1 << iota
	wasDeadline
	wasGoexit
	saidNoRetry
	saidWhen
)

// appendFailure encodes how a call failed: the outcome, the bits, the wait, and the texts of type, error and stack.
func appendFailure(b []byte, o overlap.Outcome, err error, stack []byte) []byte {
	var bits failureBits
	var wait time.Duration
	text := fmt.Sprint(err) // survives an error whose Error method panics
	func() {
		defer func() {
			if recover() != nil {
				bits |= saidNoRetry
			}
		}()
		for is, bit := range map[error]failureBits{context.Canceled: wasCanceled, context.DeadlineExceeded: wasDeadline, overlap.ErrGoexit: wasGoexit} {
			if errors.Is(err, is) {
				bits |= bit
			}
		}
		if said, ok := errors.AsType[interface {
			error
			Retryable() bool
		}](err); ok && !said.Retryable() || bits&wasGoexit != 0 {
			bits |= saidNoRetry
		}
		if said, ok := errors.AsType[interface {
			error
			RetryAfter() (time.Duration, bool)
		}](err); ok {
			if d, ok := said.RetryAfter(); ok {
				wait, bits = d, bits|saidWhen
			}
		}
	}()
	b = append(b, byte(o), byte(bits))
	b = binary.AppendVarint(b, int64(wait))
	for _, s := range []string{fmt.Sprintf("%T", err), text, string(stack)} {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	return b
}

// decodeFailure is the other way.
func decodeFailure(b []byte) (overlap.Outcome, error, error) {
	if len(b) < 2 {
		return 0, nil, errFrame
	}
	o, e := overlap.Outcome(b[0]), &RemoteError{bits: failureBits(b[1])}
	wait, n := binary.Varint(b[2:])
	if n <= 0 {
		return 0, nil, errFrame
	}
	e.wait = time.Duration(wait)
	b = b[2+n:]
	var texts [3]string
	for i := range texts {
		size, n := binary.Uvarint(b)
		if n <= 0 || size > uint64(len(b)-n) {
			return 0, nil, errFrame
		}
		texts[i] = string(b[n : n+int(size)])
		b = b[n+int(size):]
	}
	e.Type, e.Text = texts[0], texts[1]
	switch o {
	case overlap.Panicked:
		return o, &overlap.PanicError{Value: e.Text, Stack: []byte(texts[2])}, nil
	case overlap.Failed, overlap.Canceled, overlap.TimedOut:
		return o, e, nil
	}
	return 0, nil, errFrame
}
