package overlap

import (
	"sync"
	"sync/atomic"
)

// keyPermit is what a call has that holds its key. Whoever has the call reads it, and whoever grants the key to the call
// writes it, with the mutex of the key's lines.
type keyPermit struct {
	line  atomic.Pointer[keyLine] // nil: the call holds none
	begun atomic.Bool
}

// keyPermits are the permits of a job's calls: of a Map or a Stream by place, so that nothing but the call's own permit
// is touched; of a Group by future.
type keyPermits struct {
	blocks atomic.Pointer[[]*permitBlock] // by place; none ever moves

	mu       sync.Mutex // lets blocks grow, and guards byFuture
	byFuture map[*future]*keyPermit
}

const permitsInBlock = 256

type permitBlock [permitsInBlock]keyPermit

// of is where the permit of a call is; nil if it never held one.
func (p *keyPermits) of(c Call) *keyPermit {
	if c.future != nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		return p.byFuture[c.future]
	}
	blocks, at := p.blocks.Load(), int(c.place/permitsInBlock)
	if blocks == nil || at >= len(*blocks) {
		return nil
	}
	return &(*blocks)[at][c.place%permitsInBlock]
}

// grant gives a call the permit to hold a line.
func (p *keyPermits) grant(c Call, line *keyLine, begun bool) {
	permit := p.of(c)
	if permit == nil {
		permit = p.grow(c)
	}
	permit.begun.Store(begun)
	permit.line.Store(line)
}

// grow makes place for the permit of a call.
func (p *keyPermits) grow(c Call) *keyPermit {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c.future != nil {
		if p.byFuture == nil {
			p.byFuture = map[*future]*keyPermit{}
		}
		permit := &keyPermit{}
		p.byFuture[c.future] = permit
		return permit
	}
	var blocks []*permitBlock
	if old := p.blocks.Load(); old != nil {
		blocks = *old
	}
	for int(c.place/permitsInBlock) >= len(blocks) {
		blocks = append(blocks, &permitBlock{})
	}
	p.blocks.Store(&blocks)
	return &blocks[c.place/permitsInBlock][c.place%permitsInBlock]
}

// take takes the permit of a call, if it holds one: its line, and whether the call has begun.
func (p *keyPermits) take(c Call) (line *keyLine, begun bool) {
	permit := p.of(c)
	if permit == nil {
		return nil, false
	}
	begun = permit.begun.Load()
	line = permit.line.Swap(nil)
	if c.future != nil {
		p.mu.Lock()
		delete(p.byFuture, c.future)
		p.mu.Unlock()
	}
	return line, begun
}
