package fetch_test

import (
	"errors"
	"io"
	"log"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"example.com/overlap"
	"example.com/overlap/tasks/fetch"
)

var discardLog = log.New(io.Discard, "", 0)

func TestStatusErrorCarriesThePage(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(http.StatusServiceUnavailable)
		io.WriteString(w, "down")
	})
	_, err := client(t, fetch.Options{}).Fetch(t.Context(), fetch.Request{URL: server.URL, KeepBody: true})
	failed, ok := errors.AsType[*fetch.StatusError](err)
	if !ok {
		t.Fatalf("got %v", err)
	}
	if failed.Status != 503 || failed.Page.Status != 503 || failed.URL != server.URL || failed.Err != nil ||
		string(failed.Page.Body) != "down" {
		t.Errorf("got %+v", failed)
	}
	if wait, ok := failed.RetryAfter(); wait != 7*time.Second || !ok {
		t.Errorf("RetryAfter says %v %v", wait, ok)
	}
	if want := "the server answered 503 Service Unavailable, retry after 7s"; failed.Error() != want {
		t.Errorf("got  %q\nwant %q", failed, want)
	}
}

func TestStatusErrorOfATooLargeBody(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Error(w, "more than ten bytes", 404) })
	_, err := client(t, fetch.Options{MaxBody: 10}).Fetch(t.Context(), fetch.Request{URL: server.URL})
	if failed, ok := errors.AsType[*fetch.StatusError](err); !ok || failed.Status != 404 {
		t.Fatalf("got %v", err)
	}
	if cause, ok := errors.AsType[*fetch.Error](err); !ok || cause.Reason != fetch.TooLarge {
		t.Errorf("the status error does not wrap what became of the body, but %v", cause)
	}
}

func TestWhichStatusIsRetryable(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		status := 0
		for _, digit := range r.URL.Path[1:] {
			status = status*10 + int(digit-'0')
		}
		w.WriteHeader(status)
	})
	c := client(t, fetch.Options{})
	retryable := func(path string, r fetch.Request) bool {
		r.URL = server.URL + path
		_, err := c.Fetch(t.Context(), r)
		failed, ok := errors.AsType[*fetch.StatusError](err)
		if !ok {
			t.Fatalf("%s: got %v", path, err)
		}
		return failed.Retryable()
	}
	for path, want := range map[string]bool{
		"/400": false, "/401": false, "/404": false, "/408": true, "/409": false, "/429": true, "/500": true, "/501": false,
		"/502": true, "/503": true, "/504": true, "/505": false,
	} {
		if got := retryable(path, fetch.Request{}); got != want {
			t.Errorf("GET %s is retryable: %v, want %v", path, got, want)
		}
	}
	for method, want := range map[string]bool{
		"GET": true, "head": true, "PUT": true, "DELETE": true, "OPTIONS": true, "TRACE": true, "POST": false, "PATCH": false,
	} {
		if got := retryable("/503", fetch.Request{Method: method}); got != want {
			t.Errorf("%s of 503 is retryable: %v, want %v", method, got, want)
		}
	}
	if !retryable("/503", fetch.Request{Method: "POST", Header: map[string]string{"idempotency-key": "1"}}) {
		t.Error("a POST with an Idempotency-Key is not retryable")
	}
}

func TestRetryOfAServerThatFailsTwice(t *testing.T) {
	for _, test := range []struct {
		name     string
		request  fetch.Request
		policy   overlap.RetryPolicy
		requests int32
		status   int
	}{
		{"to success", fetch.Request{}, overlap.Retry(2), 3, 200},
		{"too few attempts", fetch.Request{}, overlap.Retry(1), 2, 503},
		{"a POST is not made again", fetch.Request{Method: "POST"}, overlap.Retry(2), 1, 503},
	} {
		t.Run(test.name, func(t *testing.T) {
			var requests atomic.Int32
			server := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if requests.Add(1) <= 2 {
					w.Header().Set("Retry-After", "0")
					w.WriteHeader(http.StatusServiceUnavailable)
				}
			})
			test.request.URL = server.URL
			pages, err := overlap.Map(t.Context(), overlap.Pool(1), overlap.Func(client(t, fetch.Options{}).Fetch),
				[]fetch.Request{test.request}, test.policy)
			if got := requests.Load(); got != test.requests {
				t.Errorf("the server got %d requests, want %d", got, test.requests)
			}
			if failed, ok := errors.AsType[*fetch.StatusError](err); ok && failed.Status != test.status {
				t.Errorf("got %v, want status %d", err, test.status)
			} else if !ok && (err != nil || pages[0].Status != test.status) {
				t.Errorf("got %v, error %v, want status %d", pages, err, test.status)
			}
		})
	}
}
