package cluster

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/overlap"
)

// Calls that are to be made at most once ([overlap.AtMostOnce]) travel one a chunk, and a worker that has taken one claims
// it before the call begins: it asks the session, which grants the claim to the first who asks, whatever the engine has
// done to the chunk meanwhile. So a chunk is one of three things for its session: nobody's, and then it can be revoked,
// which has all claims refused, and its call be submitted anew; or granted, and then its call is never submitted again; or
// revoked. Each taking of a chunk has a claim of its own, by which the question can be asked again when it is lost.

const (
	granted = 1 // what the answer to a claim is; all else refuses it
	refused = 0
)

// claim asks a session whether the calls of a chunk may begin.
type claim struct {
	nonce nonce // of the chunk
	own   nonce // of the claim itself
}

func (c *claim) append(b []byte) []byte {
	return append(append(append(b, byte(kindClaim)), c.nonce[:]...), c.own[:]...)
}

func decodeClaim(b []byte) (*claim, error) {
	r := reader{b: b}
	r.kind(kindClaim)
	c := &claim{nonce: r.nonce(), own: r.nonce()}
	return c, r.end()
}

// answerClaim says whether the calls of a chunk may begin.
func (x *Executor) answerClaim(question []byte) []byte {
	c, err := decodeClaim(question)
	if err != nil {
		return nil
	}
	if p := x.parcel(c.nonce); p != nil && p.grant(c.own) {
		return []byte{granted}
	}
	return []byte{refused}
}

// grant grants a claim, or not. One that has been granted is granted again.
func (p *parcel) grant(own nonce) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.claim == (nonce{}) && !p.revoked {
		p.claim = own
		p.heard = time.Now()
	}
	return p.claim == own && own != nonce{}
}

// revoke has the call of a chunk not begin any more, unless it may have, and reports whether it can be made again: any call
// can, but for one that is to be made at most once and whose claim has been granted.
func (p *parcel) revoke() bool {
	if !p.once {
		return true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.revoked = true
	return p.claim == nonce{}
}

// mayHaveRun ends the calls of a chunk that are to be made at most once, and that somebody may have made.
func (l *lease) mayHaveRun(p *parcel, why error) {
	for _, f := range p.openCalls() {
		l.endUnsure(f, why)
	}
}

// endUnsure ends such a call.
func (l *lease) endUnsure(f *flying, why error) {
	l.ended(f)
	l.x.answers.count(overlap.WorkerDied)
	f.call.End(nil, overlap.WorkerDied, fmt.Errorf("%w: %w; it is not made again, since calls are to be made at most once",
		overlap.ErrMayHaveRun, why))
}

var (
	errAnswerLost     = errors.New("the worker has ended the call, and its answer was lost on the way")
	errCanceledByHost = errors.New("the worker has canceled the call, which it took for one of a job that is gone")
)

// claimed asks the session of a chunk for leave to begin its calls. It returns false when that is refused, or not to be had.
func (k *held) claimed(ctx context.Context) bool {
	c := claim{k.nonce, newNonce()}
	ctx, cancel := context.WithTimeout(ctx, silence) // after which the session has given up this worker
	defer cancel()
	for ctx.Err() == nil {
		one, done := context.WithTimeout(ctx, greeting)
		answer, err := k.host.engine.ask(one, questionsTo(k.session), c.append(nil))
		done()
		if err == nil {
			return len(answer) == 1 && answer[0] == granted
		}
		select { // the question or the answer was lost
		case <-ctx.Done():
		case <-time.After(tick):
		}
	}
	return false
}
