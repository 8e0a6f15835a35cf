package cli

import (
	"errors"
	"io"
)

var errStopped = errors.New("no more inputs are read")

// stoppable reads from a pipe or a terminal, where a read can wait for ever, and gives that up with errStopped once
// stop is closed. The goroutine in the read is left behind then: nothing can interrupt it, and it ends with the
// process.
type stoppable struct {
	stop  <-chan struct{}
	want  chan []byte // buffers to read into
	got   chan read
	asked bool // a read is going on
	ready []byte
	err   error
}

type read struct {
	bytes []byte
	err   error
}

func newStoppable(r io.Reader, stop <-chan struct{}) *stoppable {
	s := &stoppable{stop: stop, want: make(chan []byte, 1), got: make(chan read, 1)}
	go func() {
		for buffer := range s.want {
			n, err := r.Read(buffer)
			s.got <- read{buffer[:n], err}
		}
	}()
	return s
}

// Read implements io.Reader.
func (s *stoppable) Read(to []byte) (int, error) {
	if len(s.ready) == 0 && s.err == nil {
		if !s.asked {
			s.want <- make([]byte, 64<<10)
			s.asked = true
		}
		select {
		case <-s.stop:
			return 0, errStopped
		case r := <-s.got:
			s.ready, s.err, s.asked = r.bytes, r.err, false
		}
	}
	if len(s.ready) == 0 {
		return 0, s.err
	}
	n := copy(to, s.ready)
	s.ready = s.ready[n:]
	return n, nil
}

// Close ends the goroutine that reads, once its read is over.
func (s *stoppable) Close() { close(s.want) }
