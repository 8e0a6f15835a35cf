package fetch_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
	"example.com/overlap/tasks/fetch"
)

// hosts are servers in memory, by name, and what was asked of them.
type hosts struct {
	mu     sync.Mutex
	dialed map[string]int
	asked  map[string]int
	begun  time.Time
	serve  func(host string, n int, at time.Duration, w http.ResponseWriter)
	dial   func(host string, at time.Duration) error
	client *fetch.Client
}

func newHosts(t *testing.T, h *hosts) *hosts {
	h.dialed, h.asked, h.begun = map[string]int{}, map[string]int{}, time.Now()
	network := &memory{conns: make(chan net.Conn), closed: make(chan struct{})}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		n := h.asked[r.Host]
		h.asked[r.Host]++
		h.mu.Unlock()
		h.serve(r.Host, n, time.Since(h.begun), w)
	})}
	go server.Serve(network)
	h.client = fetch.New(fetch.Options{DialContext: func(ctx context.Context, kind, addr string) (net.Conn, error) {
		name, _, _ := net.SplitHostPort(addr)
		h.mu.Lock()
		h.dialed[name]++
		h.mu.Unlock()
		if h.dial != nil {
			if err := h.dial(name, time.Since(h.begun)); err != nil {
				if errors.Is(err, context.DeadlineExceeded) {
					<-ctx.Done()
				}
				return nil, &net.OpError{Op: "dial", Net: "tcp", Err: err}
			}
		}
		return network.dial(ctx, kind, addr)
	}})
	t.Cleanup(func() {
		h.client.CloseIdle()
		server.Close()
	})
	return h
}

// outcome is how a request ended.
type outcome struct {
	overlap.Result[fetch.Request, fetch.Page]
	at time.Duration
}

// fetch makes n requests to each host, sorted by host.
func (h *hosts) fetch(
	executor overlap.Executor, p fetch.Politeness, n int, names []string, options ...overlap.Option,
) map[string][]outcome {
	var in []fetch.Request
	for _, name := range names {
		for i := range n {
			in = append(in, fetch.Request{URL: fmt.Sprintf("http://%s/%d", name, i)})
		}
	}
	task := overlap.Func(h.client.Fetch)
	options = append(options, overlap.PerKey(fetch.Request.HostKey, fetch.Polite(p)))
	all := map[string][]outcome{}
	for r := range overlap.Stream(context.Background(), executor, task, slices.Values(in), options...) {
		key := r.Input.HostKey()
		all[key] = append(all[key], outcome{r, time.Since(h.begun)})
	}
	return all
}

func failures(all []outcome) (n int) {
	for _, r := range all {
		if r.Err != nil {
			n++
		}
	}
	return n
}

func failure(r outcome) fetch.Failure {
	said, ok := errors.AsType[interface {
		error
		FailedValue() any
	}](r.Err)
	if !ok {
		return fetch.Failure{}
	}
	f, _ := said.FailedValue().(fetch.Failure)
	return f
}

var politely = map[string]func() overlap.Executor{
	"sync":  overlap.Sync,
	"pool":  func() overlap.Executor { return overlap.Pool(16) },
	"async": func() overlap.Executor { return overlap.AsyncAtMost(64) },
	"loop":  func() overlap.Executor { return overlap.Loop() },
	"auto":  func() overlap.Executor { return overlap.Auto() },
}

// A host that refuses connections is found out by few requests; the others wait, and fail in the end.
func TestHostThatIsDown(t *testing.T) {
	for name, executor := range politely {
		for reason, err := range map[fetch.Reason]error{
			fetch.Refused: syscall.ECONNREFUSED, fetch.ConnectTimeout: context.DeadlineExceeded,
		} {
			t.Run(name+", "+string(reason), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					h := newHosts(t, &hosts{
						serve: func(string, int, time.Duration, http.ResponseWriter) {},
						dial: func(host string, _ time.Duration) error {
							if host == "down.example" {
								return err
							}
							return nil
						},
					})
					all := h.fetch(executor(), fetch.Politeness{AtOnce: 8}, 500, []string{"down.example", "up.example"})
					if n := failures(all["up.example"]); n > 0 {
						t.Errorf("%d requests to the host that is up failed", n)
					}
					if n := failures(all["down.example"]); n != 500 {
						t.Errorf("%d of 500 requests to the host that is down failed", n)
					}
					if n := h.dialed["down.example"]; n > 30 {
						t.Errorf("%d connections to the host that is down", n)
					}
					late := all["down.example"][480]
					if f := failure(late); f.Reason != fetch.HostDown || f.Because != reason || f.Host != "down.example" {
						t.Errorf("got %+v of %v", f, late.Err)
					}
					if name != "sync" && all["up.example"][499].at > 30*time.Second {
						t.Errorf("the other host's took until %v", all["up.example"][499].at)
					}
					if took := time.Since(h.begun); took < 5*time.Minute || took > 7*time.Minute {
						t.Errorf("it took %v", took)
					}
				})
			})
		}
	}
}

