package fetch

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"
)

// dial opens a connection. When no file descriptor is free, those of idle connections are.
func (c *connections) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(watchDial(ctx), c.dialTimeout)
	defer cancel()
	conn, err := c.dialHost(ctx, network, addr)
	// A connection that is closed keeps its descriptor until its reader has noticed.
	for wait := time.Millisecond; wait < 16*time.Millisecond && isOutOfFiles(err); wait *= 2 {
		c.closeIdle()
		time.Sleep(wait)
		conn, err = c.dialHost(ctx, network, addr)
	}
	err = withErrno(err)
	if err == nil && c.proxies().isProxy(addr) {
		// What a proxy may take to connect to a server is not limited otherwise. When it has, the deadline is taken away.
		c.clearDeadlines.Store(true)
		_ = conn.SetDeadline(time.Now().Add(c.dialTimeout + c.tlsTimeout))
	}
	return conn, err
}

// dialHost connects to the addresses that the settings give a host, one after another, or else to those that it has.
func (c *connections) dialHost(ctx context.Context, network, addr string) (conn net.Conn, err error) {
	given, found := c.addresses[addr]
	if !found {
		return c.dialContext(ctx, network, addr)
	}
	for _, address := range given {
		if conn, err = c.dialContext(ctx, network, address); err == nil {
			return conn, nil
		}
	}
	return nil, err
}

func isOutOfFiles(err error) bool {
	errno := exhaustion(withErrno(err))
	return errno == syscall.EMFILE || errno == syscall.ENFILE
}

// exhaustions are the errors that say that this machine has nothing left to make a connection with.
var exhaustions = []syscall.Errno{
	syscall.ENFILE, syscall.EMFILE, syscall.EADDRNOTAVAIL, syscall.ENOBUFS, syscall.ENOMEM,
}

// exhaustion is what an error says that this machine lacks, 0 if nothing.
func exhaustion(err error) syscall.Errno {
	if err == nil {
		return 0
	}
	for _, errno := range exhaustions {
		if errors.Is(err, errno) {
			return errno
		}
	}
	return 0
}

// withErrno gives the failure to look up a name its cause back, which package net keeps as text alone, or loses:
// without a free descriptor some resolvers know of no such host.
func withErrno(err error) error {
	lookup, ok := errors.AsType[*net.DNSError](err)
	if !ok || exhaustion(err) != 0 {
		return err
	}
	for _, errno := range exhaustions {
		if strings.Contains(lookup.Err, errno.Error()) {
			return lackingError{err, errno}
		}
	}
	file, open := os.Open(os.DevNull)
	if open == nil {
		_ = file.Close()
	} else if errno := exhaustion(open); errno != 0 {
		return lackingError{err, errno}
	}
	return err
}

// lackingError is a failure together with what this machine lacked.
type lackingError struct {
	error
	errno syscall.Errno
}

// Unwrap returns both.
func (e lackingError) Unwrap() []error { return []error{e.error, e.errno} }

// lacking says what there is too little of, and what to do.
func lacking(errno syscall.Errno) string {
	switch errno {
	case syscall.EMFILE:
		return "no file descriptor left: run fewer calls at once, or raise ulimit -n"
	case syscall.ENFILE:
		return "no file descriptor left on this machine: run fewer calls at once"
	case syscall.EADDRNOTAVAIL:
		return "no address or local port left: run fewer calls at once, or wait a minute"
	}
	return "not enough memory for another connection: run fewer calls at once"
}

// mostIdle leaves half of the file descriptors to others when all connections are idle.
func mostIdle() int {
	if files := fileLimit(); files > 0 {
		return max(1, files/2)
	}
	return 1 << 30
}

// loadTrust reads the system's certificates before the first connection. Otherwise the first handshake does, and where
// it finds no descriptor free, nothing is trusted until the program ends.
var loadTrust = sync.OnceFunc(func() { _, _ = x509.SystemCertPool() })
