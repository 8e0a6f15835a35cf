package fetch_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/overlap/tasks/fetch"
)

var proxyVariables = []string{
	"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY",
	"REQUEST_METHOD",
}

// behind is a client in an environment with no more variables about proxies than these, such as "http_proxy=…".
func behind(t *testing.T, options fetch.Options, variables ...string) *fetch.Client {
	t.Helper()
	for _, name := range proxyVariables {
		t.Setenv(name, "")
	}
	for _, variable := range variables {
		name, value, _ := strings.Cut(variable, "=")
		t.Setenv(name, value)
	}
	return client(t, options)
}

// proxied serves as an HTTP proxy that answers itself, with what it was asked for.
func proxied(t *testing.T) (address string) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		name, password, _ := proxyAuth(r)
		fmt.Fprintf(w, "%s %s %s:%s", r.Method, r.RequestURI, name, password)
	})
	return server.Listener.Addr().String()
}

func proxyAuth(r *http.Request) (name, password string, ok bool) {
	return (&http.Request{Header: http.Header{"Authorization": r.Header["Proxy-Authorization"]}}).BasicAuth()
}

// tunnel serves as an HTTP proxy that connects to server, whatever it is asked for.
func tunnel(t *testing.T, server string) (address string) {
	proxy := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect {
			t.Errorf("the proxy was asked to %s %s", r.Method, r.RequestURI)
			return
		}
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n")
		relay(t, conn, server)
	})
	return proxy.Listener.Addr().String()
}

func relay(t *testing.T, conn net.Conn, server string) {
	defer conn.Close()
	to, err := net.Dial("tcp", server)
	if err != nil {
		t.Error(err)
		return
	}
	defer to.Close()
	go func() {
		io.Copy(to, conn)
		to.(*net.TCPConn).CloseWrite()
	}()
	io.Copy(conn, to)
}

// socks serves as a SOCKS5 proxy that takes a name and password if given one, answers with reply, and if that is 0
// connects to server. It tells which host it was asked for.
func socks(t *testing.T, server string, reply byte, credentials string) (address string, asked chan string) {
	listener, asked := listen(t), make(chan string, 10)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				conn.SetDeadline(time.Now().Add(time.Minute))
				head := make([]byte, 2)
				io.ReadFull(conn, head)
				io.ReadFull(conn, make([]byte, head[1]))
				if credentials != "" {
					conn.Write([]byte{5, 2})
					part := func() string { // its length in a byte, then the text
						length := make([]byte, 1)
						io.ReadFull(conn, length)
						text := make([]byte, length[0])
						io.ReadFull(conn, text)
						return string(text)
					}
					io.ReadFull(conn, make([]byte, 1))
					if got := part() + ":" + part(); got != credentials {
						conn.Write([]byte{1, 1})
						return
					}
					conn.Write([]byte{1, 0})
				} else {
					conn.Write([]byte{5, 0})
				}
				request := make([]byte, 5)
				io.ReadFull(conn, request)
				rest := make([]byte, map[byte]int{1: 4 - 1, 3: int(request[4]), 4: 16 - 1}[request[3]]+2)
				io.ReadFull(conn, rest)
				host := string(rest[:len(rest)-2])
				if request[3] == 1 {
					host = net.IP(append([]byte{request[4]}, rest[:3]...)).String()
				}
				asked <- fmt.Sprintf("%s:%d", host, binary.BigEndian.Uint16(rest[len(rest)-2:]))
				conn.Write([]byte{5, reply, 0, 1, 0, 0, 0, 0, 0, 0})
				if reply == 0 {
					relay(t, conn, server)
				}
			}()
		}
	}()
	return listener.Addr().String(), asked
}

func TestWhichVariableCounts(t *testing.T) {
	address := proxied(t)
	const elsewhere = "=http://127.0.0.1:1"
	for _, test := range []struct {
		url       string
		variables []string
	}{
		{"http://nowhere.invalid/", []string{"http_proxy=http://" + address}},
		{"http://nowhere.invalid/", []string{"http_proxy=" + address}},
		{"http://nowhere.invalid/", []string{"http_proxy= HTTP://" + address + "/path "}},
		{"http://nowhere.invalid/", []string{"HTTP_PROXY=" + address, "https_proxy" + elsewhere, "all_proxy" + elsewhere}},
		{"http://nowhere.invalid/", []string{"http_proxy=" + address, "HTTP_PROXY" + elsewhere, "ALL_PROXY" + elsewhere}},
		{"http://nowhere.invalid/", []string{"all_proxy=" + address, "ALL_PROXY" + elsewhere, "https_proxy" + elsewhere}},
		{"http://nowhere.invalid/", []string{"ALL_PROXY=" + address}},
		{"http://nowhere.invalid/", []string{"ALL_PROXY=" + address, "REQUEST_METHOD=GET", "HTTP_PROXY" + elsewhere}},
		{"http://127.0.0.1:1/", []string{"http_proxy=" + address}},
		{"http://localhost:1/", []string{"http_proxy=" + address, "no_proxy=127.0.0.1,host"}},
		{"http://BÜCHER.example/a b", []string{"http_proxy=" + address}},
	} {
		page, err := behind(t, fetch.Options{}, test.variables...).
			Fetch(t.Context(), fetch.Request{URL: test.url, KeepBody: true})
		if want := "GET " + page.URL + " :"; err != nil || string(page.Body) != want {
			t.Errorf("%s with %v: got %q, error %v; want %q", test.url, test.variables, page.Body, err, want)
		}
	}
}

