package fetch_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"testing"

	"example.com/overlap/tasks/fetch"
)

// memory is a network in memory, for bubbles of synctest: every address is a server's.
type memory struct {
	conns  chan net.Conn
	closed chan struct{}
	close  sync.Once
}

func (m *memory) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case m.conns <- there:
		return here, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (m *memory) Accept() (net.Conn, error) {
	select {
	case conn := <-m.conns:
		return conn, nil
	case <-m.closed:
		return nil, net.ErrClosed
	}
}

func (m *memory) Close() error {
	m.close.Do(func() { close(m.closed) })
	return nil
}

func (m *memory) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80} }

// inMemory is a client whose requests all go to a handler, in a bubble.
func inMemory(t *testing.T, options fetch.Options, handler http.HandlerFunc) *fetch.Client {
	t.Helper()
	network := &memory{conns: make(chan net.Conn), closed: make(chan struct{})}
	server := &http.Server{Handler: handler}
	go server.Serve(network)
	if options.DialContext == nil {
		options.DialContext = network.dial
	}
	c := fetch.New(options)
	t.Cleanup(func() {
		c.CloseIdle()
		server.Close()
	})
	return c
}

func reasonOf(err error) fetch.Reason {
	if failed, ok := errors.AsType[*fetch.Error](err); ok {
		return failed.Reason
	}
	return ""
}
