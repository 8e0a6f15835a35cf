package fetch

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"time"

	"example.com/overlap/internal/figures"
)

// settingsJSON are the settings of a request in JSON.
type settingsJSON struct {
	CACert   string   `json:"cacert,omitempty"`
	Cert     string   `json:"cert,omitempty"`
	Insecure bool     `json:"insecure,omitempty"`
	Proxy    string   `json:"proxy,omitempty"`
	Resolve  []string `json:"resolve,omitempty"`
	HTTP1    bool     `json:"http1,omitempty"`

	// In these 0 means none, as in the flags of the command, so it has to be told from a field that is not there.
	MaxRedirects *int     `json:"max_redirects,omitempty"`
	MaxTime      *seconds `json:"max_time,omitempty"`
	StallLimit   *seconds `json:"stall_limit,omitempty"`

	ConnectTimeout seconds `json:"connect_timeout,omitempty"`
	MaxBody        size    `json:"max_body,omitempty"`

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
		orNone(s.MaxRedirects), time.Duration(s.ConnectTimeout), time.Duration(orNone(s.MaxTime)),
		time.Duration(orNone(s.StallLimit)), int64(s.MaxBody), s.Save, s.UTF8,
	}
}

func (s *Settings) json() settingsJSON {
	if s == nil {
		return settingsJSON{}
	}
	return settingsJSON{
		s.CACert, s.Cert, s.Insecure, s.Proxy, s.Resolve, s.HTTP1,
		zeroForNone(s.MaxRedirects), zeroForNone(seconds(s.MaxTime)), zeroForNone(seconds(s.StallLimit)),
		seconds(s.ConnectTimeout), size(s.MaxBody), s.Save, s.UTF8,
	}
}

// orNone is a limit of settings, in which a negative one stands for none and 0 for what the client has.
func orNone[T int | seconds](read *T) T {
	switch {
	case read == nil:
		return 0
	case *read == 0:
		return -1
	}
	return *read
}

// zeroForNone is a limit in JSON.
func zeroForNone[T int | seconds](limit T) *T {
	if limit == 0 {
		return nil
	}
	return new(max(limit, 0))
}

// check refuses negative numbers, which mean nothing in JSON.
func (s *settingsJSON) check() error {
	const none, more = "give 0 for no limit, or a positive time", "give a positive number, or leave it out"
	switch {
	case s.MaxRedirects != nil && *s.MaxRedirects < 0:
		return negative("max_redirects", *s.MaxRedirects, "give 0 to have the redirect itself as the result, or more")
	case s.MaxTime != nil && *s.MaxTime < 0:
		return negative("max_time", time.Duration(*s.MaxTime), none)
	case s.StallLimit != nil && *s.StallLimit < 0:
		return negative("stall_limit", time.Duration(*s.StallLimit), none)
	case s.ConnectTimeout < 0:
		return negative("connect_timeout", time.Duration(s.ConnectTimeout), more)
	case s.MaxBody < 0:
		return negative("max_body", s.MaxBody, more)
	}
	return nil
}

func negative(field string, value any, advice string) error {
	return fmt.Errorf("field %q of a request: %v makes no sense: %s", field, value, advice)
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
		if *s = seconds(nanoseconds(number)); *s == 0 && number != 0 {
			return bad // which would be no limit, where a very short one was meant
		}
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

// size is a number of bytes in JSON, or a text such as "16MiB".
type size int64

// UnmarshalJSON implements [json.Unmarshaler].
func (s *size) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, (*int64)(s)) == nil {
		return nil
	}
	if json.Unmarshal(data, &text) == nil {
		if bytes, ok := figures.ParseSize(text); ok {
			*s = size(bytes)
			return nil
		}
	}
	return fmt.Errorf(`%s is no size: give bytes, or a text such as "16MiB"`, data)
}