func TestExceptionsFromProxies(t *testing.T) {
	server := serve(t, echo)
	direct := fetch.Options{}
	direct.DialContext = toOne(server)
	for entries, hosts := range map[string]map[string]bool{ // whether they are fetched directly
		"*":                   {"h": true, "1.2.3.4": true},
		"example.com":         {"example.com": true, "a.example.com": true, "EXAMPLE.com.": true, "myexample.com": false},
		".example.com":        {"example.com": true, "a.example.com": true, "example.org": false},
		"*.example.com":       {"a.example.com": true, "example.org": false},
		"a, b c,,d":           {"a": true, "b": true, "c": true, "d": true, "e": false},
		"BÜCHER.example":      {"bücher.example": true, "www.xn--bcher-kva.example": true},
		"10.0.0.0/8, 1.2.3.4": {"10.1.2.3": true, "11.1.2.3": false, "1.2.3.4": true, "1.2.3.40": false, "h": false},
		"fe80::/10,[::1],2001:db8::1": {
			"[fe80::1%25eth0]": true, "[::1]": true, "[0:0::1]": true, "[2001:db8::1]": true, "[2001:db8::2]": false},
		"h:8080":        {"h": false, "h:8080": true},
		"localhost":     {"localhost": true, "127.0.0.1": false},
		"host,exa mple": {"example": false},
	} {
		for host, want := range hosts {
			_, err := behind(t, direct, "http_proxy=http://%zz", "no_proxy="+entries).
				Fetch(t.Context(), fetch.Request{URL: "http://" + host + "/"})
			if got := err == nil; got != want {
				t.Errorf("no_proxy=%s: %s is fetched directly: %v, want %v; error %v", entries, host, got, want, err)
			}
		}
	}
	_, err := behind(t, direct, "ALL_PROXY=http://%zz", "NO_PROXY=h").Fetch(t.Context(), fetch.Request{URL: "http://h/"})
	if err != nil {
		t.Error(err)
	}
}

func TestAProxyThatCannotBeReadFailsTheCall(t *testing.T) {
	server := serve(t, echo)
	for _, name := range []string{"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"} {
		for value, text := range map[string]string{
			"http://%zz":                 "cannot be read",
			"http://me:hu/sh@proxy:3128": "cannot be read",
			"http://me:hush@":            "cannot be read",
			"http://me:hush@proxy:x":     "cannot be read",
			"me:hush":                    "cannot be read",
			":3128":                      "cannot be read",
			"a b":                        "cannot be read",
			"http://me:hush@proxy:99999": "port 99999",
			"socks4://me:hush@proxy":     "speaks socks4, which is not supported",
			"socks4a://proxy":            "speaks socks4a, which is not supported",
			"ftp://me:hush@proxy":        `unknown scheme "ftp"`,
		} {
			c := behind(t, fetch.Options{DialContext: toOne(server)}, name+"="+value)
			_, err := c.Fetch(t.Context(), fetch.Request{URL: "http://h/"})
			got := wantError(t, err, fetch.BadProxy, "environment variable "+name+" ")
			if said := got.Error() + fmt.Sprint(got.Err); !strings.Contains(said, text) || strings.Contains(said, "hu") ||
				got.Retryable() {
				t.Errorf("%s=%s: got %v", name, value, err)
			}
		}
	}
	c := behind(t, fetch.Options{DialContext: toOne(server)}, "https_proxy=http://%zz")
	if _, err := c.Fetch(t.Context(), fetch.Request{URL: "http://h/"}); err != nil {
		t.Errorf("a variable that does not count: %v", err)
	}
	_, err := c.Fetch(t.Context(), fetch.Request{URL: "https://h/"})
	wantError(t, err, fetch.BadProxy, "environment variable https_proxy cannot be read")
}

