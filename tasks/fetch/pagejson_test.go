package fetch_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"example.com/overlap/tasks/fetch"
)

// In pieces, a page and a failure are what package json makes of them, and are read as what they were.
func TestWriteJSON(t *testing.T) {
	for name, body := range map[string]fetch.Body{
		"none": nil, "short": fetch.Body("a <b> & \"c\"\n\x00\u2028"), "binary": fetch.Body(strings.Repeat("\xff\x00", 50_001)),
		"text": fetch.Body(strings.Repeat("é日\U0001f600\x00", 20_001)), "shifted": fetch.Body("x" + strings.Repeat("日", 40_000)),
	} {
		page := fetch.Page{Status: 200, URL: "http://h/?a&b", SHA256: "0", Body: body}
		failure := fetch.Failure{Reason: fetch.BadStatus, Page: &page}
		var text, whole bytes.Buffer
		if err := failure.WriteJSON(&text); err != nil {
			t.Fatal(err)
		}
		encoder := json.NewEncoder(&whole)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(failure); err != nil || text.String()+"\n" != whole.String() {
			t.Errorf("%s: %.100q in pieces, %.100q as a whole: %v", name, &text, &whole, err)
		}
		var read fetch.Failure
		if err := json.Unmarshal(text.Bytes(), &read); err != nil || !reflect.DeepEqual(read, failure) {
			t.Errorf("%s: read as %.100v, %v", name, read, err)
		}
		if isLarge := len(body) > 64<<10; failure.IsLarge() != isLarge || page.IsLarge() != isLarge {
			t.Errorf("%s of %d bytes is large: %v", name, len(body), page.IsLarge())
		}
	}
}

// A body that is too large is not carried at all.
func TestTooLargeBodyIsNotKept(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/missing" {
			w.WriteHeader(http.StatusNotFound)
		}
		for range 200 {
			_, _ = w.Write(make([]byte, 1<<10))
			_ = http.NewResponseController(w).Flush()
		}
	})
	c := client(t, fetch.Options{MaxBody: 100 << 10})
	for _, path := range []string{"/", "/missing"} {
		_, err := c.Fetch(t.Context(), fetch.Request{URL: server.URL + path, KeepBody: true})
		failed, ok := err.(interface{ FailedValue() any })
		if !ok {
			t.Fatalf("got %v", err)
		}
		if f := failed.FailedValue().(fetch.Failure); f.Page == nil || f.Page.Body != nil || f.Page.Size == 0 {
			t.Errorf("%s: got %d bytes of %+v", path, len(f.Page.Body), f)
		}
	}
}
