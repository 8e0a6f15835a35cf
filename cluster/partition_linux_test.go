package cluster

import (
	"os"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"

	"example.com/overlap"
)

// Networks fail as they do between machines: a cable is pulled, packets go one way only, or are slow and get lost. Each input
// has one result in the end, and the right one. CLUSTER_PARTITIONS says how long each failure lasts after it has been noticed.
func TestPartitions(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("there is no ip of iproute2")
	}
	if !inNamespaces(t, syscall.CLONE_NEWNET) {
		return
	}
	lasts, _ := time.ParseDuration(os.Getenv("CLUSTER_PARTITIONS"))
	silence = time.Second
	n := newNetwork(t)
	x := embedded(t, Listen(ownAddress+":0"))
	one, two := n.add("one"), n.add("two")
	one.run(x.Join())
	two.run(x.Join())
	eventually(t, "both workers are there", func() bool { return len(x.Workers()) == 2 })

	over := make(chan struct{})
	var job sync.WaitGroup
	defer job.Wait()
	y := newArrivals()
	calls := 0
	job.Go(func() {
		for r := range overlap.Stream(t.Context(), x, locate, func(yield func(int) bool) {
			for ; (calls < 300 || !isClosed(over)) && yield(calls); calls++ {
			}
		}) {
			if r.Err != nil || r.Value.Double != 2*r.Input {
				t.Errorf("%d became %v, %v", r.Input, r.Value, r.Err)
			}
			y.add(r.Index, r.Value.Machine)
		}
	})
	ended := sync.OnceFunc(func() { close(over) })
	defer ended()

	works := func(m *machine) {
		t.Helper()
		before := y.of(m.name)
		eventually(t, "machine "+m.name+" makes calls", func() bool { return y.of(m.name) >= before+20 })
	}
	for _, c := range []struct {
		what        string
		m           *machine
		fail, amend func()
	}{
		{"its cable is pulled", one,
			func() { n.run("ip link set " + one.cable + " down") },
			func() { n.run("ip link set " + one.cable + " up") }},
		{"nothing comes from it", two,
			func() { two.run("ip route add blackhole " + ownAddress + "/32") },
			func() { two.run("ip route del blackhole " + ownAddress + "/32") }},
		{"nothing comes to it", one,
			func() { n.run("ip route add blackhole " + one.address + "/32") },
			func() { n.run("ip route del blackhole " + one.address + "/32") }},
	} {
		works(c.m)
		c.fail()
		eventually(t, "it is noticed that of machine "+c.m.name+" "+c.what, func() bool { return !c.m.isThere(x) })
		time.Sleep(lasts)
		c.amend()
		t.Logf("machine %s: %s", c.m.name, c.what)
	}
	works(one)
	works(two)
	if degrade(t, one) {
		works(one)
	}
	ended()
	job.Wait()
	y.check(t, calls)
	t.Logf("%d calls, of which %v", calls, y.by)
}

// degrade has a machine's link delay and lose what it sends: by chance, or where the kernel cannot do that, whatever is more
// than little.
func degrade(t *testing.T, m *machine) bool {
	for _, way := range []string{"netem delay 30ms 10ms loss 5%", "tbf rate 256kbit burst 1600 limit 3200"} {
		err := m.try("tc qdisc add dev eth0 root " + way)
		t.Logf("machine %s: %s: %v", m.name, way, err)
		if err == nil {
			return true
		}
	}
	return false
}
