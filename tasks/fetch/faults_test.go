package fetch_test

import (
	"net/http/httptest"
	"runtime"
	"slices"
	"testing"
	"time"

	"example.com/overlap/target"
	"example.com/overlap/tasks/fetch"
)

// However the hostile server of overlap target misbehaves, a request ends with the reason, in bounded memory.
func TestFaultsOfTheTarget(t *testing.T) {
	reasons := map[string][]fetch.Reason{
		"endless":       {fetch.TooLarge},
		"drip":          {fetch.OutOfTime},
		"header-flood":  {fetch.HeaderTooLarge},
		"redirect-loop": {fetch.TooManyRedirects},
		"reset":         {fetch.Broken},
		"lying-length":  {fetch.Broken},
		"gzip-bomb":     {fetch.TooLarge},
	}
	server := httptest.NewServer(target.New(target.Config{Seed: 5}))
	defer server.Close()
	client := fetch.New(fetch.Options{MaxBody: 64 << 20})
	defer client.CloseIdle()
	for _, kind := range target.FaultKinds() {
		t.Run(kind, func(t *testing.T) {
			r := fetch.Request{URL: server.URL + target.FaultPath + kind}
			tries := 1
			switch kind {
			case "drip":
				r.Settings = &fetch.Settings{MaxTime: 1200 * time.Millisecond}
			case "reset":
				tries = 50
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			for range tries {
				if _, err := client.Fetch(t.Context(), r); !slices.Contains(reasons[kind], reasonOf(err)) {
					t.Errorf("got %v, want %v", err, reasons[kind])
				}
			}
			runtime.ReadMemStats(&after)
			// What was allocated in all, also by the server, which is in this process.
			if grown := after.TotalAlloc - before.TotalAlloc; grown > 40<<20 {
				t.Errorf("%d MB were allocated", grown>>20)
			}
		})
	}
}
