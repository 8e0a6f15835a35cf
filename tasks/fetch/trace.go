package fetch

import (
	"context"
	"crypto/tls"
	"net/http/httptrace"
	"sync"
	"sync/atomic"
	"time"
)

// trace collects a request's times. A connection that is being dialed for a request that has meanwhile got another
// one still calls the hooks, even after the request has ended: hence the lock, and no reuse of traces.
type trace struct {
	mu         sync.Mutex
	begun      time.Time
	connected  bool  // the present hop has its connection
	handshakes bool  // the present hop is in its TLS handshake
	hop        Times // of the present hop's own dial
	times      Times

	lookupBegun, connectBegun, handshakeBegun time.Time

	clearDeadlines *atomic.Bool // of the connections
}

func (c *Client) newTrace() *trace {
	return &trace{begun: time.Now(), clearDeadlines: &c.clearDeadlines}
}

type traceKey struct{}

func (t *trace) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(context.WithValue(ctx, traceKey{}, t), &httptrace.ClientTrace{
		GetConn:              t.getConn,
		TLSHandshakeStart:    t.handshakeStart,
		TLSHandshakeDone:     t.handshakeDone,
		GotConn:              t.gotConn,
		GotFirstResponseByte: t.firstByte,
	})
}

// watchDial adds the hooks that only a dial needs, which most requests do without: they are half the cost of tracing.
func watchDial(ctx context.Context) context.Context {
	t, ok := ctx.Value(traceKey{}).(*trace)
	if !ok {
		return ctx
	}
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		DNSStart:     t.dnsStart,
		DNSDone:      t.dnsDone,
		ConnectStart: t.connectStart,
		ConnectDone:  t.connectDone,
	})
}

func (t *trace) getConn(string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.connected { // a redirect: the next hop
		t.connected, t.handshakes, t.hop = false, false, Times{}
		t.lookupBegun, t.connectBegun, t.handshakeBegun = time.Time{}, time.Time{}, time.Time{}
	}
}

func (t *trace) dnsStart(httptrace.DNSStartInfo)          { t.begin(&t.lookupBegun) }
func (t *trace) dnsDone(httptrace.DNSDoneInfo)            { t.end(&t.lookupBegun, &t.hop.DNS) }
func (t *trace) connectStart(_, _ string)                 { t.begin(&t.connectBegun) }
func (t *trace) handshakeDone(tls.ConnectionState, error) { t.end(&t.handshakeBegun, &t.hop.TLS) }

// connectDone is called for each address of a host that is tried, two at a time: the first that connects counts.
func (t *trace) connectDone(_, _ string, err error) {
	if err == nil {
		t.end(&t.connectBegun, &t.hop.Connect)
	}
}

func (t *trace) handshakeStart() {
	t.begin(&t.handshakeBegun)
	t.mu.Lock()
	t.handshakes = !t.connected
	t.mu.Unlock()
}

func (t *trace) begin(at *time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if at.IsZero() && !t.connected {
		*at = time.Now()
	}
}

func (t *trace) end(begun *time.Time, took *time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !begun.IsZero() && !t.connected {
		*took += time.Since(*begun)
		*begun = time.Time{}
	}
}

func (t *trace) gotConn(info httptrace.GotConnInfo) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !info.Reused {
		t.times.DNS += t.hop.DNS
		t.times.Connect += t.hop.Connect
		t.times.TLS += t.hop.TLS
	}
	if t.clearDeadlines.Load() {
		_ = info.Conn.SetDeadline(time.Time{})
	}
	t.times.Reused = info.Reused
	t.connected, t.handshakes = true, false
}

func (t *trace) firstByte() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.times.FirstByte = time.Since(t.begun)
}

// done is called at the end of the body.
func (t *trace) done() Times {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.times.Total = time.Since(t.begun)
	t.times.Body = t.times.Total - t.times.FirstByte
	return t.times
}

// phase is how far the request got, for messages.
func (t *trace) phase() (connected, handshakes bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.connected, t.handshakes
}
