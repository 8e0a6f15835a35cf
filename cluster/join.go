package cluster

import (
	"encoding/hex"
	"fmt"
	"net"
	"strings"

	"github.com/nats-io/nkeys"
)

// ticket is what a join string says: "ovl://KEY@HOST:PORT/FINGERPRINT". The key is the seed of the worker's; the
// fingerprint is of the engine's public key, and there is none where the engine is on the same machine and has no TLS.
type ticket struct {
	key     string
	address string
	pin     []byte
}

const scheme = "ovl://"

func (t ticket) String() string {
	text := scheme + t.key + "@" + t.address
	if len(t.pin) > 0 {
		text += "/" + hex.EncodeToString(t.pin)
	}
	return text
}

const pinSize = 32

// parseTicket reads a join string.
func parseTicket(text string) (t ticket, err error) {
	const advice = "copy it whole from what the engine printed"
	rest, ok := strings.CutPrefix(strings.TrimSpace(text), scheme)
	if !ok {
		return t, fmt.Errorf("the join string does not begin with %s: %s", scheme, advice)
	}
	var pin string
	t.key, rest, ok = strings.Cut(rest, "@")
	if !ok {
		return t, fmt.Errorf("the join string has no address: %s", advice)
	}
	t.address, pin, _ = strings.Cut(rest, "/")
	host, port, err := net.SplitHostPort(t.address)
	if err != nil || host == "" || port == "" {
		return t, fmt.Errorf("the join string has no address of the form host:port: %s", advice)
	}
	if _, err := nkeys.FromSeed([]byte(t.key)); err != nil {
		return t, fmt.Errorf("the join string's key is damaged: %s", advice)
	}
	if t.pin, err = hex.DecodeString(pin); err != nil || len(pin) > 0 && len(t.pin) != pinSize {
		return t, fmt.Errorf("the join string's fingerprint is damaged: %s", advice)
	}
	if len(pin) == 0 && !isLoopback(host) {
		return t, fmt.Errorf("the join string of an engine on another machine lacks its fingerprint: %s", advice)
	}
	return t, nil
}

// isLoopback reports whether only this machine can be reached by a host.
func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
