package target

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"
)

// stopTime is how long requests that are being served may take to end when the server stops.
const stopTime = time.Second

// mostStreams is how many requests one HTTP/2 connection may have open: a client may send all of its through one.
const mostStreams = 10_000

// Serve answers requests that come through listener, in HTTP/1.1 with keep-alive or in unencrypted HTTP/2, until ctx
// ends. Then it closes the listener, gives requests being served a second to end, cuts off the others and returns nil.
// It returns an error if config is not valid or the listener fails.
func Serve(ctx context.Context, listener net.Listener, config Config) error {
	if err := config.Validate(); err != nil {
		_ = listener.Close()
		return err
	}
	requests, cutOff := context.WithCancel(context.WithoutCancel(ctx))
	defer cutOff()
	server := newServer(New(config))
	server.BaseContext = func(net.Listener) context.Context { return requests }

	stopped := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(stopped)
		limited, cancel := context.WithTimeout(requests, stopTime)
		defer cancel()
		if err := server.Shutdown(limited); err != nil {
			_ = server.Close()
		}
	})
	err := server.Serve(listener)
	if !stop() && errors.Is(err, http.ErrServerClosed) {
		<-stopped
		return nil
	}
	_ = server.Close()
	return fmt.Errorf("target: cannot serve on %v: %w", listener.Addr(), err)
}

func newServer(handler http.Handler) *http.Server {
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	return &http.Server{
		Handler:           handler,
		Protocols:         &protocols,
		HTTP2:             &http.HTTP2Config{MaxConcurrentStreams: mostStreams},
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		ErrorLog:          log.New(io.Discard, "", 0), // clients that break off are what it is for
	}
}
