package crossing

import (
	"errors"
	"reflect"
	"time"
)

// RemoteError is an error of a task in a worker whose value stays there: one that is neither known nor defined
// ([overlap.DefineError], [overlap.DefineErrorType]). What crosses is its type's name and its text, what it wraps, what
// [overlap.RetryPolicy] asks of it, and which known errors its own methods Is and As say that it is.
type RemoteError struct {
	Type string // the type's name in the worker, such as "*bank.QuotaError"
	Text string
	// Stack is where a worker in another language says the error came from, in its own form; "" if it says nothing.
	Stack string

	wrapped    error         // What its Unwrap() error returned.
	claims     []error       // The known errors that its own Is and As say that it is.
	noRetry    bool          // Another attempt is of no use.
	saysWhen   bool          // It says itself when to try again: after retryAfter.
	retryAfter time.Duration // Meaningful if saysWhen.
	foreign    bool          // It is of another language, where the type says what the text leaves out.
}

// Foreign is an error of a worker in another language: its type, text and stack there, whether another attempt is of
// use, and when to make it, if retryAfter is not negative.
func Foreign(kind, text, stack string, retry bool, retryAfter time.Duration) *RemoteError {
	e := &RemoteError{Type: kind, Text: text, Stack: stack, foreign: true, noRetry: !retry}
	if retryAfter >= 0 {
		e.saysWhen, e.retryAfter = true, retryAfter
	}
	return e
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

// Unwrap is what the error wrapped in the worker; nil if it wrapped nothing.
func (e *RemoteError) Unwrap() error { return e.wrapped }

// Retryable is what [overlap.DefaultRetryable] said of the error in the worker.
func (e *RemoteError) Retryable() bool { return !e.noRetry }

// RetryAfter is what the error said of itself.
func (e *RemoteError) RetryAfter() (time.Duration, bool) { return e.retryAfter, e.saysWhen }

// Is reports whether the error's own method Is said so in the worker, of an error that is known or defined.
func (e *RemoteError) Is(target error) bool {
	for _, claim := range e.claims {
		if reflect.TypeOf(claim) == reflect.TypeOf(target) && reflect.ValueOf(claim).Comparable() && claim == target {
			return true
		}
	}
	return false
}

// As sets target to what the error's own method As gave in the worker, for a type that is known or defined.
func (e *RemoteError) As(target any) bool {
	to := reflect.ValueOf(target).Elem()
	for _, claim := range e.claims {
		if reflect.TypeOf(claim) == to.Type() {
			to.Set(reflect.ValueOf(claim))
			return true
		}
	}
	return false
}

func (e *RemoteError) remote() *RemoteError { return e }

// remote is a RemoteError, or one of the errors below, which have it and the further methods that the error had.
type remote interface {
	error
	remote() *RemoteError
}

type (
	remoteJoin      struct{ remoteWith } // several errors
	remoteTimeout   struct{ remoteWith }
	remoteTemporary struct{ remoteWith }
	remoteNet       struct{ remoteWith }
	remoteWith      struct {
		*RemoteError
		all                []error
		timeout, temporary bool
	}
)

// As finds the RemoteError itself as well.
func (e remoteWith) As(target any) bool {
	if to, ok := target.(**RemoteError); ok {
		*to = e.RemoteError
		return true
	}
	return e.RemoteError.As(target)
}

func (e *remoteJoin) Unwrap() []error { return e.all }

func (e *remoteTimeout) Timeout() bool { return e.timeout }

func (e *remoteTemporary) Temporary() bool { return e.temporary }

func (e *remoteNet) Timeout() bool   { return e.timeout }
func (e *remoteNet) Temporary() bool { return e.temporary }

// traits are the methods that an error has, and what they say.
type traits byte

const (
	saidNoRetry traits = 1 << iota
	saidWhen
	hasTimeout
	isTimedOut
	hasTemporary
	isTemporary
	wrapsOne
	wrapsSeveral
)

// with gives the error the methods it had in the worker, so that errors.As finds it by them as it does there.
func (e *RemoteError) with(t traits, all []error) error {
	e.noRetry, e.saysWhen = t&saidNoRetry != 0, t&saidWhen != 0
	w := remoteWith{RemoteError: e, all: all, timeout: t&isTimedOut != 0, temporary: t&isTemporary != 0}
	switch {
	case t&wrapsSeveral != 0:
		return &remoteJoin{w}
	case t&hasTimeout != 0 && t&hasTemporary != 0:
		return &remoteNet{w}
	case t&hasTimeout != 0:
		return &remoteTimeout{w}
	case t&hasTemporary != 0:
		return &remoteTemporary{w}
	}
	return e
}

// traitsOf asks an error's methods, which may panic, what they say.
func traitsOf(err error, panicked bool) (t traits, wait time.Duration) {
	set := func(has, is traits, says bool) {
		if t |= has; says {
			t |= is
		}
	}
	guarded(func() {
		if said, ok := err.(interface{ Timeout() bool }); ok {
			set(hasTimeout, isTimedOut, said.Timeout())
		}
	})
	guarded(func() {
		if said, ok := err.(interface{ Temporary() bool }); ok {
			set(hasTemporary, isTemporary, said.Temporary())
		}
	})
	if nodes := 1000; !finite(err, &nodes) {
		return t | saidNoRetry, 0
	}
	guarded(func() {
		if said, ok := errors.AsType[interface {
			error
			RetryAfter() (time.Duration, bool)
		}](err); ok {
			if d, ok := said.RetryAfter(); ok {
				t, wait = t|saidWhen, d
			}
		}
	})
	retries := false
	guarded(func() { retries = retryable(err, panicked) })
	if !retries {
		t |= saidNoRetry
	}
	return t, wait
}

// finite reports whether an error wraps no more than so many others. One may wrap itself, and errors.As would not come
// back.
func finite(err error, nodes *int) bool {
	if *nodes--; *nodes < 0 {
		return false
	}
	ok := true
	guarded(func() {
		switch w := err.(type) {
		case interface{ Unwrap() error }:
			if inner := w.Unwrap(); inner != nil {
				ok = finite(inner, nodes)
			}
		case interface{ Unwrap() []error }:
			for _, inner := range w.Unwrap() {
				ok = ok && (inner == nil || finite(inner, nodes))
			}
		}
	})
	return ok
}

// guarded runs code of the task's errors. A panic in it says nothing; a Goexit ends the call.
func guarded(f func()) {
	defer func() { _ = recover() }()
	f()
}
