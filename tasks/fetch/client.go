package fetch

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
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
	MaxTime         time.Duration // for all of an attempt, from its start to the body's end; 10 min. Negative: no limit
	StallLimit      time.Duration // without a byte of the body; 30 s. Negative: no limit
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
	orElse(&o.MaxTime, 10*time.Minute)
	orElse(&o.StallLimit, 30*time.Second)
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
	*connections

	variants *variants // of this client, by the settings of requests; nil for a variant itself
}

// New makes a client. It panics when an option other than MaxRedirects, MaxTime and StallLimit is negative.
func New(options Options) *Client {
	c := &Client{options: options.withDefaults(), variants: &variants{}}
	c.userAgent = []string{c.options.UserAgent}
	c.connections, _ = connect(c.options, &Settings{}) // no settings, no error
	return c
}

// CloseIdle closes the connections that no request is using.
func (c *Client) CloseIdle() {
	c.connections.closeIdle()
	if c.variants != nil {
		c.variants.closeIdle()
	}
}
