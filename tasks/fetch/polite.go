package fetch

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"time"

	"example.com/overlap"
)

// Politeness is how requests spare a host that has too much to do, or is down: for all of them together, while those
// to other hosts go on. The zero Politeness has the defaults.
type Politeness struct {
	AtOnce        int           // the most requests at once to a host that is not this machine; 0: no limit
	MaxRetryAfter time.Duration // the longest Retry-After that requests wait for; 5 min
	MaxDown       time.Duration // for how long requests wait for a host that does not answer or refuses all; 5 min
	Tell          func(HostNews)
}

// HostNews is what becomes of a host.
type HostNews struct {
	Host string // as Request.HostKey has it
	Is   HostState
	Err  error         // of the request that showed it; nil for Answers
	Wait time.Duration // until the next request
}

// HostState is how a host does.
type HostState int

const (
	Answers HostState = iota // again
	Refuses                  // it has too much to do: requests are made more slowly
	Down                     // it does not answer: one request after another tries it
	GivenUp                  // requests that would have to wait fail
)

// Polite is a limit for [overlap.PerKey] with the key [Request.HostKey]:
//
//	perHost := overlap.PerKey(fetch.Request.HostKey, fetch.Polite(fetch.Politeness{AtOnce: 8}))
//
// A host that answers 429 or 503 is slowed down for all its requests: they are made one after another until one gets
// through. Then first 0.7 times as many as before are made in a time and at once, then more by and by, and all again a minute
// after the last refusal. A request that was refused is made again, five times at most, besides what an
// [overlap.RetryPolicy] says: after 1 s, 2 s, 4 s and so on, or its Retry-After, and behind some others, where there are any.
// When so many are refused in a row that it is hardly chance, two as a rule, none is made until the Retry-After is over, or
// for 1 s, 2 s, 4 s and so on up to 30 s, and then one of any that wait.
//
// If a request is refused again although three others got through that began since, and that happens twice, the host is not
// slowed down any longer for requests that are refused whatever else is asked: each waits by itself, until more are refused
// than that explains, or one gets through that was refused before. A request whose Retry-After is longer than MaxRetryAfter
// fails, and so do others of the host until then.
//
// A host that cannot be connected to is tried by one request at a time, after 1 s, 2 s, 4 s and so on up to 30 s; the
// others wait, and hold no worker. When that has gone on for MaxDown, and one more has tried it then, they fail with a
// [HostError], and so does what comes later, while one request each 30 s finds out whether the host is back. The requests that find a host down fail as
// ever, and are made again if the job's RetryPolicy says so. When it has no address, those that wait fail at once. A
// host that refuses everything for MaxDown counts as down as well.
//
// Tell, unless it is nil, is told what becomes of hosts, one after another for each host, on any goroutine; it must not
// block. Polite panics when a value is negative.
func Polite(p Politeness) overlap.KeyLimit {
	if p.AtOnce < 0 || p.MaxRetryAfter < 0 || p.MaxDown < 0 {
		panic(fmt.Sprintf("fetch: Polite: negative values make no sense: AtOnce %d, MaxRetryAfter %v, MaxDown %v",
			p.AtOnce, p.MaxRetryAfter, p.MaxDown))
	}
	orElse(&p.MaxRetryAfter, 5*time.Minute)
	orElse(&p.MaxDown, 5*time.Minute)
	if p.Tell == nil {
		p.Tell = func(HostNews) {}
	}
	return overlap.Adapt(func(key string) overlap.KeyPolicy {
		policy := overlap.KeyPolicy{AtOnce: p.AtOnce}
		if p.AtOnce > 0 && isThisMachine(key) {
			policy.AtOnce = 0
		}
		policy.Ended = (&host{key: key, politeness: p}).ended
		return policy
	})
}

// isThisMachine reports whether a host and port name the machine that this program runs on. No name is looked up.
func isThisMachine(key string) bool {
	name := key
	if host, _, err := net.SplitHostPort(key); err == nil {
		name = host
	}
	name = strings.TrimSuffix(strings.Trim(name, "[]"), ".")
	if name == "localhost" || strings.HasSuffix(name, ".localhost") || name == thisMachine().name {
		return name != ""
	}
	address, err := netip.ParseAddr(name)
	if err != nil {
		return false
	}
	address = address.Unmap().WithZone("")
	return address.IsLoopback() || address.IsUnspecified() || thisMachine().addresses[address]
}

type machine struct {
	name      string
	addresses map[netip.Addr]bool
}

var thisMachine = sync.OnceValue(func() machine {
	m := machine{addresses: map[netip.Addr]bool{}}
	name, _ := os.Hostname()
	m.name = strings.ToLower(name)
	all, _ := net.InterfaceAddrs()
	for _, address := range all {
		if prefix, err := netip.ParsePrefix(address.String()); err == nil {
			m.addresses[prefix.Addr().Unmap()] = true
		}
	}
	return m
})
