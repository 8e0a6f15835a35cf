package fetch

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// Request is the input of [Task]. Only the URL is needed. In JSON a request is its URL as a string, or an object with
// the fields' names in lower case.
//
// The URL is read as browsers do: what a path, a query or a fragment may not hold is percent-encoded, so that it may
// have spaces and letters of any alphabet, and so may the host, which becomes its ASCII form (xn--…). A name and a
// password in it are sent as the header Authorization, unless the request has one. Names of headers that differ only
// in case are refused.
type Request struct {
	URL      string            `json:"url"`
	Method   string            `json:"method,omitempty"` // in any case; "" means GET
	Header   map[string]string `json:"header,omitempty"` // Host sets the host asked for
	Body     Body              `json:"body,omitempty"`
	KeepBody bool              `json:"keep_body,omitempty"` // whether the page carries the body it got
}

const requestFields = "url, method, header, body and keep_body"

// String is the method and the URL, without a password it may hold.
func (r Request) String() string { return r.method() + " " + redact(r.URL) }

// InputDescription says in help and in errors what a user gives for a request.
func (Request) InputDescription() string {
	return `URLs, or requests as JSON, {"url": "https://…", "method": "PUT"}`
}

func (r Request) method() string {
	if r.Method == "" {
		return http.MethodGet
	}
	return strings.ToUpper(r.Method)
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

// MarshalJSON gives the URL as a string when nothing else is set, and otherwise an object.
func (r Request) MarshalJSON() ([]byte, error) {
	if r.Method == "" && len(r.Header) == 0 && len(r.Body) == 0 && !r.KeepBody {
		return json.Marshal(r.URL)
	}
	type object Request // without the methods
	return json.Marshal(object(r))
}

// UnmarshalJSON reads a URL as a string, or an object. A field it does not know, or a request without a URL, is an
// error: a misspelt field must not turn into another request.
func (r *Request) UnmarshalJSON(data []byte) error {
	data = bytes.TrimSpace(data)
	var read Request
	switch {
	case string(data) == "null":
		return nil
	case len(data) > 0 && data[0] == '"':
		if err := json.Unmarshal(data, &read.URL); err != nil {
			return err
		}
	default:
		if err := read.readObject(data); err != nil {
			return err
		}
	}
	if read.URL == "" {
		return errors.New("a request needs a url")
	}
	*r = read
	return nil
}

func (r *Request) readObject(data []byte) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(data, &fields); err != nil {
		if _, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			return errors.New("a request is a URL as a string, or an object with " + requestFields)
		}
		return fmt.Errorf("a request that is not JSON: %w", err)
	}
	places := map[string]any{
		"url": &r.URL, "method": &r.Method, "header": &r.Header, "body": &r.Body, "keep_body": &r.KeepBody,
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		place, known := places[name]
		if !known {
			return fmt.Errorf("unknown field %q of a request: known are %s", name, requestFields)
		}
		if err := json.Unmarshal(fields[name], place); err != nil {
			return fmt.Errorf("field %q of a request: %w", name, err)
		}
	}
	return nil
}
