package cluster

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"
)

const (
	largestMessage = 8 << 20
	engineMemory   = 2 // times what may be queued
	startPatience  = 30 * time.Second
	patienceToJoin = 20 * time.Second // that the server has with who connects: a thousand may at the same time
	lameDuckGrace  = time.Second      // in which answers under way still come through an engine that ends
	lameDuck       = 3 * time.Second  // in which all who are connected to it are let go, the grace included
)

// running is a server that has been started.
type running struct {
	server   *server.Server
	identity *identity
	address  string // for those who come
	pin      []byte // nil without TLS
	folder   string
	users    users
	over     chan struct{}
	stopping sync.Once
	watching sync.WaitGroup
	unseen   func() // its figures are no more to be seen
}

// retire stops the server after what is under way through it, and has those who are connected go one after another.
func (r *running) retire() {
	r.server.LameDuckShutdown()
	r.stop()
}

func (r *running) stop() {
	r.stopping.Do(func() {
		close(r.over)
		r.unseen()
	})
	r.watching.Wait()
	r.server.Shutdown()
	r.server.WaitForShutdown()
	_ = os.RemoveAll(r.folder)
}

// joinBy is the join string of those who have a key.
func (r *running) joinBy(key nkeys.KeyPair) (string, error) {
	seed, err := key.Seed()
	return ticket{string(seed), r.address, r.pin}.String(), err
}

// startServer starts a server for whoever has a key: submitters', or one of workers, which may do no more than workers do.
func startServer(i *identity, at endpoint, s settings) (*running, error) {
	var err error
	if at.port, err = freePort(at.host, at.port); err != nil {
		return nil, err
	}
	r := &running{identity: i, address: cmp.Or(s.known, at.reachable()), over: make(chan struct{}), unseen: func() {}}
	r.users.identity, r.users.keys = i, s.keys
	if _, err := r.users.learn(); err != nil {
		return nil, err
	}
	memory := engineMemory * cmp.Or(s.queued, defaultQueued)
	options := &server.Options{
		ServerName: "overlap-" + newNonce().String()[:8], Host: at.host, Port: at.port, NoSigs: true, NoLog: true,
		JetStream: true, JetStreamMaxMemory: memory, JetStreamMaxStore: memory,
		DisableJetStreamBanner: true, MaxPayload: largestMessage, MaxPending: 16 * largestMessage,
		AuthTimeout: patienceToJoin.Seconds(), LameDuckDuration: lameDuck, LameDuckGracePeriod: lameDuckGrace,
		CustomClientAuthentication: &r.users, AlwaysEnableNonce: true, MaxConn: s.connections,
	}
	if !isLoopback(at.host) {
		certificate, err := i.certificate(time.Now())
		if err != nil {
			return nil, err
		}
		options.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS13}
		options.TLSTimeout, options.TLSHandshakeFirst = patienceToJoin.Seconds(), true
		if r.pin, err = pin(&i.own.PublicKey); err != nil {
			return nil, err
		}
	}
	if r.folder, err = os.MkdirTemp("", "overlap-engine-"); err != nil {
		return nil, err
	}
	options.StoreDir = r.folder
	if r.server, err = server.NewServer(options); err != nil {
		return nil, errors.Join(fmt.Errorf("the engine does not start: %w", err), os.RemoveAll(r.folder))
	}
	go r.server.Start()
	if !r.server.ReadyForConnections(startPatience) {
		r.stop()
		return nil, fmt.Errorf("the engine is not ready after %v", startPatience)
	}
	_ = os.RemoveAll(r.folder) // nothing is kept there, and a kill would leave it
	if s.queued > 0 {
		if err := r.makeQueue(s.queued); err != nil {
			r.stop()
			return nil, err
		}
	}
	if s.keys != "" {
		r.watching.Go(r.watchKeys)
	}
	r.unseen = s.metrics.add(r.figures)
	return r, nil
}

// freePort finds a port where none is given, and says so where one is taken: the server itself would end the program.
func freePort(host string, port int) (int, error) {
	at := net.JoinHostPort(host, strconv.Itoa(port))
	l, err := net.Listen("tcp", at)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return 0, fmt.Errorf("the engine cannot listen at %s, where another program does: choose another port", at)
	case err != nil:
		return 0, fmt.Errorf("the engine cannot listen: %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
