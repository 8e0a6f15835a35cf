package fetch

import (
	"io"
	"maps"
	"net/http"
	"net/url"
)

// hop is a request on its way through redirects.
type hop struct {
	sent      Request // what is asked for now
	at        *url.URL
	redirects []Redirect // that were followed
	foreign   bool       // one of them led away from the origin that the request names
}

// isRedirect reports whether a response sends the request elsewhere, if it says where. A 304 does not.
func isRedirect(response *http.Response) bool {
	switch response.StatusCode {
	case http.StatusMultipleChoices, http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return response.Header.Get("Location") != ""
	}
	return false
}

// follow makes of h the request that the redirect asks for.
func (c *Client) follow(r Request, h *hop, response *http.Response) *Error {
	drain(response)
	location := response.Header.Get("Location")
	next, err := parseRedirect(location, h.at)
	if err != nil {
		if mayHoldPassword(location) {
			err = nil // it may repeat a part of it
		}
		return r.refuse(BadResponse, err, "%s redirects to a bad URL, %q", h.at.Host, redact(location))
	}
	if len(h.redirects) >= c.options.MaxRedirects {
		return r.refuse(TooManyRedirects, nil,
			"gave up after %d redirects, on the way to %s", c.options.MaxRedirects, withoutPassword(next))
	}
	if problem := checkURL(r, next); problem != nil {
		return problem
	}
	h.redirects = append(h.redirects, Redirect{response.StatusCode, withoutPassword(h.at)})
	status, method := response.StatusCode, h.sent.method()
	if status != http.StatusTemporaryRedirect && status != http.StatusPermanentRedirect {
		if method != http.MethodHead {
			h.sent.Method = http.MethodGet
		}
		if h.sent.Body != nil || method != h.sent.method() {
			h.sent.Body = nil
			h.sent.Header = without(h.sent.Header, "Content-Type", "Content-Encoding", "Content-Language", "Content-Location")
		}
	}
	switch {
	case origin(next) != origin(h.at):
		h.foreign = true
		h.sent.Header = without(h.sent.Header, secretHeaders...)
		h.sent.Header = without(h.sent.Header, "Host")
	case next.User == nil && !h.foreign:
		next.User = h.at.User
	}
	h.at = next
	return nil
}

// secretHeaders stay with the origin they were meant for: scheme, host and port, as in curl and browsers. Headers of
// one's own, such as X-Api-Key, go along, as in curl: nobody can tell which of them are secrets.
var secretHeaders = []string{
	"Authorization", "Cookie", "Cookie2", "Proxy-Authorization", "Proxy-Authenticate", "Www-Authenticate",
}

func origin(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return u.Scheme + "://" + u.Hostname() + ":" + port
}

// without is a copy of a header that lacks some names, in any case.
func without(header map[string]string, names ...string) map[string]string {
	if len(header) == 0 {
		return header
	}
	kept := maps.Clone(header)
	maps.DeleteFunc(kept, func(name, _ string) bool {
		for _, unwanted := range names {
			if http.CanonicalHeaderKey(name) == unwanted {
				return true
			}
		}
		return false
	})
	return kept
}

// drain reads what is left of a small body, so that the connection can be used again.
func drain(response *http.Response) {
	const most = 2 << 10
	if response.ContentLength <= most {
		_, _ = io.CopyN(io.Discard, response.Body, most)
	}
	_ = response.Body.Close()
}
