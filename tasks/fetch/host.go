package fetch

import "strings"

// HostKey is the host and port that a request is for first, in lower case, as a key of [overlap.PerKey]; "" for a URL
// that cannot be read, whose call will fail. The usual port of the scheme is left out.
func (r Request) HostKey() string {
	u, ok := readPlain(r.URL)
	if !ok {
		parsed, err := parseURL(r.URL)
		if err != nil {
			return ""
		}
		u = plainURL{scheme: parsed.Scheme, host: parsed.Host}
	}
	host := u.host
	switch u.scheme {
	case "http":
		host = strings.TrimSuffix(host, ":80")
	case "https":
		host = strings.TrimSuffix(host, ":443")
	}
	return host
}
