package fetch

import (
	"context"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// connections are how a client reaches servers, and the connections that it keeps.
type connections struct {
	transport   *http.Transport
	proxies     func() proxies
	addresses   map[string][]string // of hosts that are not looked up
	dialContext func(ctx context.Context, network, addr string) (net.Conn, error)

	dialTimeout, tlsTimeout time.Duration
	clearDeadlines          atomic.Bool // connections may have a deadline from when they were made, see dial
}

// mostHeader is how large the header of a response may be.
const mostHeader = 1 << 20

// connect readies connections for options, over which the settings have been put.
func connect(options Options, s *Settings) (*connections, error) {
	config, err := s.tls(options.TLS)
	if err != nil {
		return nil, err
	}
	c := &connections{
		dialContext: options.DialContext, dialTimeout: options.DialTimeout, tlsTimeout: options.TLSTimeout,
	}
	if c.proxies, err = s.proxies(); err != nil {
		return nil, err
	}
	if c.addresses, err = s.addresses(); err != nil {
		return nil, err
	}
	idle := min(options.Connections, mostIdle())
	c.transport = &http.Transport{
		Proxy:                  c.proxyOf,
		DialContext:            c.dial,
		TLSClientConfig:        config,
		TLSHandshakeTimeout:    options.TLSTimeout,
		ResponseHeaderTimeout:  options.ResponseTimeout,
		ExpectContinueTimeout:  time.Second,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: mostHeader,
		// A DialContext of one's own would turn HTTP/2 off.
		ForceAttemptHTTP2: !s.HTTP1,
		// The default of 2 idle connections a host closes nearly all after each wave of concurrent calls.
		MaxIdleConns:        idle,
		MaxIdleConnsPerHost: idle,
		DisableCompression:  true, // see askForGzip

		OnProxyConnectResponse: onProxyConnectResponse,
	}
	if s.HTTP1 {
		c.transport.Protocols = new(http.Protocols)
		c.transport.Protocols.SetHTTP1(true)
	}
	return c, nil
}

func (c *connections) closeIdle() { c.transport.CloseIdleConnections() }

// variants are a client's, by the settings of requests.
type variants struct {
	last atomic.Pointer[variant] // of the last request that had settings: most requests of a job share theirs

	mu          sync.Mutex
	connections map[connectionKey]*connections
	inOrder     []connectionKey // in which they were made
}

type variant struct {
	settings *Settings
	client   *Client
}

// connectionKey is what of settings is about connections.
type connectionKey struct {
	caCert, cert, proxy, resolve string
	insecure, http1              bool
	connectTimeout               time.Duration
}

func (s *Settings) connectionKey() connectionKey {
	return connectionKey{
		s.CACert, s.Cert, s.Proxy, strings.Join(s.Resolve, " "), s.Insecure, s.HTTP1, s.ConnectTimeout,
	}
}

// mostVariants is how many kinds of connections are kept: a list of requests may have settings of its own for each.
const mostVariants = 64

// with is the client for requests that have settings. Those whose settings say the same of connections share them.
func (c *Client) with(s *Settings) (*Client, error) {
	if s == nil || c.variants == nil {
		return c, nil
	}
	if last := c.variants.last.Load(); last != nil && last.settings == s {
		return last.client, nil
	}
	if s.ConnectTimeout < 0 || s.MaxBody < 0 {
		return nil, s.Check()
	}
	v := &Client{options: s.over(c.options), userAgent: c.userAgent, connections: c.connections}
	if key := s.connectionKey(); key != (connectionKey{}) {
		var err error
		if v.connections, err = c.variants.connect(key, v.options, s); err != nil {
			return nil, err
		}
	}
	c.variants.last.Store(&variant{s, v})
	return v, nil
}

// connect finds or makes connections. The oldest of too many are given up, once nobody uses them.
func (v *variants) connect(key connectionKey, options Options, s *Settings) (*connections, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if found := v.connections[key]; found != nil {
		return found, nil
	}
	made, err := connect(options, s)
	if err != nil {
		return nil, err
	}
	if v.connections == nil {
		v.connections = map[connectionKey]*connections{}
	}
	if len(v.inOrder) >= mostVariants {
		oldest := v.inOrder[0]
		v.connections[oldest].closeIdle()
		delete(v.connections, oldest)
		v.inOrder = v.inOrder[1:]
	}
	v.connections[key] = made
	v.inOrder = append(v.inOrder, key)
	return made, nil
}

func (v *variants) closeIdle() {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, c := range v.connections {
		c.closeIdle()
	}
}
