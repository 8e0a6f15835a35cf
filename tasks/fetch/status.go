package fetch

import (
	"fmt"
	"net/http"
	"time"
)

// StatusError is a response with a status of 400 or more.
type StatusError struct {
	Status     int
	Method     string
	URL        string // as given; Page.URL is the last one
	Page       Page
	Header     http.Header // of the response
	Received   time.Time
	Idempotent bool  // making the request again does no harm
	Err        error // what kept the body from being read whole; nil if it was
}

func (e *StatusError) Error() string {
	text := fmt.Sprintf("the server answered %d", e.Status)
	if name := http.StatusText(e.Status); name != "" {
		text += " " + name
	}
	if e.Page.URL != e.URL && e.Page.URL != "" {
		text += " at " + redact(e.Page.URL)
	}
	if wait, ok := e.RetryAfter(); ok {
		text += fmt.Sprintf(", retry after %v", wait)
	}
	return text
}

// Unwrap returns Err.
func (e *StatusError) Unwrap() error { return e.Err }

// Retryable reports whether another attempt may end otherwise, and does no harm.
func (e *StatusError) Retryable() bool {
	switch e.Status {
	case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusInternalServerError,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return e.Idempotent
	}
	return false
}

// RetryAfter is how long the server asks to be left alone, from its Retry-After header: between 0 and 6 hours. A date
// counts from the response's own Date, so that no clock has to be right. It is false when there is no such header or
// it makes no sense.
func (e *StatusError) RetryAfter() (time.Duration, bool) {
	now := e.Received
	if date, err := http.ParseTime(e.Header.Get("Date")); err == nil {
		now = date
	}
	return parseRetryAfter(e.Header.Get("Retry-After"), now)
}
