package fetch

import (
	"errors"
	"io"
	"net"
	"net/url"
	"strings"
	"syscall"

	"example.com/overlap/internal/figures"
	"example.com/overlap/internal/plain"
)

// explainResponse is for a response that did not come, or that makes no sense.
func (r Request) explainResponse(place string, err error) *Error {
	text := said(err)
	switch {
	case isBroken(err):
		return r.refuse(Broken, err, "the connection to %s broke before a response: %s", place, text)
	case strings.Contains(text, "response headers exceeded"), strings.Contains(text, "header list larger"):
		return r.refuse(HeaderTooLarge, err, "the header of the response of %s is larger than %s", place,
			figures.BinarySize(mostHeader))
	case strings.Contains(text, `malformed HTTP response "\x15\x03`):
		return r.refuse(BadResponse, err, "%s speaks TLS, not HTTP: did you mean https?", place)
	case strings.Contains(text, "malformed HTTP response"):
		return r.refuse(BadResponse, err, "%s does not speak HTTP: %s", place, text)
	}
	return r.refuse(BadResponse, err, "the response of %s is against the rules of HTTP: %s", place, text)
}

// explainBody is for a body that came in part.
func (c *Client) explainBody(r Request, at *url.URL, size int64, err error) *Error {
	place, after := at.Host, figures.Count(size, "byte")
	if through := c.proxyFor(at); through != nil {
		place += " through " + through.String()
	}
	if bad, ok := errors.AsType[badEncoding](err); ok {
		return r.refuse(BadResponse, err, "the body of the response of %s is no valid gzip after %s: %v",
			place, after, bad)
	}
	if isBroken(err) {
		return r.refuse(Broken, err, "the connection to %s broke after %s of the body: %s", place, after, said(err))
	}
	return r.refuse(BadResponse, err, "the body of the response of %s is against the rules of HTTP after %s: %s",
		place, after, said(err))
}

// isBroken tells a connection that went away, which may not happen again, from what the server says, which will. Only
// failures that are known to be of the first kind are: net/http has no types for the others.
func isBroken(err error) bool {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) {
		return true
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	if _, ok := errors.AsType[syscall.Errno](err); ok {
		return true
	}
	text := err.Error()
	for _, code := range []string{"PROTOCOL_ERROR", "COMPRESSION_ERROR", "FRAME_SIZE_ERROR", "FLOW_CONTROL_ERROR",
		"INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED", "response header list", "malformed", "invalid"} {
		if strings.Contains(text, code) {
			return false
		}
	}
	for _, said := range []string{"server closed idle connection", "unexpected EOF", "http2: client conn",
		"http2: server sent GOAWAY", "stream error", "connection error"} {
		if strings.Contains(text, said) {
			return true
		}
	}
	return false
}

// said is what net/http says of a response, cut to what fits into a message, and without what the server sent if that
// may hold the password of a Location.
func said(err error) string {
	const most = 200
	text := strings.TrimPrefix(err.Error(), "net/http: HTTP/1.x transport connection broken: ")
	if strings.Contains(text, "@") {
		text, _, _ = strings.Cut(text, `"`)
		text = strings.TrimRight(text, ": ")
	}
	return plain.Shorten(text, most)
}
