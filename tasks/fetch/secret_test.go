package fetch_test

import (
	"errors"
	"fmt"
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
		"http://me:hush[@h]/", "me@x:hush@h", "http://me:hush@ex℀mple.com/", "http://me:hush@" + strings.Repeat("a", 64) + "/",
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

func TestNoMessageMovesTheCursor(t *testing.T) {
	for _, url := range []string{"http://a\x1b[2Jb/", "a\x1b[2Jb", "x\x1b://h/", "http://h\u009b2J:x/", "http://h/\x1b%zz"} {
		request := fetch.Request{URL: url}
		_, err := fetch.Default.Fetch(t.Context(), request)
		if err == nil || strings.ContainsAny(fmt.Sprint(err, request), "\x1b\u009b") {
			t.Errorf("%q: got %q of %q", url, err, request)
		}
	}
}
