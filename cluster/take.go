package cluster

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"example.com/overlap"
	"example.com/overlap/internal/crossing"
)

// take takes what a worker says of a chunk.
func (l *lease) take(p *parcel, message []byte) {
	switch kind(message[0]) {
	case kindStub:
		s, err := decodeStub(message)
		if err != nil {
			return
		}
		fetched, err := fetch(p.calls[0].call.Context(), l.x.engine, s)
		if err == nil && len(fetched) > 0 && kind(fetched[0]) == kindAnswers {
			l.take(p, fetched)
		} // else the worker says it again, or is silent and the calls are made again
	case kindAnswers:
		if a, err := decodeAnswers(message); err == nil && a.nonce == p.nonce {
			l.answered(p, a)
		}
	case kindStarted:
		if s, err := decodeStarted(message); err == nil && s.nonce == p.nonce {
			l.begun(p, s)
		}
	}
}

// answered ends the calls that a worker has answered. The first answer to a call wins; what comes after it is dropped.
func (l *lease) answered(p *parcel, a *answers) {
	if a.last && !p.done {
		p.done = true
		defer func() {
			left := p.openCalls()
			switch {
			case len(left) == 0 || p.lost.Load():
			case p.once:
				l.mayHaveRun(p, errAnswerLost)
			default: // answers to them were lost on the way
				p.lost.Store(true)
				l.submit(left, p.single)
			}
		}()
		p.calls[0].route.pace(len(p.calls), a.spent)
	}
	isNew := func(c answer) bool { return c.at >= 0 && c.at < len(p.calls) && !p.calls[c.at].ended }
	made := 0
	for _, c := range a.calls {
		if isNew(c) && c.outcome != overlap.Pending {
			made++
		}
	}
	l.x.countMade(a.worker, made)
	now := time.Now()
	for _, c := range a.calls {
		if !isNew(c) {
			continue
		}
		l.settle(p, p.calls[c.at], c, now)
	}
}

// pace finds out how many calls of the task a chunk should have, after one of so many has taken so long.
func (r *route) pace(calls int, spent time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	wanted := int(int64(calls) * int64(worthwhile) / int64(max(spent, time.Microsecond)))
	if calls < r.size && wanted >= calls { // the rest of a job says little
		return
	}
	r.size = min(max(wanted, 1), 4*calls, mostCalls)
}

// settle ends a call as a worker says.
func (l *lease) settle(p *parcel, f *flying, c answer, now time.Time) {
	at := now.Add(-min(c.ago, now.Sub(p.sentAt)))
	timed := f.call.Timed()
	if timed && !f.begun && c.outcome != overlap.Pending {
		f.begun = true
		f.call.Started(at.Add(-min(c.took, at.Sub(p.sentAt))))
	}
	end := func(out any, o overlap.Outcome, err error) {
		l.ended(f)
		l.x.answers.count(o)
		if timed {
			f.call.EndAt(at, out, o, err)
		} else {
			l.worker.End(f.call, out, o, err)
		}
	}
	switch c.outcome {
	case overlap.Pending:
		l.ended(f)
		f.call.Requeue()
	case overlap.Succeeded:
		out, err := l.decode(f, c.body)
		if err != nil {
			end(nil, overlap.Failed, fmt.Errorf("the worker's result did not decode: %w", err))
			return
		}
		end(out, overlap.Succeeded, nil)
	default:
		l.fail(f, c, end)
	}
}

// decode decodes a value. A call whose value ends this goroutine is ended here.
func (l *lease) decode(f *flying, body []byte) (out any, err error) {
	place, ok := l.places[f.route]
	if !ok {
		if l.places == nil {
			l.places = map[*route]reflect.Value{}
		}
		place = reflect.New(f.route.crossing.OutType)
		l.places[f.route] = place
	}
	place.Elem().SetZero()
	decoded := false
	defer func() {
		if !decoded { // the type's own decoder has ended this goroutine
			l.ended(f)
			f.call.End(nil, overlap.Failed, overlap.ErrGoexit)
		}
	}()
	err = f.route.crossing.Out.Decode(body, place.Interface())
	decoded = true
	if _, untyped := f.call.Input().(*any); untyped && err == nil {
		held := place.Elem().Interface()
		return &held, nil
	}
	return place.Interface(), err
}

// fail ends a call with the failure that its worker sent, or has it made again.
func (l *lease) fail(f *flying, c answer, end func(any, overlap.Outcome, error)) {
	decoded := false
	defer func() {
		if !decoded { // a method of the error has ended this goroutine
			end(nil, overlap.Failed, overlap.ErrGoexit)
		}
	}()
	o, err := c.outcome, error(nil)
	if len(c.body) > 0 {
		said, failure, bad := crossing.DecodeFailure(c.body)
		if err = failure; bad != nil {
			err = fmt.Errorf("the worker's error did not decode: %w", bad)
			o = overlap.Failed
		} else if (o == overlap.Panicked) != (said == overlap.Panicked) {
			o = said
		}
	}
	decoded = true
	ctx := f.call.Context()
	switch o {
	case overlap.TimedOut, overlap.Abandoned:
		timeout, grace := f.call.Timeout()
		err = &overlap.TimeoutError{Timeout: timeout, Grace: grace, Err: err}
	case overlap.WorkerDied:
		if err == nil {
			err = errors.New("the worker's process died")
		}
		l.died(f, err)
		return
	case overlap.Canceled:
		if !ends(ctx) && f.call.AtMostOnce() {
			l.endUnsure(f, errCanceledByHost)
			return
		}
		if !ends(ctx) { // another call of the chunk was canceled
			l.ended(f)
			f.call.Requeue()
			return
		}
		if cause := context.Cause(ctx); !errors.Is(err, cause) && !errors.Is(err, ctx.Err()) {
			err = errors.Join(cause, err)
		}
	case overlap.Failed, overlap.Panicked:
	default:
		o, err = overlap.Failed, fmt.Errorf("the worker's answer has the outcome %v, which none can have", o)
	}
	end(nil, o, err)
}

// ends reports whether the context of a call has ended that its worker says is canceled. The worker knows the deadline,
// and its clock may be a little ahead (chunk.ends).
func ends(ctx context.Context) bool {
	if deadline, ok := ctx.Deadline(); !ok || time.Until(deadline) > clocksAgree {
		return ctx.Err() != nil
	}
	select {
	case <-ctx.Done():
		return true
	case <-time.After(clocksAgree):
		return false
	}
}

// begun tells the job which calls have started.
func (l *lease) begun(p *parcel, s *started) {
	now := time.Now()
	for _, c := range s.calls {
		if c.at >= 0 && c.at < len(p.calls) && !p.calls[c.at].ended && !p.calls[c.at].begun {
			p.calls[c.at].begun = true
			p.calls[c.at].call.Started(now.Add(-min(c.ago, now.Sub(p.sentAt))))
		}
	}
}
