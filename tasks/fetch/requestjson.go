package fetch

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
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
			if bad, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
				return fmt.Errorf("field %q of a request: want %s, got %s", name, wanted(known[at].place), kindOf(bad.Value))
			}
			return fmt.Errorf("field %q of a request: %w", name, err)
		}
	}
	return r.check()
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

// kindOf names what package json calls a value that it cannot take: "number 1.5", "string", "array".
func kindOf(value string) string {
	kind, _, _ := strings.Cut(value, " ")
	if kind == "array" || kind == "object" {
		return "an " + kind
	}
	return "a " + kind
}

// wanted says what belongs in a field.
func wanted(place any) string {
	switch place.(type) {
	case *string:
		return "a text"
	case *bool:
		return "true or false"
	case *[]string:
		return "a list of texts"
	case *map[string]string:
		return "an object of texts"
	}
	return "a whole number"
}

var requestFields = func() string {
	var names []string
	for _, f := range fieldsOf(&requestJSON{}) {
		names = append(names, f.name)
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}()
