package cluster

import (
	"context"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"example.com/overlap"
)

// outward is an address of this machine that is not loopback, so that the engine has TLS there.
func outward(t *testing.T) string {
	t.Helper()
	host := reachableAs("0.0.0.0")
	if isLoopback(host) {
		t.Skip("this machine has no address but its own")
	}
	return net.JoinHostPort(host, "0")
}

func TestWorkersJoinByTLS(t *testing.T) {
	x := embedded(t, Listen(outward(t)))
	withWorker(t, x, overlap.Pool(2), 2)
	if v, err := overlap.Map(t.Context(), x, double, []int{4}); err != nil || v[0] != 8 {
		t.Errorf("got %v, %v", v, err)
	}
}

// An engine that is started again with the same keys has the same join string, but for its port where that is any.
func TestKeysAreKept(t *testing.T) {
	file := filepath.Join(t.TempDir(), "keys", "engine.json")
	at := outward(t)
	keyAndPin := func(x *Executor) string {
		got, err := parseTicket(x.Join())
		if err != nil {
			t.Fatal(err)
		}
		return got.key + string(got.pin)
	}
	first := embedded(t, Listen(at), Keys(file))
	second := embedded(t, Listen(at), Keys(file))
	if keyAndPin(first) != keyAndPin(second) {
		t.Errorf("the keys differ: %s and %s", first.Join(), second.Join())
	}
}

func TestJoinStringsThatAreWrong(t *testing.T) {
	x, other := embedded(t, Listen(outward(t))), embedded(t, Listen(outward(t)))
	right, err := parseTicket(x.Join())
	if err != nil {
		t.Fatal(err)
	}
	wrong, err := parseTicket(other.Join())
	if err != nil {
		t.Fatal(err)
	}
	closed := embedded(t, Listen(outward(t)))
	closed.Close()
	for what, c := range map[string]struct {
		join string
		says string
	}{
		"another engine's key": {ticket{wrong.key, right.address, right.pin}.String(), "does not take this key"},
		"another pin":          {ticket{right.key, right.address, wrong.pin}.String(), "has another key than the join string"},
		"no pin":               {ticket{right.key, right.address, nil}.String(), "lacks its fingerprint"},
		"no engine":            {closed.Join(), "no engine can be reached"},
		"half of it":           {x.Join()[:len(x.Join())/2], "copy it whole"},
	} {
		err := Work(t.Context(), c.join, overlap.Pool(1), 1)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: got %v, want %q", what, err, c.says)
		}
	}
}

// Who has a worker's key can do what workers do, and nothing else.
func TestWhatWorkersMayNotDo(t *testing.T) {
	x := embedded(t)
	c, _, err := join(t.Context(), x.Join())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	refused := make(chan error, 10)
	c.SetErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { refused <- err })
	mustBe := func(what string) {
		t.Helper()
		_ = c.Flush()
		select {
		case err := <-refused:
			if !strings.Contains(strings.ToLower(err.Error()), "permissions violation") {
				t.Errorf("%s: %v", what, err)
			}
		case <-time.After(time.Minute):
			t.Errorf("%s is not refused", what)
		}
	}
	_, _ = c.SubscribeSync(messageSubject(answersTo("*")))
	mustBe("reading other workers' answers")
	_, _ = c.SubscribeSync("_INBOX.>")
	mustBe("reading what others are sent")
	_, _ = c.SubscribeSync("ov.t.>")
	mustBe("reading all chunks")
	_ = c.Publish(chunkSubject("t", "s", 1), []byte("x"))
	mustBe("submitting chunks")
	_ = c.Publish(messageSubject(toWorkers), []byte("x"))
	mustBe("giving orders")
	_ = c.Publish(messageSubject(ordersTo("0123abcd")), []byte(CancelJob))
	mustBe("giving orders to jobs")
	_ = c.Publish(messageSubject(toJobs), []byte("x"))
	mustBe("asking for jobs")
	_ = c.Publish(messageSubject(watchesOf("0123abcd")), []byte("x"))
	mustBe("watching a job")
	js, err := jetstream.New(c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_ = js.DeleteStream(ctx, streamName)
	mustBe("deleting the stream")
}

// An answer to a chunk that its sender was not given is dropped.
func TestAnswersWithoutTheSecretAreDropped(t *testing.T) {
	x := embedded(t)
	job := make(chan error, 1)
	go func() {
		v, err := overlap.Map(t.Context(), x, double, []int{21})
		if err == nil && v[0] != 42 {
			t.Errorf("the forged value is taken: %d", v[0])
		}
		job <- err
	}()
	eventually(t, "the chunk is submitted", func() bool {
		x.mu.Lock()
		defer x.mu.Unlock()
		return len(x.parcels) == 1
	})
	e, _, err := dial(t.Context(), x.Join())
	if err != nil {
		t.Fatal(err)
	}
	defer e.close()
	x.mu.Lock()
	tag := nonce{}
	for n := range x.parcels {
		tag = n.tag() // which all workers may know
	}
	x.mu.Unlock()
	for _, n := range []nonce{{}, tag, newNonce()} {
		forged := answers{worker: "w", nonce: n, last: true, calls: []answer{{outcome: overlap.Succeeded, body: []byte{1}}}}
		if err := e.send(answersTo(x.id), forged.append(nil)); err != nil {
			t.Fatal(err)
		}
	}
	withWorker(t, x, overlap.Pool(1), 1)
	if err := <-job; err != nil {
		t.Error(err)
	}
}

// The join strings name the address that the engine is told to be known by.
func TestAdvertisedAddress(t *testing.T) {
	e, err := Start(Listen(outward(t)), Advertise("engine.example:7422"))
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	for _, line := range []string{e.Join(), e.Submit()} {
		if at, err := parseTicket(line); err != nil || at.address != "engine.example:7422" {
			t.Errorf("%s names %q, %v", line, at.address, err)
		}
	}
	for _, wrong := range [][]Option{{Advertise("engine.example:7422")}, {Listen(outward(t)), Advertise("engine.example")}} {
		if e, err := Start(wrong...); err == nil {
			e.Close()
			t.Error("an address that cannot be is taken")
		}
	}
}
