package fetch

import (
	"net/netip"
	"net/url"
	"strings"
)

// plainURL is a URL of which nothing has to be decoded, mapped or checked, as most are.
type plainURL struct{ scheme, host, path, query string }

// readPlain reads a URL if it is plain. If not, that says nothing about it.
func readPlain(raw string) (u plainURL, ok bool) {
	rest := ""
	switch {
	case strings.HasPrefix(raw, "http://"):
		u.scheme, rest = "http", raw[len("http://"):]
	case strings.HasPrefix(raw, "https://"):
		u.scheme, rest = "https", raw[len("https://"):]
	default:
		return u, false
	}
	end := strings.IndexByte(rest, '/')
	if end < 0 {
		end = len(rest)
	}
	u.host, rest = rest[:end], rest[end:]
	if !isPlainHost(u.host) {
		return u, false
	}
	for i := range len(rest) {
		if c := rest[i]; !isPlain[c] && !(c == '?' && i+1 < len(rest)) {
			return u, false
		}
	}
	u.path, u.query, _ = strings.Cut(rest, "?")
	return u, true
}

// isPlainHost reports whether a host and port are sent as they stand: a name in lower case, or an IPv4 address in its
// usual form, since 127.1 is one as well.
func isPlainHost(host string) bool {
	name, port, found := strings.Cut(host, ":")
	if found && (port == "" || port[0] == '0' || !isPort(port)) {
		return false
	}
	if len(name) == 0 || len(name) > 63 || name[0] == '.' || name[len(name)-1] == '.' {
		return false
	}
	for i := range len(name) {
		switch c := name[i]; {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '-':
		case c == '.' && name[i-1] != '.':
		default:
			return false
		}
	}
	if last := name[strings.LastIndexByte(name, '.')+1]; last >= 'a' && last <= 'z' {
		return true
	}
	address, err := netip.ParseAddr(name)
	return err == nil && address.Is4()
}

// isPlain are the characters of a path and a query that mean themselves, escaped or not.
var isPlain = func() (plain [256]bool) {
	for _, c := range "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/=&" {
		plain[c] = true
	}
	return plain
}()

func (u plainURL) url() *url.URL {
	return &url.URL{Scheme: u.scheme, Host: u.host, Path: u.path, RawQuery: u.query}
}
