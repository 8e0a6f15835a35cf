package target

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestPages(t *testing.T) {
	handler := New(Config{})
	cases := []struct {
		method, path string
		body         string
		status       int
		want         string
	}{
		{"GET", "/", "", 200, "go-httpbin"},
		{"GET", "/get?n=7", "", 200, `"n"`},
		{"HEAD", "/get", "", 200, ""},
		{"GET", "/status/418", "", 418, "teapot"},
		{"GET", "/bytes/16?seed=1", "", 200, ""},
		{"GET", "/redirect/2", "", 302, ""},
		{"POST", "/anything", "some words", 200, "c29tZSB3b3Jkcw=="},
		{"POST", "/post", strings.Repeat("x", 1<<20+1), 413, "cannot read the body"},
		{"GET", "/nowhere", "", 404, ""},
		{"GET", StatisticsPath, "", 200, `"served":8`},
	}
	for _, c := range cases {
		t.Run(c.method+c.path, func(t *testing.T) {
			answer := httptest.NewRecorder()
			handler.ServeHTTP(answer, httptest.NewRequest(c.method, c.path, strings.NewReader(c.body)))
			if answer.Code != c.status || !strings.Contains(answer.Body.String(), c.want) {
				t.Errorf("status %d, want %d with %q in %q", answer.Code, c.status, c.want, answer.Body)
			}
		})
	}
}

func TestLatency(t *testing.T) {
	inBubble(t, Config{Latency: 160 * time.Millisecond}, func(o *online) {
		for path, want := range map[string]time.Duration{
			"/get":          160 * time.Millisecond,
			"/status/503":   160 * time.Millisecond,
			"/delay/2":      2160 * time.Millisecond,
			StatisticsPath:  0,
			"/redirect/2":   480 * time.Millisecond, // followed twice
			"/bytes/100000": 160 * time.Millisecond,
		} {
			began := time.Now()
			o.status(path)
			if took := time.Since(began); took != want {
				o.t.Errorf("%s took %v, want %v", path, took, want)
			}
		}
	})
}

func TestJitterIsEvenAroundTheLatencyAndFollowsTheSeed(t *testing.T) {
	times := func(seed uint64) (took []time.Duration) {
		inBubble(t, Config{Latency: time.Second, Jitter: 400 * time.Millisecond, Seed: seed}, func(o *online) {
			for range 400 {
				began := time.Now()
				o.status("/status/200")
				took = append(took, time.Since(began))
			}
		})
		return took
	}
	first := times(1)
	if !slices.Equal(first, times(1)) {
		t.Error("the same seed gave different times")
	}
	if slices.Equal(first, times(2)) {
		t.Error("another seed gave the same times")
	}
	var sum time.Duration
	for _, took := range first {
		sum += took
	}
	least, most, mean := slices.Min(first), slices.Max(first), sum/time.Duration(len(first))
	if least < 600*time.Millisecond || least > 620*time.Millisecond ||
		most > 1400*time.Millisecond || most < 1380*time.Millisecond ||
		mean < 960*time.Millisecond || mean > 1040*time.Millisecond {
		t.Errorf("times from %v to %v around %v, want 600 ms to 1.4 s around 1 s", least, most, mean)
	}
}

func TestCapacity(t *testing.T) {
	const capacity, requests = 3, 10
	inBubble(t, Config{Latency: time.Second, Capacity: capacity}, func(o *online) {
		began := time.Now()
		var mu sync.Mutex
		var order []int
		var ended []time.Duration
		var all sync.WaitGroup
		for i := range requests {
			all.Go(func() {
				o.status("/get?i=" + strconv.Itoa(i))
				mu.Lock()
				defer mu.Unlock()
				order, ended = append(order, i), append(ended, time.Since(began).Truncate(time.Second))
			})
			synctest.Wait() // this one has reached the server, so that the order of arrival is known
		}
		if s := o.statistics(); s.Serving != capacity || s.Waiting != requests-capacity || s.Served != 0 {
			o.t.Errorf("with all requests there: %+v", s)
		}
		all.Wait()
		for i, at := range ended {
			if want := time.Duration(i/capacity+1) * time.Second; at != want || order[i]/capacity != i/capacity {
				o.t.Errorf("answer %d was to request %d after %v, want the order of arrival, after %v", i, order[i], at, want)
			}
		}
		if s := o.statistics(); s != (Statistics{Served: requests, Peak: capacity}) {
			o.t.Errorf("in the end: %+v", s)
		}
	})
}

func TestWithoutCapacityAllAreServedAtOnce(t *testing.T) {
	inBubble(t, Config{Latency: time.Second}, func(o *online) {
		began := time.Now()
		var all sync.WaitGroup
		for range 500 {
			all.Go(func() { o.status("/get") })
		}
		all.Wait()
		if took := time.Since(began); took != time.Second {
			o.t.Errorf("took %v", took)
		}
		if s := o.statistics(); s.Peak != 500 || s.Served != 500 {
			o.t.Errorf("%+v", s)
		}
	})
}

