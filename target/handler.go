package target

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/mccutchen/go-httpbin/v2/httpbin"
	"golang.org/x/time/rate"
)

// handler puts what a Config asks for before the pages. A request passes, in this order: the rate limit, the capacity,
// the latency, the error rate.
type handler struct {
	config  Config
	pages   http.Handler
	limiter *rate.Limiter // nil without a rate
	places  chan struct{} // one element for each request being served; nil without a capacity
	crowd   atomic.Int64  // how many requests are there that were not refused, with RefuseAbove
	falloff falloff
	arrived *atomic.Uint64
	counts  *counts
	then    *handler // nil: the server stays as it is
	until   time.Time
}

// New returns the server's handler: all of go-httpbin's paths (/get, /status/503, /bytes/1024, /delay/2, /redirect/3,
// /anything and many more; / lists them), and [StatisticsPath]. Bodies larger than 1 MiB are refused. It panics if
// config is not valid: see [Config.Validate].
func New(config Config) http.Handler {
	if err := config.Validate(); err != nil {
		panic(err)
	}
	h := newHandler(config, httpbin.New(), &atomic.Uint64{}, &counts{})
	if later, _ := readLater(config); later != nil { // it is valid
		h.until = time.Now().Add(later.after)
		h.then = newHandler(later.be, h.pages, h.arrived, h.counts)
	}
	return h
}

func newHandler(config Config, pages http.Handler, arrived *atomic.Uint64, counted *counts) *handler {
	h := &handler{config: config, pages: pages, arrived: arrived, counts: counted}
	h.falloff, _ = readFalloff(config.Falloff)
	if config.Rate > 0 {
		h.limiter = rate.NewLimiter(rate.Limit(config.Rate), int(math.Ceil(config.Rate)))
	}
	if config.Capacity > 0 {
		h.places = make(chan struct{}, config.Capacity)
	}
	return h
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == StatisticsPath {
		h.counts.write(w)
		return
	}
	if h.then != nil && !time.Now().Before(h.until) {
		h = h.then
	}
	if h.limiter != nil && !h.limiter.Allow() {
		h.refuse(w, r)
		return
	}
	if h.refuseCrowd(w, r) {
		return
	}
	defer h.leaveCrowd()
	if !readBody(w, r) {
		return
	}
	if err := h.enter(r.Context()); err != nil {
		h.leaveUnanswered(w)
		return
	}
	defer h.leave()

	number := h.arrived.Add(1)
	if !wait(r.Context(), h.latency(number)) {
		h.leaveUnanswered(w)
		return
	}
	h.counts.served.Add(1)
	if draw(h.config.Seed, errorStream, number) < h.config.ErrorRate {
		h.counts.failed.Add(1)
		http.Error(w, fmt.Sprintf("failed on purpose: the error rate is %v", h.config.ErrorRate),
			http.StatusInternalServerError)
		return
	}
	if h.misbehave(w, r, number) {
		return
	}
	h.pages.ServeHTTP(w, r)
}

// enter waits for a place. Go's channels serve senders in the order in which they came.
func (h *handler) enter(ctx context.Context) error {
	if h.places != nil {
		h.counts.waiting.Add(1)
		defer h.counts.waiting.Add(-1)
		select {
		case h.places <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	h.counts.enter()
	return nil
}

func (h *handler) leave() {
	h.counts.serving.Add(-1)
	if h.places != nil {
		<-h.places
	}
}

// leaveUnanswered ends a request that was cut off. Only when it is the server that stops is there a client to read it.
func (h *handler) leaveUnanswered(w http.ResponseWriter) {
	h.counts.canceled.Add(1)
	http.Error(w, "the server stops", http.StatusServiceUnavailable)
}

func (h *handler) latency(number uint64) time.Duration {
	latency := h.config.Latency
	if h.config.Jitter > 0 {
		share := 2*draw(h.config.Seed, jitterStream, number) - 1
		latency += time.Duration(share * float64(h.config.Jitter))
	}
	if h.falloff.kind == "" {
		return latency
	}
	return time.Duration(min(float64(latency)*h.falloff.times(h.counts.serving.Load()), math.MaxInt64/2))
}

// wait returns whether d has passed before ctx ended.
func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// readBody takes a request's body into memory, because net/http notices that the client of an HTTP/1 request has gone
// away only after the body was read. It returns false when it has answered the request itself.
func readBody(w http.ResponseWriter, r *http.Request) bool {
	if r.Body == nil || r.Body == http.NoBody {
		return true
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, httpbin.DefaultMaxBodySize))
	if err != nil {
		status := http.StatusBadRequest
		if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
			status = http.StatusRequestEntityTooLarge
		}
		http.Error(w, "cannot read the body: "+err.Error(), status)
		return false
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return true
}