// What waits for a host that is down fails when its time is over, not at the next try after that. The tries that fill the
// time do not make requests wait for one another, as the limit at once does.
func TestMaxDown(t *testing.T) {
	for _, most := range []time.Duration{500 * time.Millisecond, 6 * time.Second, 8 * time.Second, 100 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			h := newHosts(t, &hosts{dial: func(string, time.Duration) error { return syscall.ECONNREFUSED }})
			limits := overlap.PerKey(fetch.Request.HostKey, fetch.Polite(fetch.Politeness{AtOnce: 8, MaxDown: most}))
			requests := slices.Repeat([]fetch.Request{{URL: "http://down.example/"}}, 20)
			task := overlap.Func(h.client.Fetch)
			for r := range overlap.Stream(context.Background(), overlap.Pool(4), task, slices.Values(requests), limits) {
				if r.Err == nil {
					t.Errorf("%v succeeded", r.Input)
				}
			}
			if took := time.Since(h.begun); took != most {
				t.Errorf("requests waited for %v of %v", took, most)
			}
			if n := limits.HeldUp(); n > 0 {
				t.Errorf("%d requests are said to have waited for others", n)
			}
		})
	}
}

// A host that comes back is found out, and nothing but what tried it has failed; with retries nothing has.
func TestHostThatComesBack(t *testing.T) {
	for _, extra := range []int{0, 20} {
		synctest.Test(t, func(t *testing.T) {
			var news []string
			h := newHosts(t, &hosts{
				serve: func(string, int, time.Duration, http.ResponseWriter) {},
				dial: func(_ string, at time.Duration) error {
					if at < time.Minute {
						return syscall.ECONNREFUSED
					}
					return nil
				},
			})
			tell := func(n fetch.HostNews) { news = append(news, fmt.Sprint(n.Host, n.Is)) }
			polite := fetch.Politeness{AtOnce: 4, Tell: tell}
			all := h.fetch(overlap.Pool(8), polite, 100, []string{"a.example"}, overlap.Retry(extra))
			if n := failures(all["a.example"]); extra == 0 && n > 4+6 || extra > 0 && n > 0 {
				t.Errorf("%d failed with %d retries", n, extra)
			}
			if took := time.Since(h.begun); took > 100*time.Second { // a retry may wait for 30 s
				t.Errorf("it took %v", took)
			}
			if want := []string{"a.example2", "a.example0"}; !slices.Equal(news, want) {
				t.Errorf("told %v", news)
			}
		})
	}
}

// A name that does not exist is looked up once in a while, not for each request.
func TestHostWithoutAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHosts(t, &hosts{dial: func(host string, _ time.Duration) error {
			return &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
		}})
		all := h.fetch(overlap.Pool(4), fetch.Politeness{}, 1000, []string{"gone.example"})
		if n := h.dialed["gone.example"]; n > 4 {
			t.Errorf("looked up %d times", n)
		}
		asked := 0 // before it was known
		for _, r := range all["gone.example"] {
			if f := failure(r); f.Reason == fetch.DNSFailed {
				asked++
			} else if f.Reason != fetch.HostDown || f.Because != fetch.DNSFailed {
				t.Errorf("got %+v", f)
			}
		}
		if asked > 4 || len(all["gone.example"]) != 1000 {
			t.Errorf("%d of %d failed by themselves", asked, len(all["gone.example"]))
		}
		if took := time.Since(h.begun); took > time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

