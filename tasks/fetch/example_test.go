package fetch_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	"example.com/overlap"
	"example.com/overlap/tasks/fetch"
)

func Example() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/gone" {
			w.WriteHeader(http.StatusGone)
		}
		fmt.Fprint(w, "hello")
	}))
	defer server.Close()
	requests := []fetch.Request{{URL: server.URL + "/"}, {URL: server.URL + "/gone"}}
	pages, err := overlap.Map(context.Background(), overlap.Async(), fetch.Task, requests, overlap.KeepGoing())
	fmt.Println(pages[0].Status, pages[0].Size)
	failure, _ := errors.AsType[*fetch.StatusError](err)
	fmt.Println(failure.Status, failure.Retryable())
	// Output:
	// 200 5
	// 410 false
}
