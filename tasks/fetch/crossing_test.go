package fetch_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"slices"
	"testing"
	"time"

	"example.com/overlap"
	"example.com/overlap/process"
	"example.com/overlap/tasks/fetch"
)

func TestMain(m *testing.M) {
	os.Setenv("GORACE", "atexit_sleep_ms=0") // else each worker takes a second to end under the race detector
	process.Main()
	os.Exit(m.Run())
}

// A failure says the same wherever the request was made: by its type, its fields and its text. What crosses to a worker
// of a cluster does so by the same code.
func TestFailuresCrossToOtherProcesses(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/busy":
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(http.StatusServiceUnavailable)
		case "/breaks":
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte("0123456789"))
		case "/nowhere":
			w.WriteHeader(http.StatusFound)
		}
	})
	var requests []fetch.Request
	for _, url := range []string{
		server.URL + "/busy", server.URL + "/breaks", server.URL + "/nowhere", "http://127.0.0.1:1/", "ftp://h/", "http://[::1",
	} {
		requests = append(requests, fetch.Request{URL: url})
	}
	through := fetch.Request{URL: "http://nowhere.invalid/busy", Settings: &fetch.Settings{Proxy: server.URL}}
	requests = append(requests, through)
	through.URL = "http://nowhere.invalid/breaks"
	requests = append(requests, through)

	workers := process.New(2, process.Silent())
	defer workers.Close()
	here, there := failuresOf(t, overlap.Sync(), requests), failuresOf(t, workers, requests)
	for i, r := range requests {
		if here[i] != there[i] {
			t.Errorf("%s fails here with\n%+v\nand on a worker process with\n%+v", r.URL, here[i], there[i])
		}
	}
}

// said is what a failure says to programs.
type said struct {
	text, fields, kind, summary string
	retryable                   bool
	after                       time.Duration
}

func failuresOf(t *testing.T, on overlap.Executor, requests []fetch.Request) (all []said) {
	t.Helper()
	for r := range overlap.Stream(t.Context(), on, fetch.Task, slices.Values(requests), overlap.Ordered()) {
		failed, ok := errors.AsType[interface {
			error
			FailedValue() any
			Summary() string
			Retryable() bool
		}](r.Err)
		if !ok {
			t.Errorf("%s on %s: %v has no fields", r.Input.URL, on, r.Err)
			all = append(all, said{text: "nothing"})
			continue
		}
		f := failed.FailedValue().(fetch.Failure)
		if f.Page != nil {
			page := *f.Page
			page.Times = fetch.Times{}
			f.Page = &page
		}
		fields, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		s := said{
			text: failed.Error(), fields: string(fields), summary: failed.Summary(), retryable: failed.Retryable(),
		}
		if status, ok := errors.AsType[*fetch.StatusError](r.Err); ok {
			s.kind = "status"
			s.after, _ = status.RetryAfter()
		}
		if _, ok := errors.AsType[*fetch.Error](r.Err); ok {
			s.kind += "error"
		}
		all = append(all, s)
	}
	return all
}
