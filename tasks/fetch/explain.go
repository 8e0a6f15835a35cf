package fetch

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"syscall"
)

// explain makes one clear error of what net/http says of a request for at that got no response.
func (c *Client) explain(ctx context.Context, r Request, t *trace, at *url.URL, err error) *Error {
	connected, handshakes := t.phase()
	if ctx.Err() != nil {
		doing := "connecting"
		if connected {
			doing = "waiting for the response"
		}
		return r.interrupted(ctx, doing)
	}
	through, unread := c.proxies().of(at)
	if unread != nil {
		return r.refuse(BadProxy, err, "%v", unread)
	}
	if errno := exhaustion(err); errno != 0 && !connected {
		return r.refuse(ConnectFailed, err, "cannot connect to %s: %s", at.Host, lacking(errno))
	}
	place := at.Host
	if through != nil {
		place += " through " + through.String()
	}
	operation, _ := errors.AsType[*net.OpError](err)
	switch {
	case connected && isTimeout(err):
		return r.refuse(ResponseTimeout, err, "no response from %s within %v", place, c.options.ResponseTimeout)
	case connected && operation != nil && (operation.Op == "remote error" || operation.Op == "local error"):
		return r.refuse(TLSFailed, err, "no common TLS with %s: %v", place, operation.Err) // it wants a certificate
	case connected:
		return r.explainResponse(place, err)
	case through != nil && (!handshakes || operation != nil && operation.Op == "proxyconnect"):
		return c.explainProxy(r, at, through, err)
	}
	return c.explainConnecting(r, at, place, handshakes, err)
}

func (c *Client) explainConnecting(r Request, at *url.URL, host string, handshakes bool, err error) *Error {
	if lookup, ok := errors.AsType[*net.DNSError](err); ok {
		return r.refuse(DNSFailed, err, "cannot find the address of %s: %s", lookup.Name, lookup.Err)
	}
	operation, isOperation := errors.AsType[*net.OpError](err)
	if isOperation && operation.Addr != nil && operation.Op == "dial" {
		host = operation.Addr.String()
	}
	if untrusted, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return r.refuse(TLSFailed, err, "cannot trust %s: %v", host, untrusted.Err)
	}
	if header, ok := errors.AsType[tls.RecordHeaderError](err); ok && string(header.RecordHeader[:]) == "HTTP/" {
		err = fmt.Errorf("%w: %w", http.ErrSchemeMismatch, err)
		plain := *at
		plain.Scheme = "http"
		return r.refuse(TLSFailed, err, "%s does not speak TLS: did you mean %s?", host, withoutPassword(&plain))
	}
	switch {
	case isRefused(err):
		return r.refuse(Refused, err, "%s refused the connection: is a server listening there?", host)
	case isTimeout(err) && handshakes:
		return r.refuse(ConnectTimeout, err, "no TLS connection to %s within %v", host, c.options.TLSTimeout)
	case isTimeout(err):
		return r.refuse(ConnectTimeout, err, "no connection to %s within %v", host, c.options.DialTimeout)
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

func (r Request) interrupted(ctx context.Context, doing string) *Error {
	cause := context.Cause(ctx)
	if limit, ok := errors.AsType[*limitError](cause); ok {
		return r.refuse(limit.reason, cause, "given up while %s: %v", doing, cause)
	}
	return r.refuse(Interrupted, cause, "stopped while %s: %v", doing, cause)
}
