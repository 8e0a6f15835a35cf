package fetch

import (
	"errors"
	"fmt"
	"time"
)

// HostError is a request that was not sent, since others have shown that its host would not answer it. It wraps the
// failure of the last of them.
type HostError struct {
	Reason Reason    // HostDown or LeftAlone
	Host   string    // and port
	Until  time.Time // when it makes sense to ask again; zero if nobody knows
	Err    error

	text string
}

func (e *HostError) Error() string { return e.text }

// Unwrap returns Err.
func (e *HostError) Unwrap() error { return e.Err }

// Summary is the reason, so that equal ones can be counted together.
func (e *HostError) Summary() string { return string(e.Reason) }

// Retryable is false: the host was tried for long enough.
func (e *HostError) Retryable() bool { return false }

// FailedValue is a [Failure].
func (e *HostError) FailedValue() any {
	f := Failure{Reason: e.Reason, Host: e.Host}
	if !e.Until.IsZero() {
		f.RetryAfter = max(0, time.Until(e.Until).Seconds())
	}
	if answer, ok := errors.AsType[*StatusError](e.Err); ok {
		f.Because, f.Status = BadStatus, answer.Status
	} else if failed, ok := errors.AsType[*Error](e.Err); ok {
		f.Because = failed.Reason
	}
	return f
}

// leftAlone is for requests to a host that asked to be left alone for too long.
func leftAlone(host string, now time.Time, after time.Duration, err error) *HostError {
	until := now.Add(after)
	return &HostError{LeftAlone, host, until, err, fmt.Sprintf(
		"not sent: %s asks to be left alone for %v, until %s: %v", host, after, until.Format(time.DateTime), err)}
}

// hostDown is for requests to a host that has not answered for so long.
func hostDown(host string, since time.Duration, err error) *HostError {
	return &HostError{HostDown, host, time.Time{}, err, fmt.Sprintf(
		"not sent: %s has been down for %v: %v", host, since.Round(time.Second), err)}
}

// noSuchHost is for requests to a host that has no address.
func noSuchHost(host string, err error) *HostError {
	return &HostError{HostDown, host, time.Time{}, err, fmt.Sprintf("not sent: %v", err)}
}
