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

// some refuses such a share of the pages, always the same, whenever they are asked for.
func some(share float64, after string) func() refusal {
	return func() refusal {
		return func(a asking) (string, bool) {
			return after, rand.New(rand.NewPCG(2, uint64(a.page))).Float64() < share
		}
	}
}

// inARow refuses so many pages from one on, whenever they are asked for.
func inARow(from, pages int, after string) func() refusal {
	return func() refusal {
		return func(a asking) (string, bool) { return after, a.page >= from && a.page < from+pages }
	}
}

// out refuses everything for a time.
func out(from, to time.Duration, after string) func() refusal {
	return func() refusal { return func(a asking) (string, bool) { return after, a.at >= from && a.at < to } }
}

// both refuses what either does.
func both(one, other func() refusal) func() refusal {
	return func() refusal {
		one, other := one(), other()
		return func(a asking) (string, bool) {
			if after, refused := one(a); refused {
				return after, true
			}
			return other(a)
		}
	}
}

// A host that has too much to do is asked so that it refuses little and nothing is lost; pages that are refused whatever
// is asked cost their own attempts, and do not keep others from being fetched.
func TestRefusingHosts(t *testing.T) {
	type bounds struct {
		failed, refused int           // the requests that may be refused at most
		last, took      time.Duration // until the last page is answered, and until the end; not under Sync
		onSync          int           // how many fail under Sync, where one page waits for another; 0: failed
	}
	for name, host := range map[string]struct {
		pages   int
		refuses func() refusal
		bounds  bounds
	}{
		"4 at once": {1000, func() refusal {
			return func(a asking) (string, bool) { return "", a.running > 4 }
		}, bounds{0, 40, 2 * time.Minute, 2 * time.Minute, 0}},
		"100 a second":              {1000, atRate(100, ""), bounds{0, 80, time.Minute, time.Minute, 0}},
		"100 a second, Retry-After": {1000, atRate(100, "1"), bounds{0, 80, time.Minute, time.Minute, 0}},
		"10 a second":               {300, atRate(10, ""), bounds{0, 80, 2 * time.Minute, 2 * time.Minute, 0}},
		"out for 5 s": {1000, func() refusal {
			return func(a asking) (string, bool) {
				return "", a.at > 200*time.Millisecond && a.at < 5200*time.Millisecond
			}
		}, bounds{0, 80, 2 * time.Minute, 2 * time.Minute, 0}},
		"2 % of pages":                 {1000, each(50, ""), bounds{20, 120, 30 * time.Second, time.Minute, 0}},
		"2 % of pages, Retry-After":    {1000, each(50, "2"), bounds{20, 120, time.Minute, time.Minute, 0}},
		"10 % of pages":                {1000, each(10, ""), bounds{100, 600, time.Minute, 2 * time.Minute, 0}},
		"one page of 20, Retry-After":  {20, each(20, "30"), bounds{1, 6, 10 * time.Second, 200 * time.Second, 0}},
		"one page of 100, Retry-After": {100, each(100, "30"), bounds{1, 6, 10 * time.Second, 200 * time.Second, 0}},
		"10 % of pages by chance":      {1000, some(0.1, ""), bounds{85, 510, 30 * time.Second, time.Minute, 0}},
		"20 % of pages":                {1000, each(5, ""), bounds{200, 1200, 20 * time.Second, time.Minute, 0}},
		"20 % of pages, Retry-After":   {1000, each(5, "2"), bounds{200, 1200, 30 * time.Second, time.Minute, 0}},
		"20 % by chance, Retry-After":  {1000, some(0.2, "2"), bounds{190, 1140, time.Minute, 90 * time.Second, 0}},
		"50 % of pages":                {1000, each(2, ""), bounds{500, 3000, time.Minute, 2 * time.Minute, 0}},
		"50 % by chance":               {1000, some(0.5, ""), bounds{467, 2802, 3 * time.Minute, 4 * time.Minute, 999}},
		"8 pages of 40":                {40, each(5, ""), bounds{8, 48, 10 * time.Second, 70 * time.Second, 0}},
		"8 pages of 40, Retry-After":   {40, each(5, "2"), bounds{8, 48, 10 * time.Second, 20 * time.Second, 0}},
		"50 pages in a row":            {1000, inARow(500, 50, ""), bounds{50, 300, 30 * time.Second, time.Minute, 500}},
		"10 pages, out for a minute":   {10, out(0, time.Minute, ""), bounds{0, 20, 70 * time.Second, 70 * time.Second, 1}},
		"100 a second, 5 % of pages": {
			1000, both(atRate(100, ""), each(20, "")), bounds{50, 500, 5 * time.Minute, 6 * time.Minute, 0},
		},
		"all pages": {1000, each(1, ""), bounds{1000, 80, 0, 6 * time.Minute, 0}},
	} {
		for on, executor := range map[string]func() overlap.Executor{
			"sync": overlap.Sync, "async": func() overlap.Executor { return overlap.AsyncAtMost(16) }, "auto": politely["auto"],
		} {
			t.Run(name+", "+on, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					h, most := &refusing{pages: host.pages, refuses: host.refuses()}, host.bounds
					failed, took := h.fetch(t, executor())
					t.Logf("%d failed, %d refused, the last page after %v, %v in all", failed, h.refused, h.last, took)
					if on == "sync" && most.onSync > 0 {
						most.failed = most.onSync
					}
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