// A server that lets in so many requests in a second gets them all in the end, and others are not held up.
func TestHostWithARateLimit(t *testing.T) {
	for name, executor := range politely {
		for _, after := range []string{"", "1"} {
			t.Run(name+", Retry-After "+after, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					tokens, at := 100.0, time.Duration(0)
					refused := 0
					var mu sync.Mutex
					h := newHosts(t, &hosts{serve: func(host string, _ int, now time.Duration, w http.ResponseWriter) {
						time.Sleep(20 * time.Millisecond)
						mu.Lock()
						defer mu.Unlock()
						if host != "busy.example" {
							return
						}
						tokens = min(100, tokens+100*(now-at).Seconds())
						at = now
						if tokens >= 1 {
							tokens--
							return
						}
						refused++
						if after != "" {
							w.Header().Set("Retry-After", after)
						}
						w.WriteHeader(429)
					}})
					all := h.fetch(executor(), fetch.Politeness{}, 1000, []string{"busy.example", "other.example"})
					for host, all := range all {
						if n := failures(all); n > 0 {
							t.Errorf("%d requests to %s failed", n, host)
						}
					}
					took := time.Since(h.begun)
					t.Logf("%v, %d refused", took, refused)
					if most := 30 * time.Second; took > most && name != "sync" && name != "loop" {
						t.Errorf("it took %v", took)
					}
					if refused > 600 {
						t.Errorf("%d requests were refused", refused)
					}
				})
			})
		}
	}
}

// Retry-After is kept for all requests of the host, and beyond the longest they fail, saying until when.
func TestRetryAfterOfAHost(t *testing.T) {
	for _, after := range []time.Duration{2 * time.Minute, time.Hour, 100 * time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			h := newHosts(t, &hosts{serve: func(_ string, n int, at time.Duration, w http.ResponseWriter) {
				if at < after {
					w.Header().Set("Retry-After", fmt.Sprint(after.Seconds()))
					w.WriteHeader(503)
				}
			}})
			all := h.fetch(overlap.Pool(4), fetch.Politeness{}, 50, []string{"a.example"}, overlap.Retry(2))["a.example"]
			took, failed := time.Since(h.begun), failures(all)
			if after < time.Hour {
				if failed > 0 || took < after || took > after+time.Minute {
					t.Errorf("%d failed, in %v", failed, took)
				}
				return
			}
			if failed != 50 || took > time.Second || h.asked["a.example"] > 4 {
				t.Errorf("%d failed in %v, %d asked", failed, took, h.asked["a.example"])
			}
			asked := 0 // before that was known
			for _, r := range all {
				f := failure(r)
				if f.Reason == fetch.BadStatus {
					asked++
					continue
				}
				if f.Reason != fetch.LeftAlone || f.Status != 503 || f.RetryAfter < after.Seconds()-10 {
					t.Errorf("got %+v of %v", f, r.Err)
				}
				if !strings.Contains(r.Err.Error(), fmt.Sprintf("asks to be left alone for %v, until 2000-01-", after)) {
					t.Errorf("got %v", r.Err)
				}
			}
			if asked > 4 {
				t.Errorf("%d failed by themselves", asked)
			}
		})
	}
}

// A host that refuses everything is given up as one that is down, and one that refuses every tenth request, whichever it is,
// loses few.
func TestHostThatAlwaysRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHosts(t, &hosts{serve: func(_ string, _ int, _ time.Duration, w http.ResponseWriter) { w.WriteHeader(503) }})
		all := h.fetch(overlap.Pool(16), fetch.Politeness{}, 1000, []string{"a.example"})["a.example"]
		if n := failures(all); n != 1000 || h.asked["a.example"] > 60 {
			t.Errorf("%d failed, and %d were asked", n, h.asked["a.example"])
		}
		if took := time.Since(h.begun); took > 6*time.Minute {
			t.Errorf("it took %v", took)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		h := newHosts(t, &hosts{serve: func(_ string, n int, _ time.Duration, w http.ResponseWriter) {
			time.Sleep(10 * time.Millisecond)
			if n%10 == 0 {
				w.WriteHeader(503)
			}
		}})
		all := h.fetch(overlap.Pool(16), fetch.Politeness{}, 1000, []string{"a.example"})["a.example"]
		if n, took := failures(all), time.Since(h.begun); n > 10 || took > 20*time.Minute { // some one a second
			t.Errorf("%d failed, in %v", n, took)
		}
	})
}
