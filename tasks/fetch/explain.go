package fetch

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"syscall"
)

// explain makes one clear error of what net/http says of a request that got no response.
func (c *Client) explain(ctx context.Context, r Request, t *trace, err error) *Error {
	at := r.URL
	if prefixed, ok := err.(*url.Error); ok { // drops `Get "http://…": `
		at, err = prefixed.URL, prefixed.Err
	}
	if ours, ok := errors.AsType[*Error](err); ok { // from checkRedirect
		ours.Method, ours.URL, ours.Idempotent = r.method(), r.URL, r.idempotent()
		return ours
	}
	connected, handshakes := t.phase()
	if ctx.Err() != nil {
		doing := "connecting"
		if connected {
			doing = "waiting for the response"
		}
		return r.interrupted(ctx, doing)
	}
	host := hostOf(at)
	if lookup, ok := errors.AsType[*net.DNSError](err); ok {
		return r.refuse(DNSFailed, err, "cannot find the address of %s: %s", lookup.Name, lookup.Err)
	}
	if !connected {
		return c.explainConnecting(r, at, handshakes, err)
	}
	if isTimeout(err) {
		return r.refuse(ResponseTimeout, err, "no response from %s within %v", host, c.options.ResponseTimeout)
	}
	return r.refuse(Broken, err, "the connection to %s broke before a response: %v", host, err)
}

func (c *Client) explainConnecting(r Request, at string, handshakes bool, err error) *Error {
	host := hostOf(at)
	operation, isOperation := errors.AsType[*net.OpError](err)
	if isOperation && operation.Addr != nil {
		host = operation.Addr.String() // a proxy's, for instance
	}
	if untrusted, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return r.refuse(TLSFailed, err, "cannot trust %s: %v", host, untrusted.Err)
	}
	if errors.Is(err, http.ErrSchemeMismatch) {
		return r.refuse(TLSFailed, err, "%s does not speak TLS: did you mean http%s?", host, strings.TrimPrefix(at, "https"))
	}
	switch {
	case isRefused(err):
		return r.refuse(Refused, err, "%s refused the connection: is a server listening there?", host)
	case isTimeout(err) && handshakes:
		return r.refuse(ConnectTimeout, err, "no TLS connection to %s within %v", host, c.options.TLSTimeout)
	case isTimeout(err):
		return r.refuse(ConnectTimeout, err, "no connection to %s within %v", host, c.options.DialTimeout)
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		return r.refuse(ConnectFailed, err,
			"no file descriptor left to connect to %s: run fewer calls at once, or raise ulimit -n", host)
	case handshakes && !isCutOff(err, operation):
		return r.refuse(TLSFailed, err, "no common TLS with %s: %v", host, err)
	case isOperation && operation.Op == "dial":
		return r.refuse(ConnectFailed, err, "cannot connect to %s: %v", host, operation.Err)
	}
	return r.refuse(ConnectFailed, err, "cannot connect to %s: %v", host, err)
}

// isCutOff tells a connection that went away in its handshake from the alerts of TLS, which are operations named
// "remote error" and "local error".
func isCutOff(err error, operation *net.OpError) bool {
	if operation != nil {
		return operation.Op == "read" || operation.Op == "write"
	}
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

func isRefused(err error) bool {
	const windowsRefused = syscall.Errno(10061) // WSAECONNREFUSED, which package syscall does not name
	return errors.Is(err, syscall.ECONNREFUSED) || runtime.GOOS == "windows" && errors.Is(err, windowsRefused)
}

func isTimeout(err error) bool {
	timeout, ok := errors.AsType[net.Error](err)
	return ok && timeout.Timeout()
}

func hostOf(raw string) string {
	if u, err := url.Parse(raw); err == nil {
		return u.Host
	}
	return raw
}

func (r Request) interrupted(ctx context.Context, doing string) *Error {
	cause := context.Cause(ctx)
	return r.refuse(Interrupted, cause, "stopped while %s: %v", doing, cause)
}
