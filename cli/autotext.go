package cli

import (
	"fmt"
	"strings"

	"example.com/overlap"
	"example.com/overlap/tasks/fetch"
)

// autoText is what auto has found out, in the words of the command; "" where no call waited for another, as then there was
// nothing to find out. hosts is what has become of those of the requests, nil for another task;
// limit is the flag that says how many calls there may be, "" for none.
func autoText(found *overlap.AutoReport, hosts *hostNews, limit string) string {
	if found == nil || found.Class == overlap.TooFewCalls && found.InFlight == 0 {
		return ""
	}
	return strings.NewReplacer(
		fmt.Sprintf("StartWith(%d)", found.Peak), fmt.Sprintf("--start-with %d", found.Peak),
		fmt.Sprintf("Max(%d)", found.Level), fmt.Sprintf("--max %d", found.Level),
		"workers that make several at once", "workers that make several at once (in Python: serve(parallel=20))",
		"its limit per key", "its limit per host", // no other task has keys
		"the policy of its key", hosts.held(),
		"kept from more by "+autoMax, "kept from more by "+flagFor(autoMax, limit),
		"which "+autoMax+" keeps it from", "which "+flagFor(autoMax, limit)+" keeps it from",
	).Replace(found.String())
}

// autoMax is what a report calls the greatest number of calls that it was given.
const autoMax = "Max"

// flagFor is what bounds how many calls there are, in the words of the command.
func flagFor(bound, limit string) string {
	if bound == autoMax && limit != "" {
		return limit
	}
	return bound
}

// held is what holds requests back of hosts that are not well.
func (n *hostNews) held() string {
	if n == nil {
		return "the policy of its key"
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, said := range []struct {
		is         fetch.HostState
		one, other string
	}{
		{fetch.Refuses, "the pace of a host that refused requests", "the pace of hosts that refused requests"},
		{fetch.GivenUp, "the wait for a host that was given up", "the wait for hosts that were given up"},
		{fetch.Down, "the wait for a host that was down", "the wait for hosts that were down"},
	} {
		switch len(n.hosts[said.is]) {
		case 0:
		case 1:
			return said.one
		default:
			return said.other
		}
	}
	return "the wait for a host that could not be reached" // which made no difference yet when it was
}
