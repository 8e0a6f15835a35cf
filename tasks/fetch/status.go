package fetch

import (
	"fmt"
	"net/http"
	"time"
)

// StatusError is a response whose status does not say that the request succeeded: 400 or more, a redirect that does not
// say where to, a 304 to a request without a condition, and what is no answer to any request, such as 000 and 101.
type StatusError struct {
	Status     int
	Method     string
	URL        string // as given, without a password; Page.URL is the last one
	Host       string // host and port that answered
	Page       Page
	Header     http.Header // of the response
	Received   time.Time
	Idempotent bool  // making the request again does no harm
	Err        error // what kept the body from being read whole; nil if it was

	proxy *proxy // that the answer came through, nil if there was none
}

// isSuccess reports whether the status says that a request was answered.
func (c *Client) isSuccess(r Request, response *http.Response) bool {
	switch status := response.StatusCode; {
	case status == http.StatusNotModified:
		return r.hasCondition()
	case status >= 300 && status < 400:
		return c.options.MaxRedirects < 0 && isRedirect(response)
	default:
		return status >= 200 && status < 300
	}
}

// hasCondition reports whether a request allows the answer that nothing has changed.
func (r Request) hasCondition() bool {
	for name := range r.Header {
		if name := http.CanonicalHeaderKey(name); name == "If-None-Match" || name == "If-Modified-Since" {
			return true
		}
	}
	return false
}

func (e *StatusError) Error() string {
	who := "the server"
	if e.proxy != nil && e.Status == http.StatusProxyAuthRequired {
		who = e.proxy.String()
	}
	text := fmt.Sprintf("%s answered %03d", who, e.Status)
	if name := http.StatusText(e.Status); name != "" {
		text += " " + name
	}
	if e.Page.URL != e.URL && e.Page.URL != "" {
		text += " at " + redact(e.Page.URL)
	}
	text += e.remark()
	if wait, ok := e.RetryAfter(); ok {
		text += fmt.Sprintf(", retry after %v", wait)
	}
	return text
}

// remark says what the status alone does not.
func (e *StatusError) remark() string {
	switch {
	case e.Status == http.StatusSwitchingProtocols:
		return ", to another protocol, which nobody asked for"
	case e.Status < 200 || e.Status >= 600:
		return ", which is no status of HTTP"
	case e.Status == http.StatusNotModified:
		return ", though the request has no condition such as If-None-Match"
	case e.Status < 400 && e.Header.Get("Location") == "":
		return ", but no Location to go to"
	case e.Status < 400:
		return ", which is not followed"
	case e.proxy == nil:
		return ""
	case e.Status == http.StatusProxyAuthRequired:
		return credentialsHint
	case e.Status == http.StatusBadGateway, e.Status == http.StatusServiceUnavailable,
		e.Status == http.StatusGatewayTimeout:
		return ", or it was " + e.proxy.String()
	}
	return ""
}

// Unwrap returns Err.
func (e *StatusError) Unwrap() error { return e.Err }

// Summary is the status, so that equal ones can be counted together.
func (e *StatusError) Summary() string { return fmt.Sprintf("status %03d", e.Status) }

// FailedValue is a [Failure].
func (e *StatusError) FailedValue() any {
	wait, _ := e.RetryAfter()
	return Failure{Reason: BadStatus, Host: e.Host, Status: e.Status, RetryAfter: wait.Seconds(), Page: &e.Page}
}

// Retryable reports whether another attempt may end otherwise, and does no harm.
func (e *StatusError) Retryable() bool {
	switch e.Status {
	case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusInternalServerError,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return e.Idempotent
	}
	return false
}

// Overloaded reports whether the server refused the request because too much was asked of it: then nothing was done, and
// overlap.Auto makes it again with fewer at once.
func (e *StatusError) Overloaded() bool {
	return e.Status == http.StatusTooManyRequests || e.Status == http.StatusServiceUnavailable && e.Idempotent
}

// RetryAfter is how long the server asks to be left alone, from its Retry-After header, however long that is. A
// date counts from the response's own Date, so that no clock has to be right. It is false when there is no such header
// or it makes no sense.
func (e *StatusError) RetryAfter() (time.Duration, bool) {
	now := e.Received
	if date, err := http.ParseTime(e.Header.Get("Date")); err == nil {
		now = date
	}
	return parseRetryAfter(e.Header.Get("Retry-After"), now)
}
