package source

import (
	"context"
	"iter"
	"sync"

	"example.com/overlap"
)

// Queue has the inputs of a job whose calls find more of them: a crawl, a walk through directories. Each input is given
// once, however often it is added. [Crawl] runs such a job. A Queue is safe for concurrent use, and holds every input
// that was ever added.
type Queue[T comparable] struct {
	mu      sync.Mutex
	seen    map[T]struct{}
	waiting []T
	head    int
	undone  int           // added, and without a result that has been taken
	changed chan struct{} // closed when there is an input, or nothing is undone any more
}

// NewQueue is a queue with its first inputs.
func NewQueue[T comparable](inputs ...T) *Queue[T] {
	q := &Queue[T]{seen: map[T]struct{}{}, changed: make(chan struct{})}
	q.Add(inputs...)
	return q
}

// Add adds inputs and returns how many of them are new. It never waits. Calls add what they have found before they
// return, and whoever takes the results before the next turn of the loop: when all results have been taken and nothing
// is left, the job is over, and what is added then is for the next one.
func (q *Queue[T]) Add(inputs ...T) (added int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, in := range inputs {
		if _, seen := q.seen[in]; seen {
			continue
		}
		q.seen[in] = struct{}{}
		q.waiting = append(q.waiting, in)
		added++
	}
	if q.undone += added; added > 0 {
		q.tell()
	}
	return added
}

// tell wakes those who wait for a change.
func (q *Queue[T]) tell() {
	close(q.changed)
	q.changed = make(chan struct{})
}

// take is the next input, or what to wait for. Neither means that all is done.
func (q *Queue[T]) take() (in T, ok bool, wait <-chan struct{}) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.head < len(q.waiting) {
		var none T
		in, q.waiting[q.head] = q.waiting[q.head], none
		if q.head++; q.head == len(q.waiting) {
			q.waiting, q.head = q.waiting[:0], 0
		} else if q.head >= 1024 && q.head > len(q.waiting)/2 {
			q.waiting, q.head = append([]T(nil), q.waiting[q.head:]...), 0
		}
		return in, true, nil
	}
	if q.undone > 0 {
		wait = q.changed
	}
	return in, false, wait
}

// done notes that the result of an input has been taken.
func (q *Queue[T]) done() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.undone--; q.undone == 0 {
		q.tell()
	}
}

// inputs gives the inputs until all are done, or ctx has ended.
func (q *Queue[T]) inputs(ctx context.Context) iter.Seq[T] {
	return func(yield func(T) bool) {
		for ctx.Err() == nil {
			in, ok, wait := q.take()
			switch {
			case ok:
				if !yield(in) {
					return
				}
			case wait == nil:
				return
			default:
				select {
				case <-wait:
				case <-ctx.Done():
				}
			}
		}
	}
}

// Crawl gives the results of a job over a queue that is added to while the job runs, by its calls or by the body of the
// loop over the results. It ends when all results have been taken and the queue is empty; leaving the loop, and the end
// of ctx, end it as they end a [overlap.Stream], which stream has to make of the inputs it is given:
//
//	pages := source.NewQueue("https://example.com/")
//	visit := func(ctx context.Context, urls iter.Seq[string]) iter.Seq[overlap.Result[string, Page]] {
//		return overlap.Stream(ctx, overlap.Async(), fetch, urls, overlap.Window(64))
//	}
//	for r := range source.Crawl(ctx, pages, visit) {
//		pages.Add(r.Value.Links...)
//	}
//
// An input that was added and not drawn when the job ended early stays in the queue, for the next Crawl. A queue is for
// one Crawl at a time.
func Crawl[In comparable, Out any](
	ctx context.Context, q *Queue[In],
	stream func(context.Context, iter.Seq[In]) iter.Seq[overlap.Result[In, Out]],
) iter.Seq[overlap.Result[In, Out]] {
	results := Within(ctx, func(ctx context.Context) iter.Seq[overlap.Result[In, Out]] {
		return stream(ctx, q.inputs(ctx))
	})
	return func(yield func(overlap.Result[In, Out]) bool) {
		q.begin()
		for r := range results {
			if !yield(r) {
				return
			}
			if r.Index >= 0 {
				q.done()
			}
		}
	}
}

// begin forgets inputs that an earlier job has drawn and not done.
func (q *Queue[T]) begin() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.undone = len(q.waiting) - q.head
}
