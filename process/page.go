package process

import (
	"sync/atomic"
	"unsafe"
)

// page is memory that a worker shares with its parent. The worker says there which call it has started and which it has
// finished, counted from 1 over its life; after its death the parent knows from that which call it was running, and
// which it never started. The parent revokes calls that it wants back by setting revoked: every call above it that had
// not started then never will. Whatever the worker wrote may be wrong, so the parent clamps what it reads.
type page struct {
	started  atomic.Uint64
	_        [56]byte
	finished uint64
	_        [56]byte
	revoked  atomic.Uint64 // calls above are not to be started
	memory   atomic.Int64  // bytes that the worker uses, as it sees it, every beat
	_        [48]byte

	// Answers that the worker has not written yet are in the memory after the page, so that they outlive it: those to the
	// calls from unsentFrom on, this many bytes. They stay as they are while a call runs.
	unsentFrom uint64
	unsent     uint64
}

const (
	pageSize   = 4096
	unsentSize = 64 << 10
	sharedSize = pageSize + unsentSize
)

// shared is the memory between a worker and its parent.
type shared []byte

func (m shared) page() *page { return (*page)(unsafe.Pointer(unsafe.SliceData(m))) }

// replies is the room for replies that have not been written.
func (m shared) replies() []byte { return m[pageSize:sharedSize:sharedSize] }
