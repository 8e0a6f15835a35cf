package cluster

import (
	"cmp"
	"fmt"
	"net"
	"strconv"
)

// endpoint is where an engine listens.
type endpoint struct {
	host string // "" for all addresses of this machine
	port int    // 0 for any
}

// listening reads what [Listen] takes.
func listening(address string) (at endpoint, err error) {
	host, port, err := net.SplitHostPort(cmp.Or(address, "127.0.0.1:0"))
	if err != nil {
		return at, fmt.Errorf("the engine cannot listen at %q: give an address such as :7422 or 10.0.0.1:7422: %w", address,
			err)
	}
	number, err := strconv.Atoi(port)
	if err != nil || number < 0 || number > 1<<16-1 {
		return at, fmt.Errorf("the engine cannot listen at port %q: give a number, such as 7422, or 0 for any", port)
	}
	return endpoint{host, number}, nil
}

// reachable is how other machines reach it.
func (at endpoint) reachable() string {
	return net.JoinHostPort(reachableAs(at.host), strconv.Itoa(at.port))
}

// reachableAs is how other machines reach a host at which the engine listens: where it listens at all addresses, the
// first one of this machine that is for others.
func reachableAs(host string) string {
	if ip := net.ParseIP(host); host != "" && (ip == nil || !ip.IsUnspecified()) {
		return host
	}
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return "127.0.0.1"
	}
	for _, a := range addresses {
		if n, ok := a.(*net.IPNet); ok && n.IP.IsGlobalUnicast() && n.IP.To4() != nil {
			return n.IP.String()
		}
	}
	return "127.0.0.1"
}
