package overlap

import "sync/atomic"

// ring gives each position of a Stream, which never end, a cell for as long as there is anything in it. It consists
// of blocks that never move, and grows by blocks as more is in flight, not by what the window allows. Anybody may
// look up a cell at any time; only the drawer adds blocks.
type ring struct {
	// A power of two of them: block k is at k modulo their number.
	blocks atomic.Pointer[[]atomic.Pointer[block]]

	unused int64 // the drawer's: the first position whose place has not been given out again
	places int32 // the drawer's: how many places there are
}

const blockSize = 64

// block has the cells of blockSize positions.
type block struct {
	todo     [blockSize]atomic.Int32 // the place of the call drawn at the position
	finished [blockSize]atomic.Int32 // the place + 1 of the call whose turn the position is; 0 while it has not ended
	free     [blockSize]int32        // the place that was freed at the position
}

// noBlock stands where there is no block: nothing is ever put into it.
var noBlock = &block{}

func newBlocks(n int) *[]atomic.Pointer[block] {
	blocks := make([]atomic.Pointer[block], n)
	for i := range blocks {
		blocks[i].Store(noBlock)
	}
	return &blocks
}

// at finds the cell of a position: its block, and where it is in there.
func (r *ring) at(position int64) (*block, int) {
	blocks := *r.blocks.Load()
	return blocks[int(uint64(position)/blockSize)&(len(blocks)-1)].Load(), int(uint64(position) % blockSize)
}

// enter makes the cell of the position that is drawn next.
func (r *ring) enter(position int64) (*block, int) {
	if position%blockSize == 0 {
		r.addBlock(position / blockSize)
	}
	return r.at(position)
}

// addBlock adds the block of a number, which may be one whose positions are all done with.
func (r *ring) addBlock(number int64) {
	blocks := *r.blocks.Load()
	first := r.unused / blockSize // the first that is not done with
	n := int64(len(blocks))
	if number-first >= n {
		more := newBlocks(int(2 * n))
		for k := first; k < number; k++ {
			(*more)[k&(2*n-1)].Store(blocks[k&(n-1)].Load())
		}
		r.blocks.Store(more)
		blocks, n = *more, 2*n
	}
	if slot := &blocks[number&(n-1)]; slot.Load() == noBlock {
		slot.Store(&block{})
	}
}

// place gives out a place: one that has been freed at a position before taken, or a new one.
func (r *ring) place(taken int64) (place int32, fresh bool) {
	if r.unused < taken {
		b, at := r.at(r.unused)
		r.unused++
		return b.free[at], false
	}
	r.places++
	return r.places - 1, true
}