func TestCredentialsOfAProxy(t *testing.T) {
	c := behind(t, fetch.Options{}, "http_proxy=http://me:hu%20sh@"+proxied(t))
	page, err := c.Fetch(t.Context(), fetch.Request{URL: "http://h/", KeepBody: true})
	if err != nil || string(page.Body) != "GET http://h/ me:hu sh" {
		t.Errorf("the proxy got %q, error %v", page.Body, err)
	}
}

func TestTunnels(t *testing.T) {
	secure := httptest.NewTLSServer(http.HandlerFunc(echo))
	t.Cleanup(secure.Close)
	plain := serve(t, echo)
	options := fetch.Options{TLS: secure.Client().Transport.(*http.Transport).TLSClientConfig}
	to := secure.Listener.Addr().String()
	for _, scheme := range []string{"socks5", "socks5h"} {
		for _, name := range []string{"http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"} {
			address, asked := socks(t, plain.Listener.Addr().String(), 0, "")
			page, err := behind(t, options, name+"="+scheme+"://"+address).
				Fetch(t.Context(), fetch.Request{URL: "http://example.com:8080/a", KeepBody: true})
			if err != nil || string(page.Body) != "example.com:8080 /a" || <-asked != "example.com:8080" {
				t.Errorf("%s by %s: got %q, error %v", name, scheme, page.Body, err)
			}
		}
		for _, name := range []string{"https_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"} {
			address, asked := socks(t, to, 0, "me:hush")
			page, err := behind(t, options, name+"="+scheme+"://me:hush@"+address).
				Fetch(t.Context(), fetch.Request{URL: "https://example.com/a", KeepBody: true})
			if err != nil || string(page.Body) != "example.com /a" || <-asked != "example.com:443" {
				t.Errorf("%s by %s: got %q, error %v", name, scheme, page.Body, err)
			}
		}
	}
	page, err := behind(t, options, "https_proxy="+tunnel(t, to)).
		Fetch(t.Context(), fetch.Request{URL: "https://example.com/a", KeepBody: true})
	if err != nil || string(page.Body) != "example.com /a" {
		t.Errorf("by CONNECT: got %q, error %v", page.Body, err)
	}
}

func TestAProxysOwnFailureNamesTheProxy(t *testing.T) {
	closed := listen(t)
	closed.Close()
	silent := listen(t)
	answers := func(status int) string {
		server := serve(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(status) })
		return server.Listener.Addr().String()
	}
	says := func(text string) string {
		return strings.TrimSuffix(strings.TrimPrefix(answer(t, text), "http://"), "/")
	}
	refuses := func(reply byte) string { address, _ := socks(t, "", reply, ""); return "socks5h://" + address }
	banner := listen(t)
	go func() {
		for {
			conn, err := banner.Accept()
			if err != nil {
				return
			}
			io.WriteString(conn, "220 ready\r\n")
			defer conn.Close()
		}
	}()
	noSuchHost := &net.DNSError{Err: "no such host", Name: "nowhere.invalid", IsNotFound: true}
	locked, _ := socks(t, "", 0, "you:know")
	quick := fetch.Options{DialTimeout: 500 * time.Millisecond, TLSTimeout: time.Millisecond}
	for _, test := range []struct {
		variable, value, url string
		options              fetch.Options
		reason               fetch.Reason
		text                 string // %s is the proxy's address
		retryable            bool
	}{
		{"http_proxy", closed.Addr().String(), "http://h/", fetch.Options{}, fetch.ProxyFailed,
			"the proxy %s (from http_proxy) refused the connection: is it running?", true},
		{"https_proxy", closed.Addr().String(), "https://h/", fetch.Options{}, fetch.ProxyFailed,
			"the proxy %s (from https_proxy) refused the connection", true},
		{"ALL_PROXY", "socks5://" + closed.Addr().String(), "http://h/", fetch.Options{}, fetch.ProxyFailed,
			"the proxy %s (from ALL_PROXY) refused the connection", true},
		{"http_proxy", "nowhere.invalid:3128", "http://h/", failToDial(noSuchHost), fetch.ProxyFailed,
			"cannot find the address of the proxy %s (from http_proxy): ", true},
		{"https_proxy", answers(407), "https://h/", fetch.Options{}, fetch.ProxyDenied,
			"the proxy %s (from https_proxy) answered 407 Proxy Authentication Required when asked to connect to h:443: " +
				"give it a name", false},
		{"https_proxy", answers(502), "https://h:8443/", fetch.Options{}, fetch.ProxyFailed,
			"the proxy %s (from https_proxy) answered 502 Bad Gateway when asked to connect to h:8443", true},
		{"https_proxy", answers(403), "https://h/", fetch.Options{}, fetch.ProxyDenied, "answered 403 Forbidden", false},
		{"https_proxy", says("SSH-2.0-x\r\n"), "https://h/", fetch.Options{}, fetch.ProxyDenied,
			"the proxy %s (from https_proxy) did not connect to h:443: malformed HTTP response", false},
		{"https_proxy", says(""), "https://h/", fetch.Options{}, fetch.ProxyFailed,
			"the proxy %s (from https_proxy) did not connect to h:443: unexpected EOF", true},
		{"https_proxy", silent.Addr().String(), "https://h/", quick, fetch.ProxyFailed,
			"the proxy %s (from https_proxy) did not connect to h:443: no answer within 501ms", true},
		{"ALL_PROXY", "socks5h://" + silent.Addr().String(), "http://h/", quick, fetch.ProxyFailed,
			"the proxy %s (from ALL_PROXY) did not connect to h:80: no answer within 501ms", true},
		{"https_proxy", "https://" + answers(200), "https://h/", fetch.Options{}, fetch.ProxyDenied,
			"the proxy %s (from https_proxy) does not speak TLS", false},
		{"http_proxy", refuses(5), "http://h/", fetch.Options{}, fetch.ProxyFailed,
			"the proxy %s (from http_proxy) did not connect to h:80: connection refused", true},
		{"http_proxy", refuses(2), "http://h/", fetch.Options{}, fetch.ProxyDenied,
			"connection not allowed by ruleset", false},
		{"http_proxy", "socks5://me:hush@" + locked, "http://h/", fetch.Options{}, fetch.ProxyDenied,
			"the proxy %s (from http_proxy) did not connect to h:80: username/password authentication failed", false},
		{"http_proxy", "socks5://" + banner.Addr().String(), "http://h/", fetch.Options{}, fetch.ProxyDenied,
			"the proxy %s (from http_proxy) did not connect to h:80: unexpected protocol version", false},
	} {
		_, err := behind(t, test.options, test.variable+"="+test.value).Fetch(t.Context(), fetch.Request{URL: test.url})
		address := test.value[strings.LastIndexAny(test.value, "/@")+1:]
		got := wantError(t, err, test.reason, strings.ReplaceAll(test.text, "%s", address))
		if got.Retryable() != test.retryable || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s=%s: retryable is %v: %v", test.variable, test.value, got.Retryable(), err)
		}
	}
}

