package fetch_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"example.com/overlap"
	"example.com/overlap/tasks/fetch"
)

// Every URL here holds the password hush, and no message may.
func TestNoMessageHasAPassword(t *testing.T) {
	for _, url := range []string{
		"ftp://me:hush@h/a", "http://me:hu/sh@h/a", "http://me:hush/@h/a", "http://me:hush?@h/a", "http://me:hush#@h/a",
		"http://me:hush%zz@h:x/", "http://me:hush@h:99999/", "http://me:hush@/a", "http://me:hush@a b/", "me:hush@h/a",
		"//me:hush@h/a", "http:me:hush@h/a", "https:/me:hush@h/a", "http://me:hush@h/%zz", "http://me:hush@[::1/",
		"http://me:hush[@h]/", "me@x:hush@h", "http://me:hush@ex℀mple.com/",
		"http://me:hush@" + strings.Repeat("a", 64) + "/",
		"http://me:a b@hush@h:99999/", "http://me:hush\x00@h:x/", "HTTP://me:hush@:80/", "http://me:hush@h@x:y/",
		"http://me:hush\n@a b/",
	} {
		request := fetch.Request{URL: url}
		_, err := fetch.Default.Fetch(t.Context(), request)
		failed, ok := errors.AsType[*fetch.Error](err)
		if !ok {
			t.Errorf("%q: got %v", url, err)
			continue
		}
		for _, said := range []string{
			err.Error(), fmt.Sprintf("%#v", *failed), fmt.Sprint(failed.Err), fmt.Sprint(request), fmt.Sprintf("%+v", request),
			fmt.Sprint(&overlap.CallError{Task: "fetch", Input: request, Err: err}),
		} {
			for _, secret := range []string{"hush", "hu/sh", "sh@"} {
				if strings.Contains(said, secret) {
					t.Errorf("%q: a message has the password: %s", url, said)
				}
			}
		}
	}
}

func TestThePageHasNoPassword(t *testing.T) {
	c := anywhere(t, func(w http.ResponseWriter, r *http.Request) {
		name, password, _ := r.BasicAuth()
		if name != "me" || password != "hu sh" {
			t.Errorf("%s: the server was told %q and %q", r.URL, name, password)
		}
		switch r.URL.Path {
		case "/to":
			w.Header().Set("Location", "http://me:hu%20sh@other/failing")
			w.WriteHeader(http.StatusFound)
		case "/failing":
			w.WriteHeader(http.StatusNotFound)
		}
	})
	for _, url := range []string{"http://me:hu%20sh@h/", "http://me:hu sh@h/"} {
		page, err := c.Fetch(t.Context(), fetch.Request{URL: url})
		if written, _ := json.Marshal(page); err != nil || page.URL != "http://me:xxxxx@h/" ||
			strings.Contains(string(written), "sh@") {
			t.Errorf("the page is %s, error %v", written, err)
		}
	}
	_, err := c.Fetch(t.Context(), fetch.Request{URL: "http://me:hu%20sh@h/to"})
	failed, ok := errors.AsType[*fetch.StatusError](err)
	if want := "the server answered 404 Not Found at http://me:xxxxx@other/failing"; !ok || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	} else if said := fmt.Sprintf("%#v", *failed); strings.Contains(said, "sh@") {
		t.Errorf("the error has the password: %s", said)
	}
}

func TestNoMessageMovesTheCursor(t *testing.T) {
	for _, url := range []string{"http://a\x1b[2Jb/", "a\x1b[2Jb", "x\x1b://h/", "http://h\u009b2J:x/",
		"http://h/\x1b%zz"} {
		request := fetch.Request{URL: url}
		_, err := fetch.Default.Fetch(t.Context(), request)
		if err == nil || strings.ContainsAny(fmt.Sprint(err, request), "\x1b\u009b") {
			t.Errorf("%q: got %q of %q", url, err, request)
		}
	}
}
