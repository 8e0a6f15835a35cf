package overlap

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
)

type brokenError struct{ cause error }

func (e *brokenError) Error() string { return e.cause.Error() }

func TestJobErrorPrintsThreeAndUnwrapsAll(t *testing.T) {
	causes := []error{io.EOF, io.ErrUnexpectedEOF, io.ErrClosedPipe, io.ErrNoProgress, io.ErrShortWrite}
	e := &JobError{Total: 9, Cause: context.Canceled}
	for i, cause := range causes {
		e.Failed = append(e.Failed, &CallError{Task: "read", Index: i, Input: "f", Attempt: 1, Outcome: Failed, Err: cause})
	}
	want := `5 of 9 calls failed: read[0] f: EOF; read[1] f: unexpected EOF; read[2] f: io: read/write on closed pipe; and 2 more; canceled: context canceled`
	if e.Error() != want {
		t.Errorf("got  %s\nwant %s", e, want)
	}
	for _, cause := range append(causes, context.Canceled) {
		if !errors.Is(e, cause) {
			t.Errorf("the error is not %v", cause)
		}
	}
	if c, ok := errors.AsType[*CallError](e); !ok || c.Index != 0 {
		t.Errorf("AsType found %v", c)
	}
}

func TestCallErrorText(t *testing.T) {
	var none *brokenError // an error whose Error method panics
	for want, e := range map[string]*CallError{
		"fetch[3] u, attempt 2: EOF":                     {Task: "fetch", Index: 3, Input: "u", Attempt: 2, Outcome: Failed, Err: io.EOF},
		"fetch[3] u, never started: context canceled":    {Task: "fetch", Index: 3, Input: "u", Outcome: NeverStarted, Err: context.Canceled},
		"fetch[0] u: panic: boom":                        {Task: "fetch", Input: "u", Attempt: 1, Outcome: Panicked, Err: &PanicError{Value: "boom"}},
		"fetch[0] u: <nil>":                              {Task: "fetch", Input: "u", Attempt: 1, Outcome: Failed, Err: none},
		"fetch[0] " + strings.Repeat("é", 80) + "…: EOF": {Task: "fetch", Input: strings.Repeat("é", 99), Attempt: 1, Outcome: Failed, Err: io.EOF},
	} {
		if e.Error() != want {
			t.Errorf("got  %s\nwant %s", e, want)
		}
	}
}

func TestTimeoutErrorSaysWhatHappened(t *testing.T) {
	for want, e := range map[string]*TimeoutError{
		"timed out after 1s":      {Timeout: time.Second, Err: context.DeadlineExceeded},
		"timed out after 1s: EOF": {Timeout: time.Second, Err: io.EOF},
		"timed out after 1s, did not come back within its grace of 2s, and was abandoned": {Timeout: time.Second, Grace: 2 * time.Second},
	} {
		if e.Error() != want || !errors.Is(e, context.DeadlineExceeded) {
			t.Errorf("got  %s\nwant %s", e, want)
		}
	}
}

func TestPanicErrorUnwrapsItsValue(t *testing.T) {
	if !errors.Is(&PanicError{Value: io.EOF}, io.EOF) || errors.Unwrap(&PanicError{Value: "text"}) != nil {
		t.Error("a PanicError is its value, if that is an error")
	}
}
