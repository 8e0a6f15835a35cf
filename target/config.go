// Package target is a local HTTP server that stands in for the network: go-httpbin's pages behind a latency, a
// capacity, an error rate and a rate limit that can be set, so that strategies meet the same server at each
// measurement. [Start] runs it as a process of its own, so that its work does not count into what is measured.
package target

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"strings"
	"time"
)

// Config says how the server behaves. The zero Config answers everything at once.
type Config struct {
	// Latency is waited before each answer, 0 or more. A request holds its place in Capacity meanwhile. The wait ends
	// at once when the client goes away.
	Latency time.Duration
	// Jitter makes each latency a random one between Latency-Jitter and Latency+Jitter, evenly spread; 0 to Latency.
	Jitter time.Duration
	// Capacity is how many requests are served at once; the others wait in order of their arrival. 0 means all.
	Capacity int
	// ErrorRate is the share of requests that is answered with status 500, 0 to 1.
	ErrorRate float64
	// Rate is how many requests a second are let in; those above it are answered with RateStatus and a Retry-After
	// header, and take no place in Capacity. Up to a second's worth may come at once. 0 means no limit.
	Rate float64
	// RateStatus is the status of the answers above Rate: 429 or 503. 0 means 429.
	RateStatus int
	// Seed decides which requests fail and what their jitter is: the n-th request to be served, over all clients, gets
	// the n-th draw. With the same seed as many of the first n requests fail, whatever the timing.
	Seed uint64
	// RefuseAbove is how many requests may be there at once; those above are answered with RateStatus. 0 means all.
	RefuseAbove int
	// Falloff is how the latency grows with the requests that are served at once: "usl:CONTENTION,COHERENCY" by the
	// universal scalability law, or "cliff:N,TIMES", by that factor when they are more than N. "" means not at all.
	Falloff string
	// Fault has each request answered as a hostile server does: see [FaultKinds], or "any" for a random one each time.
	// "" means none but for requests below [FaultPath].
	Fault string
	// Then is what the server changes into: a time since its start, and flags that count from then on, as in
	// "30s --latency 300ms --capacity 4".
	Then string
}

// refusal is the status of what is refused.
func (c Config) refusal() int {
	if c.RateStatus == 0 {
		return http.StatusTooManyRequests
	}
	return c.RateStatus
}

// mostRate is above what any machine serves, and small enough for its arithmetic to be exact.
const mostRate = 1e9

// Validate returns an error that names each value outside its range, or nil.
func (c Config) Validate() error {
	var errs []error
	refuse := func(format string, args ...any) { errs = append(errs, fmt.Errorf("target: "+format, args...)) }
	if c.Latency < 0 {
		refuse("latency %v is negative: give 0 or more", c.Latency)
	}
	if c.Jitter < 0 || c.Jitter > max(c.Latency, 0) {
		refuse("jitter %v is not between 0 and the latency, %v", c.Jitter, c.Latency)
	}
	if c.Latency > math.MaxInt64-c.Jitter {
		refuse("latency %v plus jitter %v is too long", c.Latency, c.Jitter)
	}
	if c.Capacity < 0 {
		refuse("capacity %d is negative: give the number of requests served at once, or 0 for no limit", c.Capacity)
	}
	if !(c.ErrorRate >= 0 && c.ErrorRate <= 1) { // so that NaN is refused too
		refuse("error rate %v is not a share between 0 and 1", c.ErrorRate)
	}
	if !(c.Rate >= 0 && c.Rate <= mostRate) {
		refuse("rate %v is not a number of requests a second: give 0 for no limit, or up to %v", c.Rate, mostRate)
	}
	if c.RateStatus != 0 && c.RateStatus != http.StatusTooManyRequests && c.RateStatus != http.StatusServiceUnavailable {
		refuse("rate status %d is neither 429 nor 503", c.RateStatus)
	}
	if c.RefuseAbove < 0 {
		refuse("refuse above %d makes no sense: give the number of requests at once, or 0 for no limit", c.RefuseAbove)
	}
	if _, err := readFalloff(c.Falloff); err != nil {
		refuse("%w", err)
	}
	if c.Fault != "" && c.Fault != anyFault && faults[c.Fault] == nil {
		refuse("there is no fault %q: choose from %s and %s", c.Fault, strings.Join(FaultKinds(), ", "), anyFault)
	}
	if _, err := readLater(c); err != nil {
		refuse("%w", err)
	}
	return errors.Join(errs...)
}
