package cli

import (
	"fmt"
	"strings"
	"sync"

	"example.com/overlap"
	"example.com/overlap/internal/figures"
	"example.com/overlap/tasks/fetch"
)

// hostNews is what a job learns about the hosts of its requests. It is safe for concurrent use.
type hostNews struct {
	say    func(format string, args ...any) // nil: nobody wants to hear it as it happens
	limits *overlap.KeyLimits
	usual  bool // at most usualPerHost requests go to a host at once

	mu    sync.Mutex
	told  int
	hosts [fetch.GivenUp + 1]map[string]bool // by what became of them
}

// spareHosts is the option that has requests spare their hosts. given reports whether a flag was.
func (j *job) spareHosts(flags runFlags, given func(flag string) bool) overlap.Option {
	n := &hostNews{usual: !given("jobs") && !given("per-host")}
	if !flags.show.quiet {
		n.say = j.messages.sayf
	}
	n.limits = flags.fetch.perHost.limits(n.usual, n.tell)
	j.hosts = n
	return n.limits
}

// mostNews is how much is told as it happens; the summary counts all.
const mostNews = 5

// tell takes what has become of a host.
func (n *hostNews) tell(of fetch.HostNews) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.hosts[of.Is] == nil {
		n.hosts[of.Is] = map[string]bool{}
	}
	n.hosts[of.Is][of.Host] = true
	if n.say == nil || n.told == mostNews {
		return
	}
	n.told++
	switch of.Is {
	case fetch.Answers:
		n.say("%s answers again", of.Host)
	case fetch.Refuses:
		n.say("%s has too much to do, so its requests are made more slowly: %v", of.Host, of.Err)
	case fetch.Down:
		n.say("%s is down, so its requests wait while one after another tries it: %v", of.Host, of.Err)
	case fetch.GivenUp:
		n.say("%s is given up, so its requests fail: %v", of.Host, of.Err)
	}
}

// text sums up, "" if there is nothing to say.
func (n *hostNews) text() string {
	if n == nil {
		return ""
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	var parts []string
	for _, said := range []struct {
		is         fetch.HostState
		one, other string
	}{
		{fetch.Refuses, "host was asked more slowly", "hosts were asked more slowly"},
		{fetch.Down, "host was down", "hosts were down"},
		{fetch.GivenUp, "host was given up", "hosts were given up"},
	} {
		if hosts := int64(len(n.hosts[said.is])); hosts > 0 {
			parts = append(parts, figures.Counted(hosts, said.one, said.other))
		}
	}
	if held := int64(n.limits.HeldUp()); n.usual && held > 0 {
		parts = append(parts, fmt.Sprintf("%s for others to the same host, of which %d run at once: --per-host or -j says "+
			"otherwise", figures.Counted(held, "request waited", "requests waited"), usualPerHost))
	}
	return strings.Join(parts, ", ")
}
