package fetch

import (
	"net/netip"
	"net/url"
	"strings"
)

// exceptionsOf are the entries of NO_PROXY, which commas or space separate.
func exceptionsOf(value string) []string {
	return strings.FieldsFunc(strings.ToLower(value), func(c rune) bool { return c == ',' || c <= ' ' })
}

// isException reports whether NO_PROXY names the host of u: by *, by its address, by a range of addresses such as
// 10.0.0.0/8, or by a domain that it is or is in, with or without a dot before it.
func (p proxies) isException(u *url.URL) bool {
	host, port := strings.TrimSuffix(strings.ToLower(u.Hostname()), "."), u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	address, _ := netip.ParseAddr(host)
	address = address.WithZone("").Unmap()
	for _, entry := range p.exceptions {
		if entry == "*" {
			return true
		}
		if ends, err := netip.ParsePrefix(strings.NewReplacer("[", "", "]", "").Replace(entry)); err == nil {
			if ends.Contains(address) {
				return true
			}
			continue
		}
		name, only := splitPort(entry)
		if only != "" && only != port {
			continue
		}
		if named, err := netip.ParseAddr(name); err == nil {
			if named.WithZone("").Unmap() == address {
				return true
			}
			continue
		}
		name = strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(name, "*"), "."), ".")
		if ascii, err := asciiName(name); err == nil {
			name = ascii
		}
		if name != "" && (host == name || strings.HasSuffix(host, "."+name)) {
			return true
		}
	}
	return false
}

// splitPort takes the port from an entry of NO_PROXY, and the brackets from an IPv6 address.
func splitPort(entry string) (name, port string) {
	if rest, found := strings.CutPrefix(entry, "["); found {
		name, port, _ = strings.Cut(rest, "]")
		return name, strings.TrimPrefix(port, ":")
	}
	if strings.Count(entry, ":") == 1 {
		name, port, _ = strings.Cut(entry, ":")
		return name, port
	}
	return entry, "" // a bare IPv6 address has more colons
}
