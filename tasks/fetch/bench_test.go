package fetch_test

import (
	"io"
	"net/http"
	"testing"

	"example.com/overlap/tasks/fetch"
)

// BenchmarkCall compares a call of the task with the same request made by a bare http.Client.
func BenchmarkCall(b *testing.B) {
	server := serve(b, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "ok") })
	b.Run("fetch", func(b *testing.B) {
		c := client(b, fetch.Options{})
		request := fetch.Request{URL: server.URL}
		parallel(b, func() error {
			_, err := c.Fetch(b.Context(), request)
			return err
		})
	})
	b.Run("http.Client", func(b *testing.B) {
		c := http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
		defer c.CloseIdleConnections()
		parallel(b, func() error {
			response, err := c.Get(server.URL)
			if err != nil {
				return err
			}
			defer response.Body.Close()
			_, err = io.Copy(io.Discard, response.Body)
			return err
		})
	})
}

func parallel(b *testing.B, call func() error) {
	b.ReportAllocs()
	b.SetParallelism(16)
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			if err := call(); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
}
