package fetch

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// check parses a request's URL and finds what is wrong with the request before anything is sent.
func check(r Request) (*url.URL, *Error) {
	if r.URL == "" {
		return nil, r.refuse(BadURL, nil, "the URL is empty")
	}
	u, err := url.Parse(r.URL)
	if err != nil || u.Scheme == "" || u.Host == "" {
		if guess := withScheme(r.URL); guess != "" {
			return nil, r.refuse(UnknownScheme, err, "no scheme in %q: did you mean %s?", r.URL, guess)
		}
	}
	if err != nil {
		if detailed, ok := err.(*url.Error); ok { // its text would repeat the URL
			err = detailed.Err
		}
		return nil, r.refuse(BadURL, err, "bad URL %q: %v", r.URL, err)
	}
	if problem := checkURL(r, u); problem != nil {
		return nil, problem
	}
	if !isToken(r.method()) {
		return nil, r.refuse(BadRequest, nil, "bad method %q", r.Method)
	}
	for name, value := range r.Header {
		if !isToken(name) {
			return nil, r.refuse(BadRequest, nil, "bad header name %q", name)
		}
		if strings.ContainsFunc(value, func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }) {
			return nil, r.refuse(BadRequest, nil, "control character in the value of header %s", name)
		}
	}
	return u, nil
}

// checkURL is for the URL of a request and for those it is redirected to.
func checkURL(r Request, u *url.URL) *Error {
	if scheme := u.Scheme; scheme != "http" && scheme != "https" {
		return r.refuse(UnknownScheme, nil, "unknown scheme %q in %s: http and https are known", scheme, u.Redacted())
	}
	if u.Hostname() == "" {
		return r.refuse(NoHost, nil, "no host in %s", u.Redacted())
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			return r.refuse(BadURL, nil, "port %s is not between 1 and 65535 in %s", port, u.Redacted())
		}
	}
	return nil
}

// withScheme is the URL that somebody may have meant who wrote raw without a scheme; "" if there is none.
func withScheme(raw string) string {
	if strings.Contains(raw, "://") || strings.HasPrefix(raw, "http:") || strings.HasPrefix(raw, "https:") {
		return ""
	}
	guess := "http://" + strings.TrimLeft(raw, "/")
	u, err := url.Parse(guess)
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

func (r Request) refuse(why Reason, cause error, format string, values ...any) *Error {
	return &Error{
		Reason: why, Method: r.method(), URL: r.URL, Idempotent: r.idempotent(),
		text: fmt.Sprintf(format, values...), Err: cause,
	}
}
