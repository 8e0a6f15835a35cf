package fetch

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// Options are a [Client]'s. Zero means the default of each.
type Options struct {
	Connections     int           // idle ones kept for the next calls, at most half of the open files allowed; 4,096
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

// Client makes requests and keeps connections for the next ones. It holds no cookies. It is safe for concurrent use.
//
// It uses the proxies that http_proxy, https_proxy, ALL_PROXY and NO_PROXY name when it makes its first request, by
// the rules of curl: http, https, socks5 and socks5h, the last two of which both leave it to the proxy to look names
// up. When a variable cannot be read, requests that it is for fail.
//
// A redirect to another scheme, host or port is followed without the password of the URL and the headers Authorization
// and Cookie. Other headers go along.
type Client struct {
	options   Options
	userAgent []string // as a header holds it; shared by all requests, never changed
	proxies   func() proxies
	transport *http.Transport

	clearDeadlines atomic.Bool // connections may have a deadline from when they were made, see dial
}

// New makes a client. It panics when an option other than MaxRedirects is negative.
func New(options Options) *Client {
	c := &Client{options: options.withDefaults(), proxies: environment()}
	c.userAgent = []string{c.options.UserAgent}
	idle := min(c.options.Connections, mostIdle())
	c.transport = &http.Transport{
		Proxy:                 c.proxyOf,
		DialContext:           c.dial,
		TLSClientConfig:       c.options.TLS.Clone(),
		TLSHandshakeTimeout:   c.options.TLSTimeout,
		ResponseHeaderTimeout: c.options.ResponseTimeout,
		ExpectContinueTimeout: time.Second,
		IdleConnTimeout:       90 * time.Second,
		ForceAttemptHTTP2:     true, // a DialContext of one's own would turn it off
		// The default of 2 idle connections a host closes nearly all after each wave of concurrent calls.
		MaxIdleConns:        idle,
		MaxIdleConnsPerHost: idle,
		DisableCompression:  true, // see askForGzip

		OnProxyConnectResponse: onProxyConnectResponse,
	}
	return c
}

// CloseIdle closes the connections that no request is using.
func (c *Client) CloseIdle() { c.transport.CloseIdleConnections() }
