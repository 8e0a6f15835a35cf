package cluster

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
)

// The least that [MaxQueued] and [MaxConnections] take: room for two of the largest messages, and for a job and a worker.
const (
	LeastQueued      = 2 * largestMessage // bytes
	LeastConnections = 2
)

const defaultQueued = 256 << 20 // bytes

// MaxQueued has an engine keep at most so many bytes of calls that no worker has taken, 256 MiB without it. While that is
// reached, jobs say so and wait until there is room. The engine's program needs up to twice as much memory. MaxQueued panics
// where it is less than [LeastQueued].
func MaxQueued(size int64) Option {
	if size < LeastQueued {
		panic(fmt.Sprintf("overlap: cluster.MaxQueued: size must be at least %d bytes, got %d", LeastQueued, size))
	}
	return option(func(s *settings) { s.queued = size })
}

// MaxConnections has an engine let in at most so many submitters and workers at the same time, that of [Embedded] counted.
// Without it there may be as many as the process has descriptors for. Whoever comes when there are so many gets an error that
// says so; who has lost the connection comes back as soon as there is room. MaxConnections panics where it is less than
// [LeastConnections].
func MaxConnections(n int) Option {
	if n < LeastConnections {
		panic(fmt.Sprintf("overlap: cluster.MaxConnections: n must be at least %d, got %d", LeastConnections, n))
	}
	return option(func(s *settings) { s.connections = n })
}

// isFull reports whether an engine lets in nobody, since it has as many connections as it may have. It says so in its first
// words, without TLS, and hangs up: who writes at the same time may never read them, so this reads alone.
func isFull(ctx context.Context, urls string) bool {
	for one := range strings.SplitSeq(urls, ",") {
		u, err := url.Parse(one)
		if err != nil {
			continue
		}
		c, err := dialer{ctx}.Dial("tcp", u.Host)
		if err != nil {
			continue
		}
		_ = c.SetReadDeadline(time.Now().Add(greeting)) // an engine with room says nothing of it, and waits
		words, _ := io.ReadAll(io.LimitReader(c, 4<<10))
		_ = c.Close()
		if bytes.Contains(words, []byte(nats.MAX_CONNECTIONS_ERR)) {
			return true
		}
	}
	return false
}

// makeQueue makes the stream in which all tasks have their queues, with the engine's own bound: the first submitter would make
// it with that of its program.
func (r *running) makeQueue(size int64) error {
	c, err := nats.Connect("", nats.InProcessServer(r.server), withKey(r.identity.submitter))
	if err != nil {
		return fmt.Errorf("the engine has started and cannot be reached: %w", err)
	}
	defer c.Close()
	e, err := newJetStream(c, nil)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), startPatience)
	defer cancel()
	_, err = e.stream.CreateOrUpdateStream(ctx, streamOf(size)) // a submitter may have been quicker
	return e.explained(err)
}
