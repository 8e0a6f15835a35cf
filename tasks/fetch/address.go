package fetch

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"golang.org/x/net/idna"
)

// parseURL reads a URL as browsers do, see escape. Its host is what a request names: an international name in its ASCII
// form, in lower case. The error does not repeat the URL, nor a password in it.
func parseURL(raw string) (*url.URL, error) {
	if plain, ok := readPlain(raw); ok {
		return plain.url(), nil
	}
	return finish(url.Parse(escape(raw)))
}

// parseRedirect is parseURL for a Location, which may be relative to the URL that was asked for.
func parseRedirect(location string, from *url.URL) (*url.URL, error) {
	return finish(from.Parse(escape(location)))
}

func finish(u *url.URL, err error) (*url.URL, error) {
	if err != nil {
		if detailed, ok := errors.AsType[*url.Error](err); ok { // its text would repeat the URL
			err = detailed.Err
		}
		return nil, err
	}
	if u.Host, err = asciiHost(u); err != nil {
		return nil, err
	}
	return u, nil
}

// domains maps names as browsers do (UTS #46): BÜCHER.example and bücher。example are one name. Names that DNS knows
// though they are no host names, such as those with an underscore, are left alone.
var domains = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.CheckJoiners(true), idna.Transitional(false),
	idna.CheckHyphens(false), idna.StrictDomainName(false))

// asciiHost is the host and port of a URL as they are sent.
func asciiHost(u *url.URL) (string, error) {
	if strings.HasPrefix(u.Host, "[") { // an IPv6 address, whose zone has capitals of its own
		return strings.TrimSuffix(u.Host, ":"), nil
	}
	name, err := asciiName(u.Hostname())
	if err != nil {
		return "", err
	}
	if port := u.Port(); port != "" {
		return name + ":" + port, nil
	}
	return name, nil
}

// inNoHost reports whether no host and port may hold a character.
func inNoHost(c rune) bool {
	return c <= ' ' || c == 0x7f || strings.ContainsRune("\"#%/<>?@[\\]^`{|}", c)
}

func asciiName(name string) (string, error) {
	mapped := strings.ToLower(name)
	if strings.ContainsFunc(name, func(c rune) bool { return c >= 0x80 }) {
		var err error
		if mapped, err = domains.ToASCII(name); err != nil {
			return "", fmt.Errorf("%q is no host name: %w", name, err)
		}
	}
	// A character may be mapped to several, such as ℀ to a/c, which must not end up outside of the host.
	if i := strings.IndexFunc(mapped, func(c rune) bool { return inNoHost(c) || c == ':' || c > 0x7f }); i >= 0 {
		return "", fmt.Errorf("%q is no host name: it may not hold %q", name, mapped[i:i+1])
	}
	const longestName, longestLabel = 253, 63 // of DNS
	labels := strings.TrimSuffix(mapped, ".")
	if len(labels) > longestName {
		return "", fmt.Errorf("the host name has %d characters: %d are allowed", len(labels), longestName)
	}
	for label := range strings.SplitSeq(labels, ".") {
		if label == "" && mapped != "" {
			return "", fmt.Errorf("%q is no host name: there is nothing between two of its dots", name)
		}
		if len(label) > longestLabel {
			return "", fmt.Errorf("%q is no host name: %d characters in a row without a dot, and %d are allowed",
				name, len(label), longestLabel)
		}
	}
	return plainIPv4(mapped), nil
}
