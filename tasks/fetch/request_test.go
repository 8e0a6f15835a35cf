package fetch_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"
	"unicode/utf8"

	"example.com/overlap/tasks/fetch"
)

func TestRequestInJSON(t *testing.T) {
	for _, test := range []struct {
		text string
		want fetch.Request
	}{
		{`"http://a/"`, fetch.Request{URL: "http://a/"}},
		{`{"url":"http://a/","method":"POST","header":{"A":"1"},"body":"text","keep_body":true}`,
			fetch.Request{
				URL: "http://a/", Method: "POST", Header: map[string]string{"A": "1"}, Body: []byte("text"), KeepBody: true,
			}},
		{`{"url":"http://a/","body":{"base64":"/w=="}}`, fetch.Request{URL: "http://a/", Body: []byte{0xff}}},
	} {
		var got fetch.Request
		if err := json.Unmarshal([]byte(test.text), &got); err != nil {
			t.Errorf("%s: %v", test.text, err)
			continue
		}
		if !same(got, test.want) {
			t.Errorf("%s is read as %#v", test.text, got)
		}
		if back, err := json.Marshal(got); err != nil || string(back) != test.text {
			t.Errorf("%s is written as %s, error %v", test.text, back, err)
		}
	}
}

func TestBadRequestInJSON(t *testing.T) {
	for text, want := range map[string]string{
		`""`:                            "a request needs a url",
		`{"method":"GET"}`:              "a request needs a url",
		`{"url":"http://a/","verb":""}`: `unknown field "verb" of a request: known are url, method, header,`,
		`{"URL":"http://a/"}`:           `unknown field "URL"`,
		`{"url":7}`:                     `field "url" of a request: `,
		`{"url":"http://a/","body":7}`:  `field "body" of a request: a body is a string, or {"base64": "…"}`,
		`7`:                             "a request is a URL as a string, or an object with url,",
		`["http://a/"]`:                 "a request is a URL as a string, or an object with url,",
	} {
		var got fetch.Request
		if err := json.Unmarshal([]byte(text), &got); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %#v, error %v\nwant %s", text, got, err, want)
		}
	}
}

func TestRequestAsText(t *testing.T) {
	var got fetch.Request
	if err := got.UnmarshalText([]byte(" http://a/b \n")); err != nil || !same(got, fetch.Request{URL: "http://a/b"}) {
		t.Errorf("got %#v, error %v", got, err)
	}
	err := got.UnmarshalText([]byte(`{"url":"http://a/","method":"PUT"}`))
	if err != nil || !same(got, fetch.Request{URL: "http://a/", Method: "PUT"}) {
		t.Errorf("got %#v, error %v", got, err)
	}
	for text, want := range map[string]string{"": "the URL is empty", " \n": "the URL is empty", "{": "not JSON"} {
		if err := got.UnmarshalText([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %s", text, err, want)
		}
	}
}

func TestRequestInMessages(t *testing.T) {
	r := fetch.Request{URL: "http://me:secret@a/b", Method: "post", Body: bytes.Repeat([]byte("x"), 1000)}
	if got, want := fmt.Sprintf("%+v", r), "POST http://me:xxxxx@a/b"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func same(a, b fetch.Request) bool {
	return a.URL == b.URL && a.Method == b.Method && maps.Equal(a.Header, b.Header) &&
		bytes.Equal(a.Body, b.Body) && a.KeepBody == b.KeepBody
}

func FuzzRequestRoundTrip(f *testing.F) {
	f.Add("http://a/", "", "", "", []byte(nil), false)
	f.Add("http://a/", "POST", "A", "1", []byte("text"), true)
	f.Add("http://a/\u2028<&>", "x", "", "\x00", []byte{0xff, 0xfe}, false)
	f.Fuzz(func(t *testing.T, url, method, name, value string, body []byte, keep bool) {
		for _, text := range []string{url, method, name, value} {
			if !utf8.ValidString(text) { // JSON has no way to say it
				t.Skip()
			}
		}
		want := fetch.Request{URL: url, Method: method, Body: body, KeepBody: keep}
		if name != "" {
			want.Header = map[string]string{name: value}
		}
		written, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got fetch.Request
		if err := json.Unmarshal(written, &got); err != nil {
			if url == "" {
				return
			}
			t.Fatalf("%s: %v", written, err)
		}
		if !same(got, want) {
			t.Errorf("%#v became %s and then %#v", want, written, got)
		}
	})
}

func FuzzRequestText(f *testing.F) {
	for _, seed := range []string{
		"http://a/", " a b ", "", "{", `{"url":"a"}`, `{"url":"a","body":{"base64":"/w=="}}`, "{}", "null", `"a"`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var r fetch.Request
		if r.UnmarshalText(text) != nil || !utf8.Valid(text) {
			return
		}
		if r.URL == "" {
			t.Fatalf("%q is read as a request without a URL", text)
		}
		written, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var again fetch.Request
		if err := json.Unmarshal(written, &again); err != nil || !same(r, again) {
			t.Errorf("%q: %#v became %s, error %v", text, r, written, err)
		}
	})
}
