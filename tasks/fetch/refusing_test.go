package fetch_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
	"example.com/overlap/tasks/fetch"
)

// refusing is a host that refuses some requests, by what is asked, when and beside how many others.
type refusing struct {
	pages   int
	refuses refusal

	mu      sync.Mutex
	running int
	refused int           // how many requests it has refused
	last    time.Duration // when it answered the last of the others
}

// asking is a request as a host sees it.
type asking struct {
	page    int
	at      time.Duration // since the job began
	running int           // how many requests the host has to answer now, with this one
}

// refusal is whether a request is refused, and with which Retry-After; "" for none.
type refusal func(asking) (after string, refused bool)

// fetch asks for all pages, and returns how many failed and how long it took. It must be called in a bubble.
func (h *refusing) fetch(t *testing.T, executor overlap.Executor) (failed int, took time.Duration) {
	begun := time.Now()
	client := inMemory(t, fetch.Options{}, func(w http.ResponseWriter, r *http.Request) {
		page, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
		h.mu.Lock()
		h.running++
		after, refused := h.refuses(asking{page, time.Since(begun), h.running})
		h.mu.Unlock()
		if refused {
			time.Sleep(time.Millisecond)
		} else {
			time.Sleep(5*time.Millisecond + rand.N(10*time.Millisecond))
		}
		h.mu.Lock()
		defer h.mu.Unlock()
		h.running--
		if !refused {
			h.last = time.Since(begun)
			return
		}
		h.refused++
		if after != "" {
			w.Header().Set("Retry-After", after)
		}
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	var in []fetch.Request
	for page := range h.pages {
		in = append(in, fetch.Request{URL: fmt.Sprintf("http://a.example/%d", page)})
	}
	perHost := overlap.PerKey(fetch.Request.HostKey, fetch.Polite(fetch.Politeness{AtOnce: 16}))
	task := overlap.Func(client.Fetch)
	for r := range overlap.Stream(context.Background(), executor, task, slices.Values(in), perHost) {
		if r.Err != nil {
			failed++
		}
	}
	return failed, time.Since(begun)
}

// atRate lets through so many requests in a second, and as many at once.
func atRate(perSecond float64, after string) func() refusal {
	return func() refusal {
		tokens, last := perSecond, time.Duration(0)
		return func(a asking) (string, bool) {
			tokens = min(perSecond, tokens+perSecond*(a.at-last).Seconds())
			last = a.at
			if tokens < 1 {
				return after, true
			}
			tokens--
			return "", false
		}
	}
}

// each refuses every so-manieth page, whenever it is asked for.
func each(of int, after string) func() refusal {
	return func() refusal { return func(a asking) (string, bool) { return after, a.page%of == 3%of } }
}

// A host that has too much to do is asked so that it refuses little and nothing is lost; pages that are refused whatever
// is asked cost their own attempts, and do not keep others from being fetched.
func TestRefusingHosts(t *testing.T) {
	type bounds struct {
		failed, refused int           // the requests that may be refused at most
		last, took      time.Duration // until the last page is answered, and until the end; not under Sync
	}
	for name, host := range map[string]struct {
		pages   int
		refuses func() refusal
		bounds  bounds
	}{
		"4 at once": {1000, func() refusal {
			return func(a asking) (string, bool) { return "", a.running > 4 }
		}, bounds{0, 40, 2 * time.Minute, 2 * time.Minute}},
		"100 a second":              {1000, atRate(100, ""), bounds{0, 80, time.Minute, time.Minute}},
		"100 a second, Retry-After": {1000, atRate(100, "1"), bounds{0, 80, time.Minute, time.Minute}},
		"10 a second":               {300, atRate(10, ""), bounds{0, 80, 2 * time.Minute, 2 * time.Minute}},
		"out for 5 s": {1000, func() refusal {
			return func(a asking) (string, bool) {
				return "", a.at > 200*time.Millisecond && a.at < 5200*time.Millisecond
			}
		}, bounds{0, 80, 2 * time.Minute, 2 * time.Minute}},
		"2 % of pages":                 {1000, each(50, ""), bounds{20, 120, 30 * time.Second, time.Minute}},
		"2 % of pages, Retry-After":    {1000, each(50, "2"), bounds{20, 120, time.Minute, time.Minute}},
		"10 % of pages":                {1000, each(10, ""), bounds{100, 600, time.Minute, 2 * time.Minute}},
		"one page of 20, Retry-After":  {20, each(20, "30"), bounds{1, 6, 95 * time.Second, 200 * time.Second}},
		"one page of 100, Retry-After": {100, each(100, "30"), bounds{1, 6, 95 * time.Second, 200 * time.Second}},
		"all pages":                    {1000, each(1, ""), bounds{1000, 80, 0, 6 * time.Minute}},
	} {
		for on, executor := range map[string]func() overlap.Executor{
			"sync": overlap.Sync, "async": func() overlap.Executor { return overlap.AsyncAtMost(16) }, "auto": politely["auto"],
		} {
			t.Run(name+", "+on, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					h, most := &refusing{pages: host.pages, refuses: host.refuses()}, host.bounds
					failed, took := h.fetch(t, executor())
					t.Logf("%d failed, %d refused, the last page after %v, %v in all", failed, h.refused, h.last, took)
					if failed != most.failed {
						t.Errorf("%d of %d failed, want %d", failed, host.pages, most.failed)
					}
					if h.refused > most.refused {
						t.Errorf("%d requests were refused, want at most %d", h.refused, most.refused)
					}
					if on != "sync" && (h.last > most.last || took > most.took) {
						t.Errorf("the last page came after %v of %v, want at most %v and %v", h.last, took, most.last, most.took)
					}
				})
			})
		}
	}
}

// While a page that is refused waits for its turn, others are asked for, and it is not asked for again before.
func TestOthersTryAHostThatRefusesAPage(t *testing.T) {
	for on, executor := range map[string]func() overlap.Executor{
		"async": func() overlap.Executor { return overlap.AsyncAtMost(1) }, "auto": politely["auto"],
	} {
		t.Run(on, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var asked []int
				h := &refusing{pages: 100, refuses: func(a asking) (string, bool) {
					asked = append(asked, a.page)
					return "", a.page == 0
				}}
				h.fetch(t, executor())
				first := slices.Index(asked, 0)
				again := slices.Index(asked[first+1:], 0)
				if again < 3 {
					t.Errorf("asked for %v: the refused page again after %d others", asked, again)
				}
			})
		})
	}
}
