package fetch

import (
	"net/url"
	"strings"
)

// escape makes a URL of what somebody wrote, as browsers do (the URL Standard of WHATWG): space around it and line
// breaks within are dropped, and what a part may not hold is percent-encoded byte by byte. It leaves the host alone.
func escape(raw string) string {
	raw = strings.TrimFunc(raw, func(c rune) bool { return c <= ' ' })
	if !strings.ContainsFunc(raw, needsCare) {
		return raw
	}
	raw = strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(raw)
	rest, fragment, hasFragment := strings.Cut(raw, "#")
	rest, query, hasQuery := strings.Cut(rest, "?")
	from, to := authority(rest)
	var b strings.Builder
	b.WriteString(rest[:from])
	b.WriteString(escapeAuthority(rest[from:to]))
	b.WriteString(encode(rest[to:], inPath))
	if hasQuery {
		b.WriteString("?" + encode(query, inQuery))
	}
	if hasFragment {
		b.WriteString("#" + encode(escapePercent(fragment), inFragment))
	}
	return b.String()
}

// needsCare reports whether a character may have to be escaped where it stands.
func needsCare(c rune) bool {
	return c <= ' ' || c >= 0x7f || strings.ContainsRune("\"#%'<>@[\\^`{|}", c)
}

// The characters that are escaped in each part, besides controls, space and what is not ASCII.
const (
	inPath     = "\"<>\\^`{|}"
	inQuery    = "\"<>'"
	inFragment = "\"<>`"
	inUser     = "\"/<>@[\\]^`{|}"
)

func encode(part, escaped string) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(part) {
		if c := part[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(escaped, c) >= 0 {
			b.Write([]byte{'%', digits[c>>4], digits[c&15]})
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// escapePercent escapes a percent sign that escapes nothing. In a path it stays what it is: an error.
func escapePercent(part string) string {
	var b strings.Builder
	for i := range len(part) {
		b.WriteByte(part[i])
		if part[i] == '%' && (i+2 >= len(part) || !isHex(part[i+1]) || !isHex(part[i+2])) {
			b.WriteString("25")
		}
	}
	return b.String()
}

func isHex(c byte) bool { return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F' }

// authority is where the user, the host and the port are in a URL without query and fragment.
func authority(address string) (from, to int) {
	scheme, rest, found := strings.Cut(address, "//")
	if !found || scheme != "" && !isScheme(scheme) {
		return 0, 0
	}
	from = len(address) - len(rest)
	if end := strings.IndexByte(rest, '/'); end >= 0 {
		return from, from + end
	}
	return from, len(address)
}

func isScheme(s string) bool {
	name, found := strings.CutSuffix(s, ":")
	return found && name != "" && !strings.ContainsFunc(name, func(c rune) bool {
		return !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '+' || c == '-' || c == '.')
	})
}

// escapeAuthority escapes the user, reads what is escaped in the host, and escapes the percent sign before the zone of
// an IPv6 address where it is written plainly.
func escapeAuthority(s string) string {
	at := strings.LastIndexByte(s, '@') + 1
	user, host := s[:at], s[at:]
	if at > 0 {
		user = encode(escapePercent(user[:at-1]), inUser) + "@"
	}
	address, zone, zoned := strings.Cut(host, "%")
	if zoned && strings.HasPrefix(host, "[") && !strings.HasPrefix(zone, "25") {
		host = address + "%25" + zone
	} else if name, err := url.PathUnescape(host); err == nil && !strings.ContainsFunc(name, inNoHost) {
		host = name
	}
	return user + host
}
