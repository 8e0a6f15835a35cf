package target

import "net/http"

// refuseCrowd answers a request that comes when as many are being served as may be. It reports whether it has.
func (h *handler) refuseCrowd(w http.ResponseWriter, r *http.Request) bool {
	if h.config.RefuseAbove == 0 {
		return false
	}
	if h.crowd.Add(1) <= int64(h.config.RefuseAbove) {
		return false
	}
	h.crowd.Add(-1)
	h.counts.refused.Add(1)
	if wait(r.Context(), h.config.Latency) {
		http.Error(w, "too many requests at once", h.config.refusal())
	}
	return true
}

// leaveCrowd is when a request that was not refused has been answered.
func (h *handler) leaveCrowd() {
	if h.config.RefuseAbove > 0 {
		h.crowd.Add(-1)
	}
}
