package cli

import (
	"bytes"
	"io"
	"sync"

	"example.com/overlap"
	"example.com/overlap/internal/resultline"
)

// results writes one line of JSON for each call that ended. It is safe for concurrent use, so that what has been
// collected can be flushed beside the loop that adds to it. Only whole lines are ever handed to the writer.
type results struct {
	to     io.Writer
	direct bool // each line at once, for somebody who watches

	mu      sync.Mutex
	pending bytes.Buffer
	encoder *resultline.Encoder
	err     error
}

func newResults(to io.Writer, direct bool) *results {
	return &results{to: to, direct: direct, encoder: resultline.NewEncoder()}
}

// add writes the line of a call; inputRaw is its input as it was given, if that is not UTF-8. The outcome and error
// that it returns are the call's, unless its value cannot be written as JSON: then the call counts as failed. The error
// at last is the writer's; it stays.
func (r *results) add(call overlap.Result[any, any], inputRaw []byte) (outcome overlap.Outcome, failure, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	outcome, failure, _ = r.encoder.Keep((*pendingLines)(r), call, inputRaw, resultline.FailedValue(call.Err))
	if r.direct || r.pending.Len() >= 64<<10 {
		r.flushLocked()
	}
	return outcome, failure, r.err
}

// flush hands over what has been collected.
func (r *results) flush() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.flushLocked()
	return r.err
}

func (r *results) flushLocked() {
	if r.pending.Len() > 0 && r.err == nil {
		_, r.err = r.to.Write(r.pending.Bytes())
	}
	if r.pending.Reset(); r.pending.Cap() > mostPending {
		r.pending = bytes.Buffer{}
	}
}

// mostPending is how many bytes may have been pending for their memory to be kept.
const mostPending = 1 << 20

// pendingLines are the results as what takes a line, whole or in pieces. The mutex is held.
type pendingLines results

// Add implements resultline.Keeper.
func (p *pendingLines) Add(_ int, line []byte, _ bool) error {
	p.pending.Write(line)
	return nil
}

// AddFrom implements resultline.Keeper. It has the line written twice, and first only counted: memory that grows would be
// several times as much.
func (p *pendingLines) AddFrom(_ int, line io.WriterTo, _ bool) error {
	size, err := line.WriteTo(io.Discard)
	if err != nil {
		return err
	}
	before := p.pending.Len()
	p.pending.Grow(int(size))
	if _, err = line.WriteTo(&p.pending); err != nil {
		p.pending.Truncate(before)
	}
	return err
}
