package fetch

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// credentialsHint follows 407.
const credentialsHint = ": give it a name and a password, as in http://name:password@host:port"

// proxyAnswer is a proxy's answer other than 200 when it was asked for a connection to a server.
type proxyAnswer struct{ status int }

func (a proxyAnswer) Error() string {
	return strings.TrimSpace(fmt.Sprintf("%03d %s", a.status, http.StatusText(a.status)))
}

func onProxyConnectResponse(_ context.Context, _ *url.URL, _ *http.Request, response *http.Response) error {
	if response.StatusCode != http.StatusOK {
		return proxyAnswer{response.StatusCode}
	}
	return nil
}

// explainProxy is for a connection that a proxy did not make. It says that it was the proxy, not the server.
func (c *Client) explainProxy(r Request, at *url.URL, through *proxy, err error) *Error {
	server := at.Host
	if at.Port() == "" {
		server += map[string]string{"http": ":80", "https": ":443"}[at.Scheme]
	}
	if answer, ok := errors.AsType[proxyAnswer](err); ok {
		text := fmt.Sprintf("%v answered %v when asked to connect to %s", through, answer, server)
		if answer.status == http.StatusProxyAuthRequired {
			text += credentialsHint
		}
		why := ProxyDenied
		if (&StatusError{Status: answer.status, Idempotent: true}).Retryable() {
			why = ProxyFailed
		}
		return r.refuse(why, err, "%s", text)
	}
	operation, _ := errors.AsType[*net.OpError](err)
	if operation != nil && operation.Op == "proxyconnect" {
		return c.explainNoProxy(r, through, operation.Err)
	}
	if through.isSOCKS() && operation != nil && strings.HasPrefix(operation.Op, "socks") {
		cause, why := operation.Err, ProxyDenied
		reply, replied := strings.CutPrefix(cause.Error(), "unknown error ")
		if isTimeout(cause) || isBroken(cause) || replied && isPassing(reply) {
			why = ProxyFailed
		}
		if isTimeout(cause) {
			reply = fmt.Sprintf("no answer within %v", c.options.DialTimeout+c.options.TLSTimeout)
		}
		return r.refuse(why, err, "%v did not connect to %s: %s", through, server, reply)
	}
	if isTimeout(err) {
		return r.refuse(ProxyFailed, err, "%v did not connect to %s: no answer within %v", through, server,
			c.options.DialTimeout+c.options.TLSTimeout)
	}
	why := ProxyDenied // it does not speak as a proxy does
	if isBroken(err) {
		why = ProxyFailed
	}
	return r.refuse(why, err, "%v did not connect to %s: %s", through, server, said(err))
}

// explainNoProxy is for a proxy that was not reached.
func (c *Client) explainNoProxy(r Request, through *proxy, err error) *Error {
	if lookup, ok := errors.AsType[*net.DNSError](err); ok {
		return r.refuse(ProxyFailed, err, "cannot find the address of %v: %s", through, lookup.Err)
	}
	if untrusted, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return r.refuse(ProxyDenied, err, "cannot trust %v: %v", through, untrusted.Err)
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return r.refuse(ProxyDenied, err, "%v does not speak TLS: name it with http:// rather than https://", through)
	}
	switch {
	case isRefused(err):
		return r.refuse(ProxyFailed, err, "%v refused the connection: is it running?", through)
	case isTimeout(err):
		return r.refuse(ProxyFailed, err, "no connection to %v within %v", through, c.options.DialTimeout)
	}
	if operation, ok := errors.AsType[*net.OpError](err); ok && operation.Op == "dial" {
		err = operation.Err
	}
	return r.refuse(ProxyFailed, err, "cannot connect to %v: %v", through, err)
}

// isPassing reports whether a SOCKS proxy's reply tells of what may be over soon.
func isPassing(reply string) bool {
	switch reply {
	case "general SOCKS server failure", "network unreachable", "host unreachable", "connection refused", "TTL expired":
		return true
	}
	return false
}
