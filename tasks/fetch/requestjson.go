package fetch

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"
)

// requestJSON is a request in JSON.
type requestJSON struct {
	URL      string            `json:"url"`
	Method   string            `json:"method,omitempty"`
	Header   map[string]string `json:"header,omitempty"`
	Body     Body              `json:"body,omitempty"`
	KeepBody bool              `json:"keep_body,omitempty"`
	settingsJSON
}

type settingsJSON struct {
	CACert   string   `json:"cacert,omitempty"`
	Cert     string   `json:"cert,omitempty"`
	Insecure bool     `json:"insecure,omitempty"`
	Proxy    string   `json:"proxy,omitempty"`
	Resolve  []string `json:"resolve,omitempty"`
	HTTP1    bool     `json:"http1,omitempty"`

	MaxRedirects   int     `json:"max_redirects,omitempty"`
	ConnectTimeout seconds `json:"connect_timeout,omitempty"`
	MaxTime        seconds `json:"max_time,omitempty"`
	StallLimit     seconds `json:"stall_limit,omitempty"`
	MaxBody        int64   `json:"max_body,omitempty"`

	Save string `json:"save,omitempty"`
	UTF8 bool   `json:"utf8,omitempty"`
}

func (s settingsJSON) isZero() bool { return reflect.ValueOf(s).IsZero() }

// settings are nil where nothing is said.
func (s settingsJSON) settings() *Settings {
	if s.isZero() {
		return nil
	}
	return &Settings{
		s.CACert, s.Cert, s.Insecure, s.Proxy, s.Resolve, s.HTTP1,
		s.MaxRedirects, time.Duration(s.ConnectTimeout), time.Duration(s.MaxTime), time.Duration(s.StallLimit), s.MaxBody,
		s.Save, s.UTF8,
	}
}

func (s *Settings) json() settingsJSON {
	if s == nil {
		return settingsJSON{}
	}
	return settingsJSON{
		s.CACert, s.Cert, s.Insecure, s.Proxy, s.Resolve, s.HTTP1,
		s.MaxRedirects, seconds(s.ConnectTimeout), seconds(s.MaxTime), seconds(s.StallLimit), s.MaxBody,
		s.Save, s.UTF8,
	}
}

// seconds are a time in JSON: a number of seconds, or a text such as "1m30s".
type seconds time.Duration

// MarshalJSON implements [json.Marshaler].
func (s seconds) MarshalJSON() ([]byte, error) { return json.Marshal(time.Duration(s).Seconds()) }

// UnmarshalJSON implements [json.Unmarshaler].
func (s *seconds) UnmarshalJSON(data []byte) error {
	var number float64
	var text string
	bad := fmt.Errorf(`%s is no time: give seconds, or a text such as "1m30s"`, data)
	switch {
	case json.Unmarshal(data, &number) == nil:
		if math.Abs(number) > math.MaxInt64/1e9 {
			return bad
		}
		*s = seconds(nanoseconds(number))
		return nil
	case json.Unmarshal(data, &text) == nil:
		d, err := time.ParseDuration(text)
		if err != nil {
			return bad
		}
		*s = seconds(d)
		return nil
	}
	return bad
}

// MarshalJSON gives the URL as a string when nothing else is set, and otherwise an object.
func (r Request) MarshalJSON() ([]byte, error) {
	if r.Method == "" && len(r.Header) == 0 && len(r.Body) == 0 && !r.KeepBody && r.Settings == nil {
		return json.Marshal(r.URL)
	}
	return json.Marshal(requestJSON{r.URL, r.Method, r.Header, r.Body, r.KeepBody, r.Settings.json()})
}

// UnmarshalJSON reads a URL as a string, or an object. A field it does not know, or a request without a URL, is an
// error: a misspelt field must not turn into another request.
func (r *Request) UnmarshalJSON(data []byte) error {
	data = bytes.TrimSpace(data)
	var read requestJSON
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
	*r = Request{read.URL, read.Method, read.Header, read.Body, read.KeepBody, read.settings()}
	return nil
}

func (r *requestJSON) readObject(data []byte) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(data, &fields); err != nil {
		if _, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			return errors.New("a request is a URL as a string, or an object with " + requestFields)
		}
		return fmt.Errorf("a request that is not JSON: %w", err)
	}
	known := fieldsOf(r)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		at := slices.IndexFunc(known, func(f field) bool { return f.name == name })
		if at < 0 {
			return fmt.Errorf("unknown field %q of a request: known are %s", name, requestFields)
		}
		if err := json.Unmarshal(fields[name], known[at].place); err != nil {
			return fmt.Errorf("field %q of a request: %w", name, err)
		}
	}
	return nil
}

// field is one of a request in JSON.
type field struct {
	name  string
	place any // a pointer to it
}

func fieldsOf(r *requestJSON) []field {
	var all []field
	value := reflect.ValueOf(r).Elem()
	for _, f := range reflect.VisibleFields(value.Type()) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" {
			all = append(all, field{name, value.FieldByIndex(f.Index).Addr().Interface()})
		}
	}
	return all
}

var requestFields = func() string {
	var names []string
	for _, f := range fieldsOf(&requestJSON{}) {
		names = append(names, f.name)
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}()
