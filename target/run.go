package target

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"strconv"
	"syscall"

	"example.com/overlap/internal/lifeline"
)

// Run is the command that serves: it listens on address, such as 127.0.0.1:8080 or, for a free port, 127.0.0.1:0,
// writes one line with its URL to stdout once it is ready, and serves until ctx ends; see [Serve].
//
// withParent is for a process started by [Start]: it also ends, at once, when its standard input does, and no longer
// when it is interrupted, hung up or asked to terminate, for it must outlast what its parent still asks of it.
func Run(ctx context.Context, stdout io.Writer, config Config, address string, withParent bool) error {
	if err := config.Validate(); err != nil {
		return err
	}
	if withParent {
		signal.Ignore(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
		lifeline.ExitWithParent()
	}
	var listen net.ListenConfig
	listener, err := listen.Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("target: cannot listen on %q, give an address such as 127.0.0.1:8080, or 127.0.0.1:0 "+
			"for a free port: %w", address, err)
	}
	if _, err := fmt.Fprintln(stdout, urlOf(listener)); err != nil {
		return errors.Join(fmt.Errorf("target: cannot write the server's URL: %w", err), listener.Close())
	}
	return Serve(ctx, listener, config)
}

// urlOf returns the URL under which this machine reaches the listener.
func urlOf(listener net.Listener) string {
	at := listener.Addr().(*net.TCPAddr)
	host := at.IP.String()
	if at.IP.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, strconv.Itoa(at.Port))
}
