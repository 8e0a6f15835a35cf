package main

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"example.com/overlap/tasks/primes"
)

// burn computes for that long, as long as it has a core to itself.
func burn(d time.Duration) {
	n := int(float64(d) * loopsPerNanosecond())
	x := uint64(1)
	for range n {
		x = x*6364136223846793005 + 1
	}
	sink.Store(x)
}

var sink atomic.Uint64

// loopsPerNanosecond is how much of burn's loop runs in a nanosecond on a core that does nothing else.
var loopsPerNanosecond = sync.OnceValue(func() float64 {
	const loops = 1_000_000
	best := time.Hour
	for range 50 {
		begun := time.Now()
		x := uint64(1)
		for range loops {
			x = x*6364136223846793005 + 1
		}
		sink.Store(x)
		best = min(best, time.Since(begun))
	}
	return loops / float64(best)
})

const articleSieves = 15_000

// sieve counts the primes below 1000 + i, as the article does.
func sieve(ctx context.Context, i int) error {
	_, err := primes.UpTo(ctx, int64(1000+i))
	return err
}

// requests is an HTTP server that answers after 160 ms, and requests to it by connections that are kept.
func requests() (func(context.Context, int) error, func(), error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(160 * ms)
		_, _ = io.WriteString(w, "hello\n") // who has hung up needs no answer
	})}
	go func() { _ = server.Serve(listener) }() // ends when it is closed
	transport := &http.Transport{MaxIdleConnsPerHost: 1000}
	client := &http.Client{Transport: transport}
	url := "http://" + listener.Addr().String()
	call := func(ctx context.Context, _ int) error {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		response, err := client.Do(request)
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, response.Body)
		return errors.Join(err, response.Body.Close())
	}
	return call, func() { transport.CloseIdleConnections(); _ = server.Close() }, nil
}
