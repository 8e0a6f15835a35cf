package live

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
)

// newToken is 192 random bits, as they stand in an address.
func newToken() string {
	var b [24]byte
	_, _ = rand.Read(b[:]) // which never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// guard lets nobody in but those who know the token, and no page of another site even if it knows it. A name that another
// site has pointed at this machine is not in hosts (DNS rebinding), and a request made by a script of another site says
// so in its Origin or Sec-Fetch-Site.
type guard struct {
	token string
	hosts []string // as browsers write them
	pages http.Handler
}

func newGuard(token string, address net.Addr, pages http.Handler) *guard {
	_, port, _ := net.SplitHostPort(address.String())
	return &guard{token, []string{address.String(), "localhost:" + port}, pages}
}

func (g *guard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	token, path, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch {
	case !slices.Contains(g.hosts, r.Host):
		http.Error(w, "this is not the address of the page", http.StatusMisdirectedRequest)
	case subtle.ConstantTimeCompare([]byte(token), []byte(g.token)) != 1:
		http.Error(w, "the address lacks its token, or it is of another run: the command has printed it", http.StatusNotFound)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "the page is to look at only", http.StatusMethodNotAllowed)
	case isForeign(r):
		http.Error(w, "no other site may read this", http.StatusForbidden)
	default:
		r.URL.Path = "/" + path
		g.pages.ServeHTTP(w, r)
	}
}

// isForeign reports whether a request was made by another site. One that opens the page as a whole may come from
// anywhere, such as a link in a message.
func isForeign(r *http.Request) bool {
	if origin := r.Header.Get("Origin"); origin != "" && origin != "http://"+r.Host {
		return true
	}
	site := r.Header.Get("Sec-Fetch-Site")
	opens := r.Header.Get("Sec-Fetch-Mode") == "navigate" && r.Header.Get("Sec-Fetch-Dest") == "document"
	return site != "" && site != "same-origin" && site != "none" && !opens
}

// listen listens at an address of this machine that no other can reach.
func listen(address string) (net.Listener, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("%q is no address: give one such as 127.0.0.1:7000", address)
	}
	if host == "localhost" {
		host = "127.0.0.1"
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return nil, fmt.Errorf("%q can be reached from other machines, and the page must not be: give an address "+
			"such as 127.0.0.1:7000", address)
	}
	return net.Listen("tcp", net.JoinHostPort(host, port))
}
