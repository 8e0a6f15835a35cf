package fetch_test

import (
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"example.com/overlap"
	"example.com/overlap/tasks/fetch"
)

func serve(t testing.TB, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

func client(t testing.TB, options fetch.Options) *fetch.Client {
	t.Helper()
	c := fetch.New(options)
	t.Cleanup(c.CloseIdle)
	return c
}

func TestPageOfHTTP1(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		io.WriteString(w, "hello")
	})
	c := client(t, fetch.Options{})
	page, err := c.Fetch(t.Context(), fetch.Request{URL: server.URL + "/a"})
	if err != nil {
		t.Fatal(err)
	}
	hash := sha256.Sum256([]byte("hello"))
	times := page.Times
	inOrder := 0 < times.Connect && times.Connect <= times.FirstByte && times.FirstByte <= times.Total
	if !inOrder || times.TLS != 0 || times.Reused {
		t.Errorf("times make no sense: %+v", times)
	}
	page.Times = fetch.Times{}
	want := fetch.Page{
		Status: 200, Protocol: "HTTP/1.1", URL: server.URL + "/a", ContentType: "text/plain", Size: 5,
		SHA256: hex.EncodeToString(hash[:]),
	}
	if fmt.Sprint(page) != fmt.Sprint(want) {
		t.Errorf("got  %+v\nwant %+v", page, want)
	}
	again, err := c.Fetch(t.Context(), fetch.Request{URL: server.URL + "/a", KeepBody: true})
	if err != nil || string(again.Body) != "hello" {
		t.Errorf("with KeepBody: body %q, error %v", again.Body, err)
	}
	if !again.Times.Reused || again.Times.Connect != 0 {
		t.Errorf("the second call did not reuse the connection: %+v", again.Times)
	}
}

func TestPageOfHTTP2(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, r.Proto)
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	c := client(t, fetch.Options{TLS: server.Client().Transport.(*http.Transport).TLSClientConfig})
	for i, reused := range []bool{false, true} {
		page, err := c.Fetch(t.Context(), fetch.Request{URL: server.URL, KeepBody: true})
		if err != nil {
			t.Fatal(err)
		}
		if page.Protocol != "HTTP/2.0" || string(page.Body) != "HTTP/2.0" {
			t.Errorf("call %d: client speaks %s, server %s", i, page.Protocol, page.Body)
		}
		if page.Times.Reused != reused || page.Times.TLS > 0 == reused || page.Times.Connect > 0 == reused {
			t.Errorf("call %d: times %+v, want reused %v", i, page.Times, reused)
		}
	}
}

func TestRequestReachesTheServerWhole(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprint(w, r.Method, " ", r.Host, " ", r.Header.Get("X-One"), " ", r.UserAgent(), " ", string(body))
	})
	got := func(r fetch.Request) string {
		t.Helper()
		r.URL, r.KeepBody = server.URL, true
		page, err := client(t, fetch.Options{}).Fetch(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		return string(page.Body)
	}
	header := map[string]string{"x-one": "1", "host": "other.example", "User-Agent": "mine"}
	put := fetch.Request{Method: "put", Header: header, Body: []byte("data")}
	if got, want := got(put), "PUT other.example 1 mine data"; got != want {
		t.Errorf("the server got %q, want %q", got, want)
	}
	if got, want := got(fetch.Request{}), "GET "+strings.TrimPrefix(server.URL, "http://")+"  overlap "; got != want {
		t.Errorf("the server got %q, want %q", got, want)
	}
}

func TestEveryMethodHasItsPage(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) { w.Header().Set("Content-Length", "1000000") })
	page, err := client(t, fetch.Options{MaxBody: 10}).Fetch(t.Context(), fetch.Request{URL: server.URL, Method: "HEAD"})
	if err != nil || page.Size != 0 {
		t.Errorf("HEAD of a large page: size %d, error %v; want an empty body", page.Size, err)
	}
}

func TestBodyIsMeasuredDecompressed(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		io.WriteString(z, strings.Repeat("a", 5000))
		z.Close()
	})
	page, err := client(t, fetch.Options{MaxBody: 5000}).Fetch(t.Context(), fetch.Request{URL: server.URL})
	if err != nil || page.Size != 5000 {
		t.Errorf("size %d, error %v; want 5000", page.Size, err)
	}
	_, err = client(t, fetch.Options{MaxBody: 4999}).Fetch(t.Context(), fetch.Request{URL: server.URL})
	wantError(t, err, fetch.TooLarge, "larger than the limit of 4999 bytes")
}

