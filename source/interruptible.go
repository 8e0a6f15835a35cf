package source

import (
	"context"
	"io"
)

// interruptible reads from a pipe or a terminal, where a read can wait for ever, and gives that up with the context's
// cause once it has ended. The goroutine in the read is left behind then: nothing can interrupt it.
type interruptible struct {
	ctx     context.Context
	buffers chan []byte // to read into
	results chan readResult
	reading bool // the goroutine has a buffer
	ready   []byte
	err     error
}

type readResult struct {
	bytes []byte
	err   error
}

func newInterruptible(ctx context.Context, r io.Reader) *interruptible {
	i := &interruptible{ctx: ctx, buffers: make(chan []byte, 1), results: make(chan readResult, 1)}
	go func() {
		for buffer := range i.buffers {
			n, err := r.Read(buffer)
			i.results <- readResult{buffer[:n], err}
		}
	}()
	return i
}

// Read implements io.Reader.
func (i *interruptible) Read(to []byte) (int, error) {
	if len(i.ready) == 0 && i.err == nil {
		if !i.reading {
			i.buffers <- make([]byte, 64<<10)
			i.reading = true
		}
		select {
		case <-i.ctx.Done():
			return 0, context.Cause(i.ctx)
		case r := <-i.results:
			i.ready, i.err, i.reading = r.bytes, r.err, false
		}
	}
	if len(i.ready) == 0 {
		return 0, i.err
	}
	n := copy(to, i.ready)
	i.ready = i.ready[n:]
	return n, nil
}

// Close ends the goroutine that reads, once its read is over.
func (i *interruptible) Close() { close(i.buffers) }
