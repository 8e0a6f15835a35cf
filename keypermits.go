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
	began float64 // when, once it has begun
}

// keyPermits are the permits of a job's calls: of one that its worker has claimed in a batch with the worker, which touches
// no other memory; of others of a Map or a Stream by place, so that nothing but the call's own permit is touched; of a Group
// by future.
type keyPermits struct {
	blocks atomic.Pointer[[]*permitBlock] // by place; none ever moves

	mu       sync.Mutex // lets blocks grow, and guards byFuture
	byFuture map[*future]*keyPermit
}

const permitsInBlock = 256

type permitBlock [permitsInBlock]keyPermit

// of is where the permit of a call is; nil if it never held one. A call that waits must have no worker, or be asked about by
// that worker alone.
func (p *keyPermits) of(c Call) *keyPermit {
	if permit := c.workersPermit(); permit != nil {
		return permit
	}
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

// workersPermit is the permit of a call if its worker has it, or nil.
func (c Call) workersPermit() *keyPermit {
	if w := c.worker; w != nil && c.future == nil && w.permitOf == c.place+1 {
		return &w.permit
	}
	return nil
}

// keep takes the permit of a call off its worker, which gives the call back.
func (p *keyPermits) keep(c Call) {
	if permit := c.workersPermit(); permit != nil {
		line, begun, began := permit.line.Load(), permit.begun.Load(), permit.began
		c.worker.permitOf = 0
		c.worker = nil
		p.grant(c, line, begun, began)
	}
}

// grant gives a call the permit to hold a line.
func (p *keyPermits) grant(c Call, line *keyLine, begun bool, now float64) {
	if c.future != nil {
		p.grantFuture(c.future, line, begun, now)
		return
	}
	permit := p.of(c)
	switch {
	case permit != nil:
	case c.worker != nil:
		permit = &c.worker.permit
		c.worker.permitOf = c.place + 1
	default:
		permit = p.grow(c)
	}
	permit.set(line, begun, now)
}

// grantFuture is grant for a call of a Group. Whoever cancels that may take its permit at the same moment, and what is granted
// then must not be lost: both are done with the mutex.
func (p *keyPermits) grantFuture(f *future, line *keyLine, begun bool, now float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	permit := p.byFuture[f]
	if permit == nil {
		if p.byFuture == nil {
			p.byFuture = map[*future]*keyPermit{}
		}
		permit = &keyPermit{}
		p.byFuture[f] = permit
	}
	permit.set(line, begun, now)
}

// takeFuture is take for a call of a Group.
func (p *keyPermits) takeFuture(f *future) (line *keyLine, begun bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	permit := p.byFuture[f]
	if permit == nil {
		return nil, false
	}
	delete(p.byFuture, f)
	return permit.line.Swap(nil), permit.begun.Load()
}

func (permit *keyPermit) set(line *keyLine, begun bool, now float64) {
	if permit.begun.Load() != begun { // a store waits for memory that was written before
		permit.begun.Store(begun)
	}
	permit.began = now
	permit.line.Store(line)
}

// grow makes place for the permit of a call of a Map or a Stream.
func (p *keyPermits) grow(c Call) *keyPermit {
	p.mu.Lock()
	defer p.mu.Unlock()
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
	if c.future != nil {
		return p.takeFuture(c.future)
	}
	permit := p.of(c)
	if permit == nil {
		return nil, false
	}
	begun = permit.begun.Load()
	if c.workersPermit() != nil {
		line = permit.line.Load() // nobody else looks at it
		c.worker.permitOf = 0
		return line, begun
	}
	return permit.line.Swap(nil), begun
}
