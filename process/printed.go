package process

import (
	"bufio"
	"bytes"
	"errors"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"
)

// printed is what a worker has printed.
type printed struct {
	mu   sync.Mutex    // Guards last, head, at and since.
	last []byte        // The end of what was printed, for errors.
	head []byte        // Of a crash: what it says first, before all the goroutines.
	done chan struct{} // Closed at the end of the output.

	sorter  *sorter           // Divides the output among the calls; nil if nobody wants that.
	passing sync.Mutex        // Guards to, holding, held and holds, and is held while a line is passed on.
	to      func(line []byte) // Where lines go.
	holding bool              // Lines wait until it is known whether the worker gets ready.
	held    [][]byte          // The lines that wait.
	holds   int               // How many bytes they have.

	counting sync.Mutex // Makes one of a read from the pipe and its count, for a look at what waits in the pipe.
	pipe     *os.File
	raw      syscall.RawConn
	read     int64 // How many bytes have been read.

	at    int64 // How many bytes have been passed on.
	since int64 // Where the output of the call at hand begins, if that has not come yet.
}

const (
	mostTail = 16 << 10 // how much of it is kept for errors
	mostLine = 64 << 10
)

// forward passes on what comes out of a worker, line by line, until the end.
func forward(from *os.File, worker string, to func(string, []byte), perCall func(Printout)) *printed {
	ended := func() {}
	if to == nil {
		t := &dumpShortener{worker: worker}
		to, ended = func(_ string, line []byte) { t.line(line) }, t.end
	}
	p := &printed{done: make(chan struct{}), pipe: from}
	p.raw, _ = from.SyscallConn()
	if perCall != nil {
		p.sorter = &sorter{worker: worker, take: perCall, rest: to, calls: map[uint64]Printout{}}
		to = p.sorter.line
	}
	p.to = func(line []byte) { to(worker, line) }
	p.holding = true
	late := time.AfterFunc(holdFor, func() { p.stopHolding(true) })
	go func() {
		defer close(p.done)
		defer late.Stop()
		defer from.Close()
		r := bufio.NewReaderSize(p, mostLine)
		for {
			line, err := r.ReadSlice('\n') // a longer line comes in pieces
			if len(line) > 0 {
				p.keep(line, len(line))
				p.pass(line)
			}
			if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
				p.passing.Lock()
				defer p.passing.Unlock()
				if p.sorter != nil {
					p.sorter.flush()
				}
				ended()
				return
			}
		}
	}()
	return p
}

// say is for a line that has come another way than by the pipe.
func (p *printed) say(line string) {
	p.keep([]byte(line+"\n"), 0)
	p.pass([]byte(line))
}

// pass passes on what may be a line.
func (p *printed) pass(line []byte) {
	p.passing.Lock()
	defer p.passing.Unlock()
	line = bytes.TrimSuffix(line, []byte("\n"))
	if !p.holding {
		p.to(line)
		return
	}
	p.held = append(p.held, bytes.Clone(line))
	if p.holds += len(line); p.holds > mostTail {
		p.release()
	}
}

// holdFor is for how long a worker's words are held back: of one that does not get ready, the error has them, and
// several may say the same.
const holdFor = time.Second

// stopHolding ends the holding back, by passing on what has been held or by dropping it.
func (p *printed) stopHolding(pass bool) {
	p.passing.Lock()
	defer p.passing.Unlock()
	if !pass && p.holding {
		p.held = nil
		p.to = func([]byte) {}
	}
	p.release()
}

// release passes on what has been held. p.passing is held.
func (p *printed) release() {
	for _, line := range p.held {
		p.to(line)
	}
	p.holding, p.held = false, nil
}

// noteCall has what is printed from now on be that of a call, which the worker is given while it makes no other. What
// earlier ones have printed may still be on its way.
func (p *printed) noteCall() {
	p.counting.Lock()
	since := p.read + int64(p.waiting())
	p.counting.Unlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.since = since; p.at >= since {
		p.last, p.head = p.last[:0], p.head[:0]
	}
}

// keep keeps a line for errors, so many bytes of which have come by the pipe.
func (p *printed) keep(line []byte, piped int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	before := p.at
	if p.at += int64(piped); before < p.since && p.at >= p.since {
		p.last, p.head = p.last[:0], p.head[:0]
		line = line[p.since-before:]
	}
	if bytes.HasPrefix(line, []byte(mark)) {
		return
	}
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
