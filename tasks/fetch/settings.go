package fetch

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"
)

// Settings are how a request is made where that differs from its client's [Options]. The zero value of a field means
// what the client has. They are a part of the input, so that any worker makes the same request: certificates may be
// there as text. Settings must not be changed once a request with them has been made; requests can share them.
type Settings struct {
	CACert   string   // whom to trust instead of the system's authorities: PEM, or the name of a file of it
	Cert     string   // a certificate for servers that ask for one, and its key: PEM, or the name of a file of it
	Insecure bool     // take any certificate: whoever is on the way can read and change everything
	Proxy    string   // a proxy's URL, or none for no proxy; "" leaves it to the environment
	Resolve  []string // host:port:address[,address…]: connect to these addresses instead of looking the host up
	HTTP1    bool     // speak HTTP/1.1, also with servers that know HTTP/2

	MaxRedirects   int           // negative: the redirect itself is the page
	ConnectTimeout time.Duration // for DNS and TCP together, and for TLS
	MaxTime        time.Duration // for all of an attempt; negative: no limit
	StallLimit     time.Duration // without a byte of the body; negative: no limit
	MaxBody        int64         // bytes, decompressed

	Save string // a directory that the body of a response that succeeded is saved in, see Page.Path
	UTF8 bool   // decode text of another charset, as the header, a byte order mark or HTML says it
}

// ProxyOfRequest is what errors call the proxy that [Settings] name, for those who know better where that came from.
const ProxyOfRequest = "the proxy of the request"

// noProxy as a proxy's URL stands for none.
const noProxy = "none"

// Check says what is wrong with settings, by what every request with them would fail. It reads the files they name.
func (s *Settings) Check() error {
	if s.ConnectTimeout < 0 || s.MaxBody < 0 {
		return fmt.Errorf("a negative connect_timeout or max_body makes no sense: got %v and %d", s.ConnectTimeout, s.MaxBody)
	}
	_, trust := s.tls(nil)
	_, proxy := s.proxies()
	_, addresses := s.addresses()
	return errors.Join(trust, proxy, addresses)
}

// withDefaults are the settings with what they leave zero taken from others; nil ones leave all.
func (s *Settings) withDefaults(from *Settings) *Settings {
	if s == nil || from == nil {
		return cmp.Or(s, from)
	}
	both := *from
	take(&both.CACert, s.CACert)
	take(&both.Cert, s.Cert)
	take(&both.Insecure, s.Insecure)
	take(&both.Proxy, s.Proxy)
	take(&both.HTTP1, s.HTTP1)
	take(&both.MaxRedirects, s.MaxRedirects)
	take(&both.ConnectTimeout, s.ConnectTimeout)
	take(&both.MaxTime, s.MaxTime)
	take(&both.StallLimit, s.StallLimit)
	take(&both.MaxBody, s.MaxBody)
	take(&both.Save, s.Save)
	take(&both.UTF8, s.UTF8)
	if len(s.Resolve) > 0 {
		both.Resolve = s.Resolve
	}
	return &both
}

// over are the options where these settings count before them.
func (s *Settings) over(o Options) Options {
	take(&o.MaxRedirects, s.MaxRedirects)
	take(&o.DialTimeout, s.ConnectTimeout)
	take(&o.TLSTimeout, s.ConnectTimeout)
	take(&o.MaxTime, s.MaxTime)
	take(&o.StallLimit, s.StallLimit)
	take(&o.MaxBody, s.MaxBody)
	return o
}

// take is for a value that counts where it is not zero.
func take[T comparable](to *T, value T) {
	var zero T
	if value != zero {
		*to = value
	}
}

// tls is how connections are secured, by what the client has for all.
func (s *Settings) tls(base *tls.Config) (*tls.Config, error) {
	if s.CACert == "" && s.Cert == "" && !s.Insecure {
		return base.Clone(), nil
	}
	config := base.Clone()
	if config == nil {
		config = &tls.Config{}
	}
	config.InsecureSkipVerify = config.InsecureSkipVerify || s.Insecure
	if s.CACert != "" {
		text, from, err := readPEM(s.CACert)
		if err != nil {
			return nil, fmt.Errorf("cannot read the certificates to trust: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("there is no certificate to trust in %s: it must be PEM, -----BEGIN CERTIFICATE-----", from)
		}
	}
	if s.Cert != "" {
		text, from, err := readPEM(s.Cert)
		if err != nil {
			return nil, fmt.Errorf("cannot read the client's certificate: %w", err)
		}
		pair, err := tls.X509KeyPair(text, text)
		if err != nil {
			return nil, fmt.Errorf("the client's certificate in %s cannot be used: %w; it must be PEM, with the key", from, err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}

// readPEM reads PEM that is there, or in a file of that name.
func readPEM(text string) (pem []byte, from string, err error) {
	if strings.Contains(text, "-----BEGIN") {
		return []byte(text), "the request", nil
	}
	pem, err = os.ReadFile(text)
	return pem, text, err
}

// proxies are those that the settings say, of the environment where they say nothing.
func (s *Settings) proxies() (func() proxies, error) {
	if s.Proxy == "" {
		return environment(), nil
	}
	var all proxies
	if s.Proxy != noProxy {
		p, err := readProxy("", ProxyOfRequest, s.Proxy)
		if err != nil {
			return nil, err
		}
		all.http.proxy, all.https.proxy = p, p
	}
	return func() proxies { return all }, nil
}

// addresses are where to connect to instead of looking a host up, by host and port.
func (s *Settings) addresses() (map[string][]string, error) {
	if len(s.Resolve) == 0 {
		return nil, nil
	}
	all := map[string][]string{}
	for _, entry := range s.Resolve {
		bad := fmt.Errorf("%q says no address of a host: give host:port:address, as in example.com:443:127.0.0.1", entry)
		host, rest, _ := strings.Cut(entry, ":")
		port, list, found := strings.Cut(rest, ":")
		name, err := asciiName(host)
		if !found || err != nil || name == "" || !isPort(port) {
			return nil, bad
		}
		if strings.Contains(name, "*") {
			return nil, fmt.Errorf("%w; a * stands for no host: name each", bad)
		}
		at := net.JoinHostPort(name, port)
		all[at] = nil
		for address := range strings.SplitSeq(list, ",") {
			address = strings.TrimSuffix(strings.TrimPrefix(address, "["), "]")
			if net.ParseIP(address) == nil {
				return nil, bad
			}
			all[at] = append(all[at], net.JoinHostPort(address, port))
		}
	}
	return all, nil
}
