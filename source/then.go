package source

import (
	"context"
	"errors"
	"iter"
	"maps"
	"runtime"
	"slices"
	"sync"

	"example.com/overlap"
)

// Then makes the values of one stream the inputs of the next, and gives a result for each input of the first: the value
// of the second, or the failure of either, with the input of the first and its index. Both run at once, each with its
// own executor and options; what waits between them is bounded by the window of the second.
//
//	pages := func(ctx context.Context) iter.Seq[overlap.Result[string, Page]] {
//		return overlap.Stream(ctx, overlap.Async(), fetch, urls)
//	}
//	counts := func(ctx context.Context, pages iter.Seq[Page]) iter.Seq[overlap.Result[Page, Words]] {
//		return overlap.Stream(ctx, overlap.Pool(2), count, pages)
//	}
//	for r := range source.Then(ctx, pages, counts) {
//		fmt.Println(r.Input, r.Value, r.Err)
//	}
//
// Leaving the loop ends both at once, and the loop returns when nothing runs any more. Results come as they are ready:
// those of the second in the order it gives them, failures of the first as soon as they are known. A result with Index
// −1, which says why inputs were left, is given as it comes. Times are those of the stage that a result is from, each
// from the start of its own stream. Then is one more stage for another Then.
//
// It costs a goroutine, on which the second stream runs, and some hundred nanoseconds a result. A panic that a stream
// passes on reaches the caller.
func Then[A, B, C any](
	ctx context.Context,
	first func(context.Context) iter.Seq[overlap.Result[A, B]],
	second func(context.Context, iter.Seq[B]) iter.Seq[overlap.Result[B, C]],
) iter.Seq[overlap.Result[A, C]] {
	outer := ctx
	return func(yield func(overlap.Result[A, C]) bool) {
		p := &passage[A, B, C]{
			under: map[int]overlap.Result[A, B]{}, out: make(chan overlap.Result[A, C]), left: make(chan struct{}),
		}
		var ctx context.Context
		ctx, p.leave = context.WithCancelCause(outer)
		go p.run(ctx, first, second)
		defer p.end()
		for r := range p.out {
			if !yield(r) {
				return
			}
		}
	}
}

// passage is what lies between two streams.
type passage[A, B, C any] struct {
	mu    sync.Mutex
	drawn int                          // by the second stream
	under map[int]overlap.Result[A, B] // what its calls that have no result yet are made from, by its index

	out  chan overlap.Result[A, C]
	left chan struct{} // closed when nobody takes results any more

	leave context.CancelCauseFunc // ends both streams

	broken   bool // the second stream ended in a panic or a Goexit
	panicked any
}

// run is the second stream, whose inputs run the first.
func (p *passage[A, B, C]) run(
	ctx context.Context,
	first func(context.Context) iter.Seq[overlap.Result[A, B]],
	second func(context.Context, iter.Seq[B]) iter.Seq[overlap.Result[B, C]],
) {
	defer close(p.out)
	p.broken = true
	defer func() {
		if p.broken {
			p.panicked = recover()
		}
	}()
	for r := range second(ctx, p.inputs(ctx, first)) {
		if !p.give(p.result(r)) {
			break
		}
	}
	p.broken = false
	p.giveRest(ctx)
}

// giveRest gives results to what the second stream was given and did not take, because it was ending.
func (p *passage[A, B, C]) giveRest(ctx context.Context) {
	for _, index := range slices.Sorted(maps.Keys(p.under)) {
		if !p.give(passedBy[A, B, C](notTaken(ctx, p.under[index]))) {
			return
		}
	}
}

// notTaken is the result of the first stream as a failure, which says what kept a value from the second.
func notTaken[A, B any](ctx context.Context, r overlap.Result[A, B]) overlap.Result[A, B] {
	if r.Outcome == overlap.Succeeded {
		if r.Outcome, r.Err = overlap.NeverStarted, errNotTaken; ctx.Err() != nil {
			r.Err = context.Cause(ctx)
		}
	}
	return r
}

var errNotTaken = errors.New("the next stream has ended and takes no more inputs")

// inputs gives the values of the first stream, and passes its failures by the second.
func (p *passage[A, B, C]) inputs(
	ctx context.Context, first func(context.Context) iter.Seq[overlap.Result[A, B]],
) iter.Seq[B] {
	return func(yield func(B) bool) {
		ended := false // the second stream takes no more
		for r := range first(ctx) {
			switch {
			case r.Outcome == overlap.Succeeded && !ended:
				p.mu.Lock()
				p.under[p.drawn] = r
				p.drawn++
				p.mu.Unlock()
				if !yield(r.Value) {
					ended = true
					p.leave(errNotTaken) // what the first stream has drawn has results all the same
				}
			case !p.give(passedBy[A, B, C](notTaken(ctx, r))):
				return
			}
		}
	}
}

// give hands over a result, unless nobody takes any.
func (p *passage[A, B, C]) give(r overlap.Result[A, C]) bool {
	select {
	case p.out <- r:
		return true
	case <-p.left:
		return false
	}
}

// passedBy is a failure of the first stream.
func passedBy[A, B, C any](r overlap.Result[A, B]) overlap.Result[A, C] {
	return overlap.Result[A, C]{
		Index: r.Index, Input: r.Input, Err: r.Err, Outcome: r.Outcome, Attempts: r.Attempts,
		Queued: r.Queued, Started: r.Started, Finished: r.Finished, Worker: r.Worker,
	}
}

// result is one of the second stream, with the input of the first.
func (p *passage[A, B, C]) result(r overlap.Result[B, C]) overlap.Result[A, C] {
	p.mu.Lock()
	from, ok := p.under[r.Index]
	delete(p.under, r.Index)
	p.mu.Unlock()
	if !ok { // why inputs were left
		from.Index = -1
	}
	return overlap.Result[A, C]{
		Index: from.Index, Input: from.Input, Value: r.Value, Err: r.Err, Outcome: r.Outcome, Attempts: r.Attempts,
		Queued: r.Queued, Started: r.Started, Finished: r.Finished, Worker: r.Worker,
	}
}

// end leaves both streams, waits until nothing of them runs, and passes on how they broke.
func (p *passage[A, B, C]) end() {
	p.leave(nil)
	close(p.left)
	for range p.out { // until it is closed
	}
	switch {
	case p.panicked != nil:
		panic(p.panicked)
	case p.broken:
		runtime.Goexit()
	}
}
