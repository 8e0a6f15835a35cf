package target

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
)

// refuse answers a request above the rate. It waits the latency too, for the refusal crosses the network as any answer.
func (h *handler) refuse(w http.ResponseWriter, r *http.Request) {
	h.counts.refused.Add(1)
	missing := 1 - h.limiter.Tokens()
	seconds := max(1, math.Ceil(missing/h.config.Rate))
	if !wait(r.Context(), h.config.Latency) {
		return
	}
	w.Header().Set("Retry-After", strconv.FormatFloat(seconds, 'f', 0, 64))
	http.Error(w, fmt.Sprintf("more than %v requests a second", h.config.Rate), h.config.refusal())
}
