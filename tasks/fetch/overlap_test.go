package fetch_test

import (
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"example.com/overlap"
	"example.com/overlap/tasks/fetch"
)

// The server answers no call before all are there, so that only calls that overlap succeed.
func TestCallsOverlap(t *testing.T) {
	const calls = 4
	for _, executor := range []overlap.Executor{overlap.Threads(), overlap.Pool(calls), overlap.Async(), overlap.Loop()} {
		t.Run(executor.String(), func(t *testing.T) {
			var arrived atomic.Int32
			all := make(chan struct{})
			server := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if arrived.Add(1) == calls {
					close(all)
				}
				select {
				case <-all:
				case <-r.Context().Done():
				}
			})
			requests := make([]fetch.Request, calls)
			for i := range requests {
				requests[i] = fetch.Request{URL: server.URL}
			}
			task := overlap.Func(client(t, fetch.Options{}).Fetch, overlap.Timeout(time.Minute))
			if _, err := overlap.Map(t.Context(), executor, task, requests); err != nil {
				t.Error(err)
			}
		})
	}
}
