package overlap

import (
	"context"
	"fmt"
	"iter"
	"sync"
)

// Completions are futures of which more may be added while they end, for loops whose calls lead to other calls: what
// [AsCompleted] is for futures that are known at the start. The zero Completions has none, and is ready for use; it
// must not be copied after that. Safe for concurrent use.
type Completions[F AnyFuture] struct {
	mu      sync.Mutex
	open    map[int]F // those that have not been yielded, by their place in arrived
	added   int       // the place of the next
	ended   []int     // places of some that have arrived and have not been yielded
	arrived *arrivals // nil before the first is added
}

// Add adds futures, which [Completions.All] yields once they have ended; one that is added twice, twice. It waits for
// nothing. It panics when one of them is nil, or was not made by [Submit].
func (c *Completions[F]) Add(futures ...F) {
	for i, f := range futures {
		if !made(f) {
			panic(fmt.Sprintf("overlap: Completions.Add: future %d is nil, or was not made by Submit", i+1))
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.init()
	for _, f := range futures {
		c.open[c.added] = f
		f.base().subscribe(c.arrived, c.added)
		c.added++
	}
	c.arrived.wake() // whoever waits lends its slot to these, too
}

// init makes what the zero value lacks. The mutex is held.
func (c *Completions[F]) init() {
	if c.arrived == nil {
		c.open, c.arrived = map[int]F{}, newArrivals()
	}
}

// Len is how many futures have been added and not yielded.
func (c *Completions[F]) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.open)
}

// All yields each future once, in the order in which they end, also those that are added meanwhile: by the body of the
// loop, by calls, by other goroutines. It ends when all that have been added have been yielded; so whoever adds from
// elsewhere does that before the future that it comes from has ended. What it has not yielded when the loop is left, a
// later range yields, and of several ranges at once each future goes to one. What has been yielded is not kept.
//
// When ctx ends first, a last pair has the zero F and an error that wraps ctx's cause and says how many have not been
// yielded; their calls go on. A call that waits with its own context lends its slot meanwhile. All panics when ctx is
// nil.
func (c *Completions[F]) All(ctx context.Context) iter.Seq2[F, error] {
	mustHave(ctx, "Completions.All")
	return func(yield func(F, error) bool) {
		w := completionsWait[F]{c: c, ctx: ctx, frame: frameOf(ctx)}
		for {
			f, ended, over := c.next()
			switch {
			case over || ended && !yield(f, nil):
				return
			case ended || w.forOne():
				continue
			}
			if left, none := c.Len(), *new(F); left > 0 {
				yield(none, fmt.Errorf("%d futures have not ended: %w", left, context.Cause(ctx)))
			}
			return
		}
	}
}

// next takes a future that has ended off those that have not been yielded, if there is one; over says that all have
// been.
func (c *Completions[F]) next() (f F, ended, over bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.init()
	if len(c.ended) == 0 {
		c.ended = c.arrived.take()
	}
	if ended = len(c.ended) > 0; ended {
		f = c.open[c.ended[0]]
		delete(c.open, c.ended[0])
		c.ended = c.ended[1:]
	}
	if len(c.ended) > 0 || len(c.open) == 0 {
		c.arrived.wake() // another range that waits
	}
	return f, ended, !ended && len(c.open) == 0
}

// completionsWait is a range over completions, while it waits.
type completionsWait[F AnyFuture] struct {
	c     *Completions[F]
	ctx   context.Context
	frame *frame  // of the call that the range is in; nil outside of calls
	waits []*wait // what the frame lends its slot to
	seen  int     // how many of those that were added are in waits, or were yielded before
}

// forOne waits until one may have ended, or more have been added. It reports false when ctx has ended before.
func (w *completionsWait[F]) forOne() (goOn bool) {
	block := func() {
		select {
		case <-w.c.arrived.some:
			goOn = true
		case <-w.ctx.Done():
			goOn = !w.c.arrived.empty()
		}
	}
	if w.frame == nil || w.frame.slots == nil {
		block()
		return goOn
	}
	w.c.mu.Lock()
	for ; w.seen < w.c.added; w.seen++ {
		if f, open := w.c.open[w.seen]; open {
			w.waits = addWait(w.waits, f.base())
		}
	}
	w.c.mu.Unlock()
	w.frame.slots.whileLending(w.frame, w.waits, block)
	return goOn
}
