package target

import (
	"encoding/json"
	"net/http"
	"sync/atomic"
)

// StatisticsPath is the path that answers with [Statistics] as JSON: at once, and itself not counted.
const StatisticsPath = "/overlap/statistics"

// Statistics is what a server has done since it started.
type Statistics struct {
	Served   int64 `json:"served"`   // requests answered, those that failed on purpose included
	Failed   int64 `json:"failed"`   // requests answered with status 500 on purpose
	Refused  int64 `json:"refused"`  // requests above the rate
	Canceled int64 `json:"canceled"` // requests cut off before their answer, by their client or because the server stops
	Waiting  int64 `json:"waiting"`  // requests that wait for a place now
	Serving  int64 `json:"serving"`  // requests being served now
	Peak     int64 `json:"peak"`     // the most requests that were being served at once
}

type counts struct {
	served, failed, refused, canceled, waiting, serving, peak atomic.Int64
}

// enter counts a request that begins to be served.
func (c *counts) enter() {
	serving := c.serving.Add(1)
	for {
		peak := c.peak.Load()
		if serving <= peak || c.peak.CompareAndSwap(peak, serving) {
			return
		}
	}
}

func (c *counts) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(Statistics{
		Served:   c.served.Load(),
		Failed:   c.failed.Load(),
		Refused:  c.refused.Load(),
		Canceled: c.canceled.Load(),
		Waiting:  c.waiting.Load(),
		Serving:  c.serving.Load(),
		Peak:     c.peak.Load(),
	}) // the client going away is its own affair
}
