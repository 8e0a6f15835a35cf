package cluster

import (
	"sync"
	"sync/atomic"
	"time"
)

// parcel is a chunk that a session has submitted, and what has been heard of it since.
type parcel struct {
	nonce  nonce
	lease  *lease
	calls  []*flying // by their place in the chunk
	single bool      // one call travels alone, so that a death is its own
	once   bool      // the call is made at most once
	offer  offer
	sentAt time.Time
	large  nonce // the name of the chunk in the stock, if it is large

	lost atomic.Bool // The calls have been submitted again, or given back. It may be heard of all the same.

	// Of the lease alone.
	done     bool      // Its worker has answered all calls.
	canceled time.Time // When its worker was first told to cancel its calls.
	ordered  time.Time // When it was told last.
	asked    time.Time // When the engine was asked last whether the chunk waits.
	missing  time.Time // When it was first found not to.

	mu      sync.Mutex
	inbox   [][]byte  // What has come for the lease.
	heard   time.Time // When a worker last said anything of it; zero: never.
	claim   nonce     // Whose calls may begin, where they are made at most once; zero: nobody's yet.
	revoked bool      // Nobody's may any more who does not hold the claim.
}

// hear notes a message of the worker that has the chunk.
func (p *parcel) hear(message []byte) {
	p.mu.Lock()
	p.heard = time.Now()
	if message != nil {
		p.inbox = append(p.inbox, message)
	}
	p.mu.Unlock()
	if message != nil {
		p.lease.awaken()
	}
}

// forgive has silence begin now.
func (p *parcel) forgive(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.heard.IsZero() {
		p.heard = now
	}
}

// lastHeard is when a worker last said anything of the chunk; zero if none has.
func (p *parcel) lastHeard() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.heard
}

func (p *parcel) takeMail() [][]byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	mail := p.inbox
	p.inbox = nil
	return mail
}

// collect takes what a worker says of chunks. It runs no code of tasks: a lease decodes what has come for it.
func (x *Executor) collect(message []byte) {
	if len(message) == 0 {
		return
	}
	switch kind(message[0]) {
	case kindBeat:
		if t, err := decodeBeat(message); err == nil {
			for _, n := range t.chunks {
				if p := x.parcel(n); p != nil {
					p.hear(nil)
				}
			}
		}
	case kindAnswers, kindStarted:
		r := reader{b: message[1:]}
		r.text()
		if p := x.parcel(r.nonce()); p != nil && !r.bad {
			p.hear(message)
		}
	case kindStub:
		if s, err := decodeStub(message); err == nil {
			if p := x.parcel(s.of); p != nil {
				p.hear(message)
			}
		}
	}
}

func (x *Executor) parcel(n nonce) *parcel {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.parcels[n]
}
