package overlap

// keyPermit is what a call has that holds its key.
type keyPermit struct {
	line  *keyLine // nil: the call holds none
	begun bool
}

// keyPermits are the permits of a job's calls: of a Map or a Stream by place, of which those in use lie close together,
// so that blocks of them cost less than a map; of a Group by future.
type keyPermits struct {
	blocks   []*permitBlock // by place; nil where no call holds a permit
	spare    *permitBlock   // one that is empty
	byFuture map[*future]keyPermit
}

const permitsInBlock = 256

type permitBlock struct {
	held    int // how many are not zero
	permits [permitsInBlock]keyPermit
}

// of is the permit of a call; zero if it holds none.
func (p *keyPermits) of(c Call) keyPermit {
	if c.future != nil {
		return p.byFuture[c.future]
	}
	if at := int(c.place / permitsInBlock); at < len(p.blocks) && p.blocks[at] != nil {
		return p.blocks[at].permits[c.place%permitsInBlock]
	}
	return keyPermit{}
}

// set gives a call its permit.
func (p *keyPermits) set(c Call, permit keyPermit) {
	if c.future != nil {
		if p.byFuture == nil {
			p.byFuture = map[*future]keyPermit{}
		}
		p.byFuture[c.future] = permit
		return
	}
	at := int(c.place / permitsInBlock)
	for at >= len(p.blocks) {
		p.blocks = append(p.blocks, nil)
	}
	b := p.blocks[at]
	if b == nil {
		if b = p.spare; b == nil {
			b = &permitBlock{}
		}
		p.blocks[at], p.spare = b, nil
	}
	held := &b.permits[c.place%permitsInBlock]
	if held.line == nil {
		b.held++
	}
	*held = permit
}

// remove takes the permit of a call that holds one.
func (p *keyPermits) remove(c Call) {
	if c.future != nil {
		delete(p.byFuture, c.future)
		return
	}
	at := c.place / permitsInBlock
	b := p.blocks[at]
	b.permits[c.place%permitsInBlock] = keyPermit{}
	if b.held--; b.held == 0 {
		p.blocks[at], p.spare = nil, b
	}
}