func TestRedirects(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		var n int
		fmt.Sscanf(r.URL.Path, "/%d", &n)
		if n > 0 {
			http.Redirect(w, r, fmt.Sprintf("/%d", n-1), http.StatusFound)
		}
	})
	for _, test := range []struct{ limit, hops, status, path int }{
		{0, 10, 200, 0}, {3, 3, 200, 0}, {-1, 2, 302, 2},
	} {
		page, err := client(t, fetch.Options{MaxRedirects: test.limit}).Fetch(t.Context(),
			fetch.Request{URL: fmt.Sprintf("%s/%d", server.URL, test.hops)})
		last := fmt.Sprintf("%s/%d", server.URL, test.path)
		if err != nil || page.Status != test.status || page.URL != last {
			t.Errorf("%+v: got %d %s, error %v", test, page.Status, page.URL, err)
		}
	}
	_, err := client(t, fetch.Options{}).Fetch(t.Context(), fetch.Request{URL: server.URL + "/11"})
	wantError(t, err, fetch.TooManyRedirects, "gave up after 10 redirects, on the way to "+server.URL+"/0")
}

// A wave of calls that are all at the server at once needs a connection each; the next wave must need no new one.
func TestConnectionsAreReused(t *testing.T) {
	const calls = 100
	var opened atomic.Int32
	var wave sync.WaitGroup
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		wave.Done()
		wave.Wait()
		io.WriteString(w, "ok")
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	c := client(t, fetch.Options{})
	task := overlap.Func(c.Fetch)
	requests := make([]fetch.Request, calls)
	for i := range requests {
		requests[i] = fetch.Request{URL: server.URL}
	}
	for n := range 3 {
		wave.Add(calls)
		if _, err := overlap.Map(t.Context(), overlap.Async(), task, requests); err != nil {
			t.Fatal(err)
		}
		if got := opened.Load(); got != calls {
			t.Fatalf("after wave %d the server has seen %d connections, want %d", n+1, got, calls)
		}
	}
}

func TestTaskIsDefined(t *testing.T) {
	server := serve(t, func(http.ResponseWriter, *http.Request) {})
	task, ok := overlap.Lookup("fetch")
	if !ok {
		t.Fatal("there is no task named fetch")
	}
	pages, err := overlap.Map(t.Context(), overlap.Sync(), task.Untyped(), []any{fetch.Request{URL: server.URL}})
	if err != nil || pages[0].(fetch.Page).Status != 200 {
		t.Errorf("got %v, error %v", pages, err)
	}
	fetch.Default.CloseIdle()
}

func TestWrongOptionsPanic(t *testing.T) {
	defer func() {
		if said := fmt.Sprint(recover()); !strings.HasPrefix(said, "fetch: New: ") {
			t.Errorf("panic said %q", said)
		}
	}()
	fetch.New(fetch.Options{MaxBody: -1})
}

func TestPageInJSON(t *testing.T) {
	times := fetch.Times{DNS: 1, Connect: 2_000_000, Total: 1_234_567_891, Reused: true}
	page := fetch.Page{Status: 200, Times: times, Body: []byte("text")}
	written, err := json.Marshal(page)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"status":200,"protocol":"","url":"","content_type":"","size":0,"sha256":"",` +
		`"times":{"dns_seconds":0.000000001,"connect_seconds":0.002,"tls_seconds":0,"first_byte_seconds":0,"body_seconds":0,` +
		`"total_seconds":1.234567891,"reused":true},"body":"text"}`
	if string(written) != want {
		t.Errorf("got  %s\nwant %s", written, want)
	}
	var read fetch.Page
	if err := json.Unmarshal(written, &read); err != nil || fmt.Sprint(read) != fmt.Sprint(page) {
		t.Errorf("read back %+v, error %v", read, err)
	}
}

func TestAnswerLeavesOutWhatChanges(t *testing.T) {
	a := fetch.Page{Status: 200, URL: "http://127.0.0.1:1000/get?x=1", Size: 7, SHA256: "a", ContentType: "text/plain"}
	b := a
	b.URL, b.SHA256, b.Times.Total = "http://127.0.0.1:2000/get?x=2", "b", 2
	if a.Answer() != b.Answer() {
		t.Errorf("answers differ: %+v and %+v", a.Answer(), b.Answer())
	}
	for name, change := range map[string]func(*fetch.Page){
		"status": func(p *fetch.Page) { p.Status = 201 },
		"path":   func(p *fetch.Page) { p.URL = "http://127.0.0.1:1000/other" },
		"size":   func(p *fetch.Page) { p.Size = 8 },
		"type":   func(p *fetch.Page) { p.ContentType = "text/html" },
	} {
		c := a
		if change(&c); c.Answer() == a.Answer() {
			t.Errorf("another %s is the same answer", name)
		}
	}
}

func TestCancelInTheMiddleOfABody(t *testing.T) {
	const chunk, untilReading = 1 << 20, 32 // more than sockets buffer: the client must be reading the body by then
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	gone := make(chan struct{})
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		defer close(gone)
		for i := 0; r.Context().Err() == nil; i++ {
			if _, err := w.Write(make([]byte, chunk)); err != nil {
				return
			}
			if i == untilReading {
				cancel()
			}
		}
	})
	_, err := client(t, fetch.Options{MaxBody: 1 << 60}).Fetch(ctx, fetch.Request{URL: server.URL})
	wantError(t, err, fetch.Interrupted, "stopped while reading the body, after ")
	<-gone
}
