package cluster

import (
	"io"
	"net"
	"sync"
	"testing"
	"time"
)

// proxy is between those who come to an address and what listens there, until the test ends: it can cut and delay.
type proxy struct {
	listener net.Listener
	to       string

	mu    sync.Mutex
	cut   bool
	delay time.Duration // of each piece of what passes
	pairs map[net.Conn]net.Conn
}

func newProxy(t *testing.T, to string) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{listener: l, to: to, pairs: map[net.Conn]net.Conn{}}
	var over sync.WaitGroup
	over.Go(func() {
		for {
			from, err := l.Accept()
			if err != nil {
				return
			}
			over.Go(func() { p.carry(from) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		p.setCut(true)
		over.Wait()
	})
	return p
}

func (p *proxy) address() string { return p.listener.Addr().String() }

// setCut ends what passes, and has nobody come through while it is set.
func (p *proxy) setCut(cut bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = cut
	if cut {
		for from, to := range p.pairs {
			_ = from.Close()
			_ = to.Close()
		}
	}
}

func (p *proxy) setDelay(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.delay = d
}

func (p *proxy) carry(from net.Conn) {
	defer from.Close()
	to, err := net.DialTimeout("tcp", p.to, time.Second)
	if err != nil {
		return
	}
	defer to.Close()
	p.mu.Lock()
	cut := p.cut
	p.pairs[from] = to
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.pairs, from)
	}()
	if cut {
		return
	}
	var both sync.WaitGroup
	both.Go(func() { p.copy(to, from) })
	both.Go(func() { p.copy(from, to) })
	both.Wait()
}

func (p *proxy) copy(to, from net.Conn) {
	defer to.Close()
	defer from.Close()
	piece := make([]byte, 32<<10)
	for {
		n, err := from.Read(piece)
		p.mu.Lock()
		delay := p.delay
		p.mu.Unlock()
		time.Sleep(delay)
		if _, failed := to.Write(piece[:n]); err != nil || failed != nil || n == 0 && err == io.EOF {
			return
		}
	}
}
