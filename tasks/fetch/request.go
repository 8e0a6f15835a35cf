package fetch

import (
	"bytes"
	"errors"
	"maps"
	"net/http"
	"strings"
)

// Request is the input of [Task]. Only the URL is needed. In JSON a request is its URL as a string, or an object with
// the fields' names in lower case, with _ between words; times in it are seconds, or texts such as "1m30s", sizes are
// bytes, or texts such as "16MiB", and 0 means none for max_redirects, max_time and stall_limit.
//
// The URL is read as browsers do: what a path, a query or a fragment may not hold is percent-encoded, so that it may
// have spaces and letters of any alphabet, and so may the host, which becomes its ASCII form (xn--…). A name and a
// password in it are sent as the header Authorization, unless the request has one. Names of headers that differ only
// in case are refused.
type Request struct {
	URL      string
	Method   string            // in any case; "" means GET
	Header   map[string]string // Host sets the host asked for; an empty User-Agent or Accept-Encoding leaves it out
	Body     Body
	KeepBody bool      // whether the page carries the body it got
	Settings *Settings // nil: as the client makes all requests. In JSON its fields stand beside the others
}

// String is the method and the URL, without a password it may hold.
func (r Request) String() string { return r.method() + " " + redact(r.URL) }

// InputDescription says in help and in errors what a user gives for a request.
func (Request) InputDescription() string {
	return `URLs, or requests as JSON, {"url": "https://…", "method": "PUT"}`
}

// InputFields is a struct with the fields of a request in JSON, for help.
func (Request) InputFields() any { return requestJSON{} }

func (r Request) method() string {
	if r.Method == "" {
		return http.MethodGet
	}
	return strings.ToUpper(r.Method)
}

// WithDefaults is the request with what it leaves open, or zero, taken from another: its method, body and each field of
// its settings, and each header whose name it does not have itself.
func (r Request) WithDefaults(from Request) Request {
	take(&from.URL, r.URL)
	take(&from.Method, r.Method)
	take(&from.KeepBody, r.KeepBody)
	if len(r.Body) > 0 {
		from.Body = r.Body
	}
	if len(r.Header) > 0 {
		var names []string
		for name := range r.Header {
			names = append(names, http.CanonicalHeaderKey(name))
		}
		from.Header = without(from.Header, names...)
		if from.Header == nil {
			from.Header = map[string]string{}
		}
		maps.Copy(from.Header, r.Header)
	}
	from.Settings = r.Settings.withDefaults(from.Settings)
	return from
}

// idempotent reports whether making the request twice does what making it once does (RFC 9110, section 9.2.2), by its
// method or because the server is given a key to know it again by.
func (r Request) idempotent() bool {
	switch r.method() {
	case http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete, http.MethodOptions, http.MethodTrace:
		return true
	}
	for name := range r.Header {
		if strings.EqualFold(name, "Idempotency-Key") {
			return true
		}
	}
	return false
}

// UnmarshalText reads a URL, or the JSON of a request if the text starts with a brace. Space around it is dropped.
// Whether the URL makes sense is for the call to find out, so that one bad URL of many is one failed call.
func (r *Request) UnmarshalText(text []byte) error {
	text = bytes.TrimSpace(text)
	if len(text) == 0 {
		return errors.New("the URL is empty")
	}
	if text[0] == '{' {
		return r.UnmarshalJSON(text)
	}
	*r = Request{URL: string(text)}
	return nil
}
