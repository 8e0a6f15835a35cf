package fetch

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// check parses a request's URL and finds what is wrong with the request before anything is sent.
func check(r Request) (*url.URL, *Error) {
	if r.URL == "" {
		return nil, r.refuse(BadURL, nil, "the URL is empty")
	}
	u, err := parseURL(r.URL)
	if err != nil || u.Scheme == "" || u.Host == "" {
		if guess := withScheme(r.URL); guess != "" {
			return nil, r.refuse(UnknownScheme, err, "no scheme in %q: did you mean %s?", r.URL, guess)
		}
	}
	switch {
	case err != nil && mayHoldPassword(r.URL): // the cause may repeat a part of it
		return nil, r.refuse(BadURL, nil,
			"bad URL %q: a name or password in it must be percent-encoded: / is %%2F, ? is %%3F, # is %%23", redact(r.URL))
	case err != nil:
		return nil, r.refuse(BadURL, err, "bad URL %q: %v", r.URL, err)
	}
	if problem := checkURL(r, u); problem != nil {
		return nil, problem
	}
	return u, r.checkSent()
}

// Check says what of a request no server can be sent, but for its URL and its settings: a method or a header.
func (r Request) Check() error {
	if problem := r.checkSent(); problem != nil {
		return problem
	}
	for name, value := range r.Header {
		if http.CanonicalHeaderKey(name) == "Host" && value != "" {
			if _, err := hostHeader(value); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r Request) checkSent() *Error {
	if !isToken(r.method()) {
		return r.refuse(BadRequest, nil, "bad method %q", r.Method)
	}
	return checkHeader(r)
}

func checkHeader(r Request) *Error {
	written := map[string]string{} // by its canonical form
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		value := r.Header[name]
		if !isToken(name) {
			return r.refuse(BadRequest, nil, "bad header name %q", name)
		}
		if other, twice := written[http.CanonicalHeaderKey(name)]; twice {
			return r.refuse(BadRequest, nil, "header %s is given twice, as %s too: names that differ only in case are one",
				other, name)
		}
		written[http.CanonicalHeaderKey(name)] = name
		if strings.ContainsFunc(value, func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }) {
			return r.refuse(BadRequest, nil, "control character in the value of header %s", name)
		}
	}
	return nil
}

// checkURL is for the URL of a request and for those it is redirected to.
func checkURL(r Request, u *url.URL) *Error {
	if u.Scheme == "" {
		return r.refuse(UnknownScheme, nil, "no scheme in %q: want http://host or https://host", redact(r.URL))
	}
	if scheme := u.Scheme; scheme != "http" && scheme != "https" {
		return r.refuse(UnknownScheme, nil, "unknown scheme %q in %s: http and https are known", scheme, withoutPassword(u))
	}
	if u.Hostname() == "" {
		return r.refuse(NoHost, nil, "no host in %q: want %s://host", withoutPassword(u), u.Scheme)
	}
	if port := u.Port(); port != "" && !isPort(port) {
		return r.refuse(BadURL, nil, "port %s is not between 1 and 65535 in %s", port, withoutPassword(u))
	}
	return nil
}

func isPort(port string) bool {
	n, err := strconv.Atoi(port)
	return err == nil && n >= 1 && n <= 65535
}

// withScheme is the URL that somebody may have meant who wrote raw without a scheme; "" if there is none.
func withScheme(raw string) string {
	if strings.Contains(raw, "://") || strings.HasPrefix(raw, "http:") || strings.HasPrefix(raw, "https:") {
		return ""
	}
	guess := "http://" + strings.TrimLeft(raw, "/")
	u, err := parseURL(guess)
	if err != nil || u.User != nil || u.Hostname() == "" {
		return ""
	}
	return guess
}

// isToken reports whether s is a token of RFC 9110, section 5.6.2: what methods and header names are made of.
func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(c rune) bool {
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		return !letter && !strings.ContainsRune("!#$%&'*+-.^_`|~", c)
	})
}
