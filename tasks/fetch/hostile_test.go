package fetch_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap/tasks/fetch"
)

// However a server misbehaves, a request ends with the reason.
func TestHostileServers(t *testing.T) {
	forever := func(write func() error) {
		for write() == nil {
		}
	}
	for name, test := range map[string]struct {
		serve http.HandlerFunc
		want  fetch.Reason
	}{
		"endless body": {func(w http.ResponseWriter, r *http.Request) {
			forever(func() error { _, err := w.Write(make([]byte, 1<<10)); return err })
		}, fetch.TooLarge},
		"a byte a second": {func(w http.ResponseWriter, r *http.Request) {
			forever(func() error {
				select {
				case <-time.After(time.Second):
				case <-r.Context().Done():
				}
				_, _ = w.Write([]byte("."))
				_ = http.NewResponseController(w).Flush()
				return r.Context().Err()
			})
		}, fetch.OutOfTime},
		"header flood": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Flood", strings.Repeat("x", 2<<20))
		}, fetch.HeaderTooLarge},
		"redirect loop": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.Path+"x", http.StatusFound)
		}, fetch.TooManyRedirects},
		"lying length": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "100")
			io.WriteString(w, "short")
		}, fetch.Broken},
		"gzip bomb": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			forever(func() error { _, err := z.Write(make([]byte, 1<<20)); return err })
		}, fetch.TooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := inMemory(t, fetch.Options{MaxBody: 4 << 20}, test.serve)
				_, err := c.Fetch(t.Context(), fetch.Request{URL: "http://host/"})
				if reasonOf(err) != test.want {
					t.Errorf("got %v, want %s", err, test.want)
				}
			})
		})
	}
}
