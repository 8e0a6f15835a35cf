package compare

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"example.com/overlap"
	"example.com/overlap/internal/thread"
)

const (
	// mostNoted is of about how many calls it is noted where they run.
	mostNoted = 1024
	// freelyNoted calls are noted whatever that costs; of further ones, no more than take 1 % of the time.
	freelyNoted = 16
	notingTakes = 2 * time.Microsecond
	notingShare = 100
)

// placeCounter counts on how many threads and goroutines of this process the calls of a job run. To note it takes
// longer than a tiny call, so it is noted of some calls, evenly spread.
type placeCounter struct {
	calls int
	start time.Time

	mu         sync.Mutex
	noted      int
	threads    map[int]struct{}
	goroutines map[int]struct{}
}

func newPlaceCounter(calls int) *placeCounter {
	return &placeCounter{
		calls: calls, start: time.Now(), threads: map[int]struct{}{}, goroutines: map[int]struct{}{},
	}
}

// around is a task that does the same, and has its calls noted.
func (p *placeCounter) around(task *overlap.Task[any, any]) *overlap.Task[any, any] {
	return task.Around(func(fn func(context.Context, any) (any, error)) func(context.Context, any) (any, error) {
		return func(ctx context.Context, in any) (any, error) {
			if p.calls <= mostNoted || rand.IntN(p.calls) < mostNoted {
				p.note()
			}
			return fn(ctx, in)
		}
	})
}

func (p *placeCounter) note() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.noted >= freelyNoted && time.Duration(p.noted)*notingTakes*notingShare > time.Since(p.start) {
		return
	}
	p.noted++
	p.goroutines[thread.Goroutine()] = struct{}{}
	if number, known := thread.Number(); known {
		p.threads[number] = struct{}{}
	}
}

// ranOn is what has been counted: in worker processes, if there were some, or else in this one. nil if nothing has.
func (p *placeCounter) ranOn(workers int) *RanOn {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case workers > 0:
		return &RanOn{Processes: workers}
	case p.noted == 0:
		return nil
	}
	on := &RanOn{Processes: 1, Threads: len(p.threads), Goroutines: len(p.goroutines)}
	if p.noted < p.calls {
		on.Sample = p.noted
	}
	return on
}