// A client that goes away ends its request's wait at once, for the latency or for a place, and frees its place.
func TestClientGoesAway(t *testing.T) {
	inBubble(t, Config{Latency: time.Hour, Capacity: 1}, func(o *online) {
		served, leaveServed := context.WithCancel(context.Background())
		waiting, leaveWaiting := context.WithCancel(context.Background())
		post := func(ctx context.Context) {
			request, _ := http.NewRequestWithContext(ctx, http.MethodPost, "http://target/post", strings.NewReader("body"))
			if response, err := o.client.Do(request); err == nil {
				o.t.Errorf("a request that was given up got %s", response.Status)
				response.Body.Close()
			}
		}
		began := time.Now()
		go post(served)
		synctest.Wait()
		go post(waiting)
		synctest.Wait()
		if s := o.statistics(); s.Serving != 1 || s.Waiting != 1 {
			o.t.Errorf("before: %+v", s)
		}
		leaveWaiting()
		synctest.Wait()
		if s := o.statistics(); s.Serving != 1 || s.Waiting != 0 || s.Canceled != 1 {
			o.t.Errorf("after one has left: %+v", s)
		}
		leaveServed()
		synctest.Wait()
		if s := o.statistics(); s != (Statistics{Canceled: 2, Peak: 1}) {
			o.t.Errorf("after both have left: %+v", s)
		}
		if took := time.Since(began); took != 0 {
			o.t.Errorf("took %v", took)
		}
	})
}

func TestErrorsFollowTheSeed(t *testing.T) {
	const requests, rate = 4000, 0.1
	statuses := func(seed uint64) (all []int) {
		handler := New(Config{ErrorRate: rate, Seed: seed})
		for range requests {
			answer := httptest.NewRecorder()
			handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/status/200", nil))
			all = append(all, answer.Code)
		}
		return all
	}
	failed := func(all []int) (n int) {
		for _, status := range all {
			if status == http.StatusInternalServerError {
				n++
			}
		}
		return n
	}
	first := statuses(1)
	if !slices.Equal(first, statuses(1)) {
		t.Error("the same seed made other requests fail")
	}
	second := statuses(2)
	if slices.Equal(first, second) {
		t.Error("another seed made the same requests fail")
	}
	for _, all := range [][]int{first, second} {
		if n := failed(all); n < 350 || n > 450 {
			t.Errorf("%d of %d failed at a rate of %v", n, requests, rate)
		}
	}
}

func TestErrorRateBounds(t *testing.T) {
	for rate, want := range map[float64]int{0: 200, 1: 500} {
		inBubble(t, Config{ErrorRate: rate}, func(o *online) {
			for range 100 {
				if status := o.status("/get"); status != want {
					o.t.Fatalf("status %d at an error rate of %v", status, rate)
				}
			}
		})
	}
}

func TestRate(t *testing.T) {
	cases := []struct {
		name   string
		config Config
		atOnce int // let in of many that come at once
		status int
		after  string // the Retry-After of the others
	}{
		{"429 is the default", Config{Rate: 10}, 10, 429, "1"},
		{"503", Config{Rate: 10, RateStatus: 503}, 10, 503, "1"},
		{"below one a second", Config{Rate: 0.25}, 1, 429, "4"},
		{"a fraction", Config{Rate: 2.5}, 3, 429, "1"},
		{"takes the latency", Config{Rate: 10, Latency: time.Millisecond}, 10, 429, "1"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, c.config, func(o *online) {
				burst := func() (in int) {
					began := time.Now()
					var mu sync.Mutex
					var all sync.WaitGroup
					for range 25 {
						all.Go(func() {
							response, _ := o.get(context.Background(), "/status/200")
							mu.Lock()
							defer mu.Unlock()
							switch after := response.Header.Get("Retry-After"); {
							case response.StatusCode == 200 && after == "":
								in++
							case response.StatusCode != c.status || after != c.after:
								o.t.Errorf("status %d, Retry-After %q", response.StatusCode, after)
							}
							if took := time.Since(began); took != c.config.Latency {
								o.t.Errorf("took %v", took)
							}
						})
					}
					all.Wait()
					return in
				}
				if in := burst(); in != c.atOnce {
					o.t.Errorf("%d let in, want %d", in, c.atOnce)
				}
				wait, _ := strconv.Atoi(c.after)
				time.Sleep(time.Duration(wait) * time.Second) // virtual: what the client was told to wait
				if in := burst(); in < 1 {
					o.t.Error("none let in after the wait that was asked for")
				}
				if s := o.statistics(); s.Refused != 50-s.Served || s.Served < int64(c.atOnce)+1 {
					o.t.Errorf("%+v", s)
				}
			})
		})
	}
}

func TestSteadyRateIsLetIn(t *testing.T) {
	inBubble(t, Config{Rate: 10}, func(o *online) {
		for range 300 {
			if status := o.status("/get"); status != 200 {
				o.t.Fatalf("status %d for one request each 100 ms", status)
			}
			time.Sleep(100 * time.Millisecond)
		}
	})
}
