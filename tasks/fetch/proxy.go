package fetch

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
)

// proxy is one that a request goes through.
type proxy struct {
	url  *url.URL
	from string // the variable of the environment that named it; "" for the request's own
}

// String names a proxy in messages: "the proxy 127.0.0.1:3128 (from http_proxy)".
func (p *proxy) String() string {
	if p.from == "" {
		return "the proxy " + p.url.Host
	}
	return fmt.Sprintf("the proxy %s (from %s)", p.url.Host, p.from)
}

func (p *proxy) isSOCKS() bool { return strings.HasPrefix(p.url.Scheme, "socks") }

// setting is what a variable of the environment says.
type setting struct {
	proxy *proxy // nil if there is none
	err   error  // why it cannot be read
}

// proxies are those that the environment names, by the rules of curl: a name in lower case counts before the same in
// capitals, ALL_PROXY where there is none for the scheme, NO_PROXY before all. An empty value is none. Addresses of
// this machine are no exception. Differences: HTTP_PROXY counts as well, unless this is a CGI program, where it is a
// header that anybody sends; and NO_PROXY may name a port.
type proxies struct {
	http, https setting
	exceptions  []string
}

func proxiesOf(getenv func(string) string) proxies {
	first := func(names ...string) (name, value string) {
		for _, name := range names {
			if value := strings.TrimSpace(getenv(name)); value != "" {
				return name, value
			}
		}
		return "", ""
	}
	forHTTP := []string{"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"}
	if getenv("REQUEST_METHOD") != "" {
		forHTTP = []string{"http_proxy", "all_proxy", "ALL_PROXY"}
	}
	_, exceptions := first("no_proxy", "NO_PROXY")
	return proxies{
		http:       readSetting(first(forHTTP...)),
		https:      readSetting(first("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")),
		exceptions: exceptionsOf(exceptions),
	}
}

// environment reads the variables once for each client: they do not change while requests are made.
func environment() func() proxies {
	return sync.OnceValue(func() proxies { return proxiesOf(os.Getenv) })
}

// of returns the proxy for requests to u, nil if there is none. A setting that cannot be read is an error: a request
// must not go out directly because of a slip.
func (p proxies) of(u *url.URL) (*proxy, error) {
	s := p.http
	if u.Scheme == "https" {
		s = p.https
	}
	if s == (setting{}) || p.isException(u) {
		return nil, nil
	}
	return s.proxy, s.err
}

// isProxy reports whether a connection to an address is one to a proxy.
func (p proxies) isProxy(addr string) bool {
	return p.http.proxy != nil && p.http.proxy.url.Host == addr || p.https.proxy != nil && p.https.proxy.url.Host == addr
}

func readSetting(name, value string) (s setting) {
	if name != "" {
		s.proxy, s.err = readProxy(name, "the proxy in the environment variable "+name, value)
	}
	return s
}

// readProxy reads what a variable of the environment or a request says, which an error calls what. None repeats the
// value, since it may hold a password.
func readProxy(from, what, value string) (*proxy, error) {
	if !strings.Contains(value, "://") {
		value = "http://" + value
	}
	u, err := parseURL(value)
	bad := func(format string, values ...any) error {
		return fmt.Errorf("%s %s", what, fmt.Sprintf(format, values...))
	}
	const want = "want http://host:port, or https, socks5 or socks5h instead of http"
	if err != nil || u.Hostname() == "" || u.Opaque != "" {
		return nil, bad("cannot be read: %s; what is special in a name or password is percent-encoded", want)
	}
	port := "1080" // as curl has it
	switch u.Scheme {
	case "http", "socks5", "socks5h":
	case "https":
		port = "443"
	case "socks4", "socks4a", "socks":
		return nil, bad("speaks %s, which is not supported: %s", u.Scheme, want)
	default:
		return nil, bad("has the unknown scheme %q: %s", u.Scheme, want)
	}
	if u.Port() == "" {
		u.Host += ":" + port
	}
	if !isPort(u.Port()) {
		return nil, bad("has the port %s, which is not between 1 and 65535", u.Port())
	}
	return &proxy{url: &url.URL{Scheme: u.Scheme, User: u.User, Host: u.Host}, from: from}, nil
}

// proxyOf is what net/http asks for each request.
func (c *connections) proxyOf(request *http.Request) (*url.URL, error) {
	p, err := c.proxies().of(request.URL)
	if p == nil || err != nil {
		return nil, err
	}
	return p.url, nil
}

// proxyFor is the proxy of requests to u that were made, nil if there was none.
func (c *connections) proxyFor(u *url.URL) *proxy {
	p, _ := c.proxies().of(u)
	return p
}
