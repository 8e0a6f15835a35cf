package durable

import (
	"fmt"
	"iter"

	"example.com/overlap"
)

// Call is an input whose call is to be made.
type Call[In any] struct {
	Index int // its place among all inputs of the job
	Input In
}

// Remaining gives the inputs whose calls are to be made, in turn; those that have a result are passed over. inputs are
// all inputs of the job, also those of earlier runs. identify says what tells an input from others: it is hashed as a
// text or as JSON, unless raw are the bytes of a text that is not UTF-8; nil stands for the input itself. Each call
// that is given must be ended by [Run.Add] or [Run.Drop].
//
// An error is the last: that of the inputs, that an input is not what it was ([DifferentError]), or that nothing can be
// written any more. Inputs that have a result are compared in blocks of 256. So that no call is made with an input that
// is out of its place, the calls of a block are given once all its finished inputs have been seen.
//
// The sequence is for one goroutine, and to be ranged over once.
func Remaining[In any](
	r *Run, inputs iter.Seq2[In, error], identify func(In) (value any, raw []byte),
) iter.Seq2[Call[In], error] {
	return func(yield func(Call[In], error) bool) {
		type heldCall struct {
			drawn
			input In
		}
		var held []heldCall
		for in, err := range inputs {
			value, raw := any(in), []byte(nil)
			var next drawn
			isSure := true
			if err == nil && identify != nil {
				value, raw = identify(in)
			}
			if err == nil {
				next, isSure, err = r.next(value, raw)
			}
			if err != nil {
				yield(Call[In]{}, err)
				return
			}
			if next.state != finished {
				held = append(held, heldCall{next, in})
			}
			if !isSure {
				continue
			}
			for _, call := range held {
				isToBeMade, err := r.begin(call.drawn)
				if (isToBeMade || err != nil) && (!yield(Call[In]{call.index, call.input}, err) || err != nil) {
					return
				}
			}
			clear(held) // inputs may be large
			held = held[:0]
		}
		if err := r.noMoreInputs(); err != nil {
			yield(Call[In]{}, err)
		}
	}
}

// drawn is an input that was drawn.
type drawn struct {
	index int
	key   key
	state inputState
	value any    // of an input that may have run
	raw   []byte // the same
}

// inputState says what is to become of an input.
type inputState int

const (
	finished   inputState = iota // it has a result
	unfinished                   // its call is to be made
	mayHaveRun                   // its call was begun at most once, and has no result
)

// ErrMayHaveRun is the failure of a call that a run with AtMostOnce began, and that has no result because that run was
// killed or has canceled it. It is not made again, unless by RetryFailed later. It is an [overlap.ErrMayHaveRun].
var ErrMayHaveRun = fmt.Errorf("%w: it was begun, or about to be, by a run that was ended before the call was; "+
	"it is not made again, since calls are to be made at most once", overlap.ErrMayHaveRun)

// next takes the job's next input, and says whether all finished inputs up to this one are what they were.
func (r *Run) next(value any, raw []byte) (d drawn, isSure bool, err error) {
	if d.key, err = r.keys.of(value, raw); err != nil {
		return d, false, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	d.index = r.nextIndex
	r.nextIndex++
	if r.stock != nil {
		d.state, err = r.findByContent(d.index, d.key)
	} else {
		d.state, isSure, err = r.findByPlace(d.index, d.key, value, raw)
	}
	if d.state == mayHaveRun {
		d.value, d.raw = value, raw
	}
	return d, isSure || r.stock != nil, err
}

// findByPlace finds the state of an input that is where it was. r.mu is held.
func (r *Run) findByPlace(index int, k key, value any, raw []byte) (state inputState, isSure bool, err error) {
	c, block := r.contents, index/digestBlock
	r.seen.note(index, k, value, raw, r.keys.encoded, !c.digest.isEmpty(block))
	state = unfinished
	if c.done.has(index) {
		state = finished
		c.digest.take(index, k)
	} else if _, wasBegun := c.begun[index]; wasBegun && r.options.AtMostOnce {
		state = mayHaveRun
	}
	if isSure = c.digest.isEmpty(block); !isSure && index%digestBlock == digestBlock-1 {
		err = r.difference(block)
	}
	return state, isSure, err
}

// findByContent finds the state of an input wherever it was. r.mu is held.
func (r *Run) findByContent(index int, k key) (inputState, error) {
	if offset, isFailure, ok := r.stock.take(k); ok {
		return finished, r.cannotWrite(r.place(index, k, offset, isFailure))
	}
	if r.contents.lost[k] > 0 && r.options.AtMostOnce {
		r.contents.lost[k]--
		return mayHaveRun, nil
	}
	return unfinished, nil
}

// begin readies the call of an input, and reports whether it is to be made.
func (r *Run) begin(d drawn) (isToBeMade bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if d.state == mayHaveRun {
		r.mayHaveRun++
		delete(r.contents.begun, d.index)
		line, _, _ := r.encoder.Result(overlap.Result[any, any]{
			Index: d.index, Input: d.value, Err: ErrMayHaveRun, Outcome: overlap.WorkerDied, Attempts: 1, Worker: -1,
		}, d.raw, nil)
		return false, r.cannotWrite(r.addResult(d.index, d.key, line, failed))
	}
	if r.options.AtMostOnce {
		if err = r.note(d.index, d.key, begun); err == nil {
			r.noted++
			err = r.journal.sync()
		}
	}
	r.open[d.index] = d.key
	return true, r.cannotWrite(err)
}

// noMoreInputs says that the inputs have come to their end. It is an error when there were more in the run that is
// continued.
func (r *Run) noMoreInputs() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stock == nil {
		for block := r.nextIndex / digestBlock; block < len(r.contents.digest.sums); block++ {
			if !r.contents.digest.isEmpty(block) {
				return r.difference(block)
			}
		}
	}
	r.noMore = true
	return nil
}
