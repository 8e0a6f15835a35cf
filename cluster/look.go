package cluster

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"example.com/overlap"
)

const (
	mostDeaths = 3                      // of workers under one call, before it fails
	orderAgain = 100 * time.Millisecond // how often an order is given until it is obeyed
	askAgain   = time.Second            // how often the engine is asked for a chunk that nobody has
	foundGone  = 2 * time.Second        // how long a chunk may be neither in the queue nor with a worker
)

// LostError is a worker of which nothing has been heard for some seconds while it had a call.
type LostError struct{ After time.Duration }

func (e *LostError) Error() string {
	return fmt.Sprintf("the worker that had the call has said nothing for %v", e.After)
}

// DeathsError is a call under which several workers died, one after another, each making it alone.
type DeathsError struct{ Deaths []error } // in their order

func (e *DeathsError) Error() string {
	var all []string
	for _, death := range e.Deaths {
		all = append(all, death.Error())
	}
	return fmt.Sprintf("%d workers died making the call: %s", len(all), strings.Join(all, "; "))
}

// Unwrap returns the deaths.
func (e *DeathsError) Unwrap() []error { return e.Deaths }

// look finds out what is to be done about calls that have not ended.
func (l *lease) look(now time.Time) {
	drained := isClosed(l.drained)
	closed, shutOut := isClosed(l.x.stop), l.x.engine.shutOut()
	for i := 0; i < len(l.parcels); i++ { // which may become more
		p := l.parcels[i]
		if p.lost.Load() || p.done || !p.isOpen() {
			continue
		}
		if closed {
			l.closedMeanwhile(p)
			continue
		}
		if shutOut != nil {
			l.shutOut(p, shutOut)
			continue
		}
		canceled := p.isCanceled()
		if heard := p.lastHeard(); heard.IsZero() {
			l.lookUnheard(p, now, canceled || drained)
		} else if now.Sub(heard) > silence && l.x.engine.connected() {
			l.lose(p)
			continue
		}
		switch {
		case p.lost.Load() || now.Sub(p.ordered) < orderAgain:
		case canceled:
			p.ordered = now
			l.x.order(kindCancel, p)
		case drained:
			p.ordered = now
			l.x.order(kindDrain, p)
		}
	}
}

// lookUnheard is about a chunk that no worker has said anything of.
func (l *lease) lookUnheard(p *parcel, now time.Time, unwanted bool) {
	if unwanted {
		if p.canceled.IsZero() {
			p.canceled = now
			l.x.order(kindCancel, p) // to whoever takes it now
		}
		if p.once {
			if p.revoke() {
				go withdraw(p.offer)
				l.giveBack(p)
			}
			return
		}
		if withdraw(p.offer) || now.Sub(p.canceled) > foundGone {
			l.giveBack(p)
		}
		return
	}
	if now.Sub(p.sentAt) < askAgain || now.Sub(p.asked) < askAgain {
		return
	}
	p.asked = now
	ctx, cancel := context.WithTimeout(context.Background(), askAgain)
	defer cancel()
	waits, err := p.offer.waits(ctx)
	full, isFull := errors.AsType[*fullError](err)
	if isFull {
		l.x.noteFull(full, now)
	}
	switch {
	case err != nil && !isFull: // nobody knows
	case waits:
		p.missing = time.Time{}
		l.lookForWorkers(p)
	case p.missing.IsZero():
		p.missing = now
	case now.Sub(p.missing) >= foundGone && p.revoke():
		p.lost.Store(true)
		l.submit(p.openCalls(), p.single)
	}
}

// lookForWorkers sees whether any of the workers that are there can make the calls of a chunk that waits.
func (l *lease) lookForWorkers(p *parcel) {
	if err := l.x.cannot(p.calls[0].route.mark, l.began); err != nil && withdraw(p.offer) && p.revoke() {
		p.done = true
		for _, f := range p.openCalls() {
			l.ended(f)
			l.refuse(f.call, err)
		}
	}
}

// refuse gives back a call that no worker can make, and ends its job. A job of several tasks goes on with the others.
func (l *lease) refuse(call overlap.Call, err error) {
	if l.job.Task() == nil {
		call.End(nil, overlap.Failed, err)
		return
	}
	l.job.Refuse(err)
	call.Requeue()
}

// lose has the calls of a chunk made again whose worker says nothing any more: each alone, as one of them may be what
// kills workers.
func (l *lease) lose(p *parcel) {
	p.lost.Store(true)
	l.x.lost.Add(1)
	for _, f := range p.openCalls() {
		lost := &LostError{After: silence}
		switch isSure := p.revoke(); {
		case f.call.Context().Err() != nil:
			l.ended(f)
			f.call.End(nil, overlap.Canceled, errors.Join(context.Cause(f.call.Context()), lost))
		case !isSure:
			l.endUnsure(f, lost)
		case p.single && !p.once:
			l.died(f, lost)
		default:
			l.submit([]*flying{f}, true)
		}
	}
}

// died has a call made again whose worker has died, unless that has happened too often.
func (l *lease) died(f *flying, death error) {
	f.deaths = append(f.deaths, death)
	l.x.deaths.Add(1)
	if len(f.deaths) < mostDeaths && f.call.Context().Err() == nil && !f.call.AtMostOnce() {
		l.submit([]*flying{f}, true)
		return
	}
	l.ended(f)
	l.x.answers.count(overlap.WorkerDied)
	if len(f.deaths) == 1 {
		f.call.End(nil, overlap.WorkerDied, death)
		return
	}
	f.call.End(nil, overlap.WorkerDied, &DeathsError{f.deaths})
}

// giveBack has the calls of a chunk handed out again that nobody has begun.
func (l *lease) giveBack(p *parcel) {
	p.lost.Store(true)
	for _, f := range p.openCalls() {
		l.ended(f)
		f.call.Requeue()
	}
}

func (l *lease) closedMeanwhile(p *parcel) {
	p.lost.Store(true)
	for _, f := range p.openCalls() {
		l.ended(f)
		if f.call.Attempt() == 1 && p.lastHeard().IsZero() && p.revoke() {
			f.call.End(nil, overlap.NeverStarted, ErrClosed)
		} else {
			f.call.End(nil, overlap.Failed, ErrClosed)
		}
	}
}

// shutOut ends the calls of a chunk of which nothing can be heard any more, and the job. What a worker has had is canceled, as
// its call may be running.
func (l *lease) shutOut(p *parcel, err error) {
	p.lost.Store(true)
	if l.job.Task() != nil {
		l.job.Refuse(err)
	}
	isSure, unheard := p.revoke(), p.lastHeard().IsZero()
	for _, f := range p.openCalls() {
		if !isSure {
			l.endUnsure(f, err)
			continue
		}
		l.ended(f)
		if unheard {
			l.refuse(f.call, err)
		} else {
			f.call.End(nil, overlap.Canceled, err)
		}
	}
}

// ended counts a call as ended, just before it is.
func (l *lease) ended(f *flying) {
	f.ended = true
	l.open--
	l.x.underWay.Add(-1)
}

func (p *parcel) isOpen() bool {
	for _, f := range p.calls {
		if !f.ended {
			return true
		}
	}
	return false
}

func (p *parcel) isCanceled() bool {
	for _, f := range p.calls {
		if !f.ended && f.call.Context().Err() != nil {
			return true
		}
	}
	return false
}

func (p *parcel) openCalls() (open []*flying) {
	for _, f := range p.calls {
		if !f.ended {
			open = append(open, f)
		}
	}
	return open
}

func isClosed(closed <-chan struct{}) bool {
	select {
	case <-closed:
		return true
	default:
		return false
	}
}
