package cluster

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"example.com/overlap"
)

// engines are three nats-servers of one cluster in this process. All that they say to each other, and others to them, goes
// through proxies.
type engines struct {
	servers [3]*server.Server
	options [3]*server.Options
	links   [3][3]*proxy // from one to another
	clients [3]*proxy
}

func startEngines(t *testing.T) *engines {
	t.Helper()
	e := &engines{}
	var ports [3]int
	for i := range ports {
		var err error
		if ports[i], err = freePort("127.0.0.1", 0); err != nil {
			t.Fatal(err)
		}
	}
	for i := range e.servers {
		var routes []*url.URL
		for j := range e.servers {
			if i != j {
				e.links[i][j] = newProxy(t, fmt.Sprintf("127.0.0.1:%d", ports[j]))
				routes = append(routes, &url.URL{Scheme: "nats", Host: e.links[i][j].address()})
			}
		}
		e.options[i] = &server.Options{
			ServerName: fmt.Sprintf("engine-%d", i), Host: "127.0.0.1", Port: -1, NoSigs: true, NoLog: true,
			JetStream: true, StoreDir: t.TempDir(), JetStreamMaxMemory: engineMemory * defaultQueued, JetStreamMaxStore: engineMemory * defaultQueued,
			Cluster: server.ClusterOpts{Name: "three", Host: "127.0.0.1", Port: ports[i], PoolSize: -1, NoAdvertise: true},
			Routes:  routes,
		}
		e.start(t, i)
	}
	for i, s := range e.servers {
		if !s.ReadyForConnections(startPatience) {
			t.Fatal("an engine is not ready")
		}
		e.clients[i] = newProxy(t, strings.TrimPrefix(s.ClientURL(), "nats://"))
	}
	eventually(t, "the engines have a leader that knows them all", func() bool {
		for _, s := range e.servers {
			if s.JetStreamIsLeader() && len(s.JetStreamClusterPeers()) == len(e.servers) {
				return true
			}
		}
		return false
	})
	return e
}

func (e *engines) start(t *testing.T, i int) {
	t.Helper()
	s, err := server.NewServer(e.options[i].Clone())
	if err != nil {
		t.Fatal(err)
	}
	e.servers[i] = s
	go s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
}

// restart has an engine end, and begin again at the same address.
func (e *engines) restart(t *testing.T, i int) {
	t.Helper()
	e.options[i].Port = e.servers[i].Addr().(*net.TCPAddr).Port
	e.servers[i].Shutdown()
	e.servers[i].WaitForShutdown()
	e.start(t, i)
}

func (e *engines) url() string {
	var all []string
	for _, c := range e.clients {
		all = append(all, "nats://"+c.address())
	}
	return strings.Join(all, ",")
}

// ways are all by which others come to an engine, and it to them.
func (e *engines) ways(of int) []*proxy {
	all := []*proxy{e.clients[of]}
	for other := range e.servers {
		if other != of {
			all = append(all, e.links[of][other], e.links[other][of])
		}
	}
	return all
}

// queueAt finds which engine leads the queue, and how many others have a copy of it.
func (e *engines) queueAt(t *testing.T, x *Executor) (leader, copies int) {
	t.Helper()
	leader = -1
	eventually(t, "the queue has a leader", func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		s, err := x.engine.(*jetStream).stream.Stream(ctx, streamName)
		if err != nil || s.CachedInfo().Cluster == nil {
			return false
		}
		for i, engine := range e.servers {
			if engine.Name() == s.CachedInfo().Cluster.Leader {
				leader, copies = i, len(s.CachedInfo().Cluster.Replicas)
			}
		}
		return leader >= 0
	})
	return leader, copies
}

// Three engines of a cluster carry a job to its end, each input with one result, though the one that has the queue is slow,
// then cut off, and then gone.
func TestThreeEngines(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	shorten(t)
	e := startEngines(t)
	x := connected(t, e.url())
	working(t, e.url(), 4)
	if err := x.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	const calls = 400
	seen := map[int]int{}
	for r := range overlap.Stream(t.Context(), x, naps, func(yield func(time.Duration) bool) {
		for i := 0; i < calls && yield(10*time.Millisecond); i++ {
		}
	}) {
		if r.Err != nil {
			t.Errorf("call %d: %v", r.Index, r.Err)
		}
		seen[r.Index]++
		switch len(seen) {
		case 50:
			leader, copies := e.queueAt(t, x)
			if copies != 2 {
				t.Errorf("%d other engines have a copy of the queue", copies)
			}
			for _, p := range e.ways(leader) {
				p.setDelay(20 * time.Millisecond)
			}
		case 100:
			leader, _ := e.queueAt(t, x)
			for i := range e.servers {
				for _, p := range e.ways(i) {
					p.setDelay(0)
				}
			}
			for _, p := range e.ways(leader) {
				p.setCut(true)
				time.AfterFunc(time.Second, func() { p.setCut(false) })
			}
		case 200:
			leader, _ := e.queueAt(t, x)
			e.servers[leader].Shutdown()
		}
	}
	for i := range calls {
		if seen[i] != 1 {
			t.Errorf("call %d has %d results", i, seen[i])
		}
	}
}
