package cluster

import (
	"context"
	"sync"
	"testing"

	"example.com/overlap"
)

// embedded is an executor with its own engine, until the test ends.
func embedded(t *testing.T, options ...Option) *Executor {
	t.Helper()
	x, err := Embedded(options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	return x
}

// newEngine is an engine by itself, at an address, until the test ends or it is closed.
func newEngine(t *testing.T, options ...Option) (e *Engine, address string) {
	t.Helper()
	e, err := Start(options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	at, err := parseTicket(e.Join())
	if err != nil {
		t.Fatal(err)
	}
	return e, at.address
}

// connected is an executor on an engine, until the test ends.
func connected(t *testing.T, url string, options ...Option) *Executor {
	t.Helper()
	x, err := Connect(t.Context(), url, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	return x
}

// working is a worker that makes so many calls at once on goroutines, until the test ends or it has left.
func working(t *testing.T, join string, slots int, options ...Option) (leave func()) {
	ctx, end := context.WithCancel(t.Context())
	gone := make(chan error, 1)
	go func() { gone <- Work(ctx, join, overlap.Pool(slots), slots, options...) }()
	leave = sync.OnceFunc(func() {
		end()
		if err := <-gone; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(leave)
	return leave
}
