//go:build unix && !nocluster

package cli

import "testing"

// The page of a job on a cluster has its workers: what they run, and how many calls they have made.
func TestClusterPage(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
	}
	g := startGated(t, "run", "gate", "a", "b", "--on", "cluster", "-j", "1", "--ui")
	until := g.follow()
	first := g.call()
	until(`{"name":"worker `, `"calls":{"runs":"gate, 1 call at once","made":0,`)
	_ = first.Close()
	second := g.call()
	until(`"calls":{"runs":"gate, 1 call at once","made":1,`)
	_ = second.Close()
	g.ends(exitSucceeded)
}
