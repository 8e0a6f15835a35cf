package target

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

// FaultPath is the path below which each kind of fault has a page: /fault/endless.
const FaultPath = "/fault/"

// faults are what a hostile server does to a request, by kind. number is that of the request, for what is random.
var faults = map[string]func(h *handler, w http.ResponseWriter, r *http.Request, number uint64){
	"endless":       endless,
	"drip":          drip,
	"header-flood":  headerFlood,
	"redirect-loop": redirectLoop,
	"reset":         reset,
	"lying-length":  lyingLength,
	"gzip-bomb":     gzipBomb,
}

// FaultKinds are the kinds of faults, sorted.
func FaultKinds() []string { return slices.Sorted(maps.Keys(faults)) }

// anyFault as a kind is a random one for each request.
const anyFault = "any"

const faultStream = uint64(2) << 32

// misbehave answers a request as Config.Fault or its path says. It reports whether it has.
func (h *handler) misbehave(w http.ResponseWriter, r *http.Request, number uint64) bool {
	kind := h.config.Fault
	if below, ok := strings.CutPrefix(r.URL.Path, FaultPath); ok {
		kind, _, _ = strings.Cut(below, "/")
	}
	if kind == anyFault {
		all := FaultKinds()
		kind = all[int(draw(h.config.Seed, faultStream, number)*float64(len(all)))]
	}
	fault := faults[kind]
	if fault == nil {
		return false
	}
	fault(h, w, r, number)
	return true
}
