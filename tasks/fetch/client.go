package fetch

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Options are a [Client]'s. Zero means the default of each.
type Options struct {
	Connections     int           // idle ones kept for the next calls, as many as calls run at once; 4,096
	MaxBody         int64         // bytes of a body, decompressed; 64 MiB
	MaxRedirects    int           // followed for a request; 10. Negative: none, the redirect itself is the page
	DialTimeout     time.Duration // DNS and TCP; 10 s
	TLSTimeout      time.Duration // the handshake; 10 s
	ResponseTimeout time.Duration // from the request's end to the response's header; 2 min
	UserAgent       string        // unless the request's header has one; "overlap"

	TLS         *tls.Config                                                       // nil: the system's trust
	DialContext func(ctx context.Context, network, addr string) (net.Conn, error) // nil: TCP by net.Dialer
}

func (o Options) withDefaults() Options {
	if o.Connections < 0 || o.MaxBody < 0 || o.DialTimeout < 0 || o.TLSTimeout < 0 || o.ResponseTimeout < 0 {
		panic(fmt.Sprintf("fetch: New: negative values make no sense: Connections %d, MaxBody %d, timeouts %v, %v and %v",
			o.Connections, o.MaxBody, o.DialTimeout, o.TLSTimeout, o.ResponseTimeout))
	}
	orElse(&o.Connections, 4096)
	orElse(&o.MaxBody, 64<<20)
	orElse(&o.MaxRedirects, 10)
	orElse(&o.DialTimeout, 10*time.Second)
	orElse(&o.TLSTimeout, 10*time.Second)
	orElse(&o.ResponseTimeout, 2*time.Minute)
	orElse(&o.UserAgent, "overlap")
	if o.DialContext == nil {
		o.DialContext = new(net.Dialer).DialContext
	}
	return o
}

func orElse[T comparable](value *T, fallback T) {
	var zero T
	if *value == zero {
		*value = fallback
	}
}

// Client makes requests and keeps connections for the next ones. It holds no cookies, and uses the proxy that the
// environment names. It is safe for concurrent use.
type Client struct {
	options   Options
	userAgent []string // as a header holds it; shared by all requests, never changed
	http      http.Client
}

// New makes a client. It panics when an option other than MaxRedirects is negative.
func New(options Options) *Client {
	c := &Client{options: options.withDefaults()}
	c.userAgent = []string{c.options.UserAgent}
	c.http.Transport = &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           c.dial,
		TLSClientConfig:       c.options.TLS.Clone(),
		TLSHandshakeTimeout:   c.options.TLSTimeout,
		ResponseHeaderTimeout: c.options.ResponseTimeout,
		ExpectContinueTimeout: time.Second,
		IdleConnTimeout:       90 * time.Second,
		ForceAttemptHTTP2:     true, // a DialContext of one's own would turn it off
		// The default of 2 idle connections a host closes nearly all after each wave of concurrent calls.
		MaxIdleConns:        c.options.Connections,
		MaxIdleConnsPerHost: c.options.Connections,
	}
	c.http.CheckRedirect = c.checkRedirect
	return c
}

// CloseIdle closes the connections that no request is using.
func (c *Client) CloseIdle() { c.http.CloseIdleConnections() }

func (c *Client) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(watchDial(ctx), c.options.DialTimeout)
	defer cancel()
	return c.options.DialContext(ctx, network, addr)
}

// checkRedirect leaves it to explain to say which request was redirected.
func (c *Client) checkRedirect(next *http.Request, via []*http.Request) error {
	most := c.options.MaxRedirects
	if most < 0 {
		return http.ErrUseLastResponse
	}
	if len(via) > most {
		return Request{}.refuse(TooManyRedirects, nil,
			"gave up after %d redirects, on the way to %s", most, next.URL.Redacted())
	}
	if problem := checkURL(Request{}, next.URL); problem != nil {
		return problem
	}
	return nil
}
