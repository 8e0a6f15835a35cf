package target

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
)

// memory is a network without sockets, so that servers and clients run in virtual time.
type memory struct {
	connections chan net.Conn
	closed      chan struct{}
	once        sync.Once
}

func (m *memory) Addr() net.Addr { return &net.TCPAddr{} }

func (m *memory) Close() error {
	m.once.Do(func() { close(m.closed) })
	return nil
}

func (m *memory) Accept() (net.Conn, error) {
	select {
	case connection := <-m.connections:
		return connection, nil
	case <-m.closed:
		return nil, net.ErrClosed
	}
}

func (m *memory) dial(context.Context, string, string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case m.connections <- server:
		return client, nil
	case <-m.closed:
		return nil, net.ErrClosed
	}
}

// online is a server in virtual time with a client of its own.
type online struct {
	t      *testing.T
	client *http.Client
	stop   context.CancelFunc
	ended  chan error // what Serve returned
}

// inBubble serves config in virtual time while body runs, and checks that everything ends with it.
func inBubble(t *testing.T, config Config, body func(*online)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		network := &memory{connections: make(chan net.Conn), closed: make(chan struct{})}
		ctx, cancel := context.WithCancel(context.Background())
		transport := &http.Transport{DialContext: network.dial}
		o := &online{t: t, client: &http.Client{Transport: transport}, stop: cancel, ended: make(chan error, 1)}
		go func() { o.ended <- Serve(ctx, network, config) }()
		body(o)
		cancel()
		transport.CloseIdleConnections()
		if err := <-o.ended; err != nil {
			t.Error(err)
		}
	})
}

// get requests a path and returns the answer with its body read, or nil when there was none.
func (o *online) get(ctx context.Context, path string) (*http.Response, string) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://target"+path, nil)
	if err != nil {
		o.t.Error(err)
		return nil, ""
	}
	response, err := o.client.Do(request)
	if err != nil {
		return nil, ""
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, ""
	}
	return response, string(body)
}

func (o *online) status(path string) int {
	response, _ := o.get(context.Background(), path)
	if response == nil {
		return 0
	}
	return response.StatusCode
}

func (o *online) statistics() (s Statistics) {
	o.t.Helper()
	_, body := o.get(context.Background(), StatisticsPath)
	if err := json.Unmarshal([]byte(body), &s); err != nil {
		o.t.Errorf("the statistics are %q: %v", body, err)
	}
	return s
}
