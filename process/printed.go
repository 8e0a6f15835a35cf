package process

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"
)

// printed is what a worker has printed.
type printed struct {
	mu      sync.Mutex
	last    []byte
	head    []byte // of a crash: what it says first, before all the goroutines
	done    chan struct{}
	sorter  *sorter // if calls are to have their parts
	passing sync.Mutex
	to      func(line []byte)
}

const (
	mostTail = 16 << 10 // how much of it is kept for errors
	mostLine = 64 << 10
)

// forward passes on what comes out of a worker, line by line, until the end.
func forward(from *os.File, worker string, to func(string, []byte), perCall func(Printout)) *printed {
	if to == nil {
		to = func(worker string, line []byte) { fmt.Fprintf(os.Stderr, "%s: %s\n", worker, line) }
	}
	p := &printed{done: make(chan struct{})}
	if perCall != nil {
		p.sorter = &sorter{worker: worker, take: perCall, rest: to, calls: map[uint64]Printout{}}
		to = p.sorter.line
	}
	p.to = func(line []byte) { to(worker, line) }
	go func() {
		defer close(p.done)
		defer from.Close()
		r := bufio.NewReaderSize(from, mostLine)
		for {
			line, err := r.ReadSlice('\n') // a longer line comes in pieces
			if len(line) > 0 {
				p.pass(line)
			}
			if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
				if p.sorter != nil {
					p.sorter.flush()
				}
				return
			}
		}
	}()
	return p
}

// pass passes on what may be a line.
func (p *printed) pass(line []byte) {
	if !bytes.HasPrefix(line, []byte(mark)) {
		p.keep(line)
	}
	p.passing.Lock()
	defer p.passing.Unlock()
	p.to(bytes.TrimSuffix(line, []byte("\n")))
}

func (p *printed) keep(line []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case len(p.head) == 0 && beginsCrash(line):
		p.head = append(p.head, line...)
	case len(p.head) > 0 && len(p.head) < mostHead:
		p.head = append(p.head, line...)
	}
	p.last = append(p.last, line...)
	if over := len(p.last) - 2*mostTail; over > 0 {
		p.last = append(p.last[:0], p.last[len(p.last)-mostTail:]...)
	}
}

// drain waits a little for what a worker that has gone has printed. A grandchild may still hold the pipe.
func (p *printed) drain() {
	select {
	case <-p.done:
	case <-time.After(200 * time.Millisecond):
	}
}

// tail is the end of what was printed.
func (p *printed) tail() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	last := p.last
	if len(last) > mostTail {
		last = last[len(last)-mostTail:]
	}
	if head := p.head; len(head) > 0 && !bytes.Contains(last, head[:min(len(head), 64)]) {
		last = append(append(append([]byte(nil), head...), "…\n"...), last...)
	}
	return strings.TrimRight(string(last), "\n")
}

const mostHead = 4 << 10

func beginsCrash(line []byte) bool {
	for _, how := range []string{"panic: ", "fatal error: ", "runtime: ", "SIG"} {
		if bytes.HasPrefix(line, []byte(how)) {
			return true
		}
	}
	return false
}