func TestAnAnswerThroughAProxyNamesIt(t *testing.T) {
	for status, want := range map[int]string{
		407: "the proxy %s (from http_proxy) answered 407 Proxy Authentication Required: give it a name and a password",
		502: "the server answered 502 Bad Gateway, or it was the proxy %s (from http_proxy)",
		404: "the server answered 404 Not Found",
	} {
		server := serve(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(status) })
		address := server.Listener.Addr().String()
		_, err := behind(t, fetch.Options{}, "http_proxy="+address).Fetch(t.Context(), fetch.Request{URL: "http://h/"})
		failed, ok := errors.AsType[*fetch.StatusError](err)
		if want = strings.ReplaceAll(want, "%s", address); !ok || !strings.HasPrefix(failed.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	address := strings.TrimSuffix(strings.TrimPrefix(answer(t, ""), "http://"), "/")
	_, err := behind(t, fetch.Options{}, "http_proxy="+address).Fetch(t.Context(), fetch.Request{URL: "http://h/"})
	wantError(t, err, fetch.Broken, "the connection to h through the proxy "+address+" (from http_proxy) broke")
}

// The time that a proxy may take to connect is no limit to the requests that follow.
func TestTheDeadlineOfAProxyEndsWithTheConnection(t *testing.T) {
	plain := serve(t, echo)
	address, _ := socks(t, plain.Listener.Addr().String(), 0, "")
	var dialed *deadlines
	options := fetch.Options{DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, addr)
		dialed = &deadlines{Conn: conn}
		return dialed, err
	}}
	if _, err := behind(t, options, "ALL_PROXY=socks5://"+address).
		Fetch(t.Context(), fetch.Request{URL: "http://h/"}); err != nil {
		t.Fatal(err)
	}
	dialed.Lock()
	defer dialed.Unlock()
	if len(dialed.all) < 2 || dialed.all[0].IsZero() || !dialed.all[len(dialed.all)-1].IsZero() {
		t.Errorf("the deadlines were %v, want one at first and none at last", dialed.all)
	}
}

// deadlines is a connection that remembers what was set.
type deadlines struct {
	net.Conn
	sync.Mutex
	all []time.Time
}

func (d *deadlines) SetDeadline(at time.Time) error {
	d.Lock()
	d.all = append(d.all, at)
	d.Unlock()
	return d.Conn.SetDeadline(at)
}
