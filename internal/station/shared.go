package station

import (
	"container/heap"
	"context"
	"sync"
	"time"
)

// Shared serves all requests at once and each the slower the more there are: together they get throughput(n) requests'
// worth of service a second. It is processor sharing, with a capacity that depends on how many share it.
func Shared(throughput func(n int) float64) Station { return &shared{throughput: throughput} }

// Scalability is the throughput of the universal scalability law (Gunther 1993): lambda for one alone, less by
// contention sigma and by coherence kappa.
func Scalability(lambda, sigma, kappa float64) func(n int) float64 {
	return func(n int) float64 {
		x := float64(n)
		return lambda * x / (1 + sigma*(x-1) + kappa*x*(x-1))
	}
}

type shared struct {
	throughput func(n int) float64
	mu         sync.Mutex
	served     float64 // how much service each request has had that was there from the beginning
	at         time.Time
	waiting    requests
	timer      *time.Timer
}

type request struct {
	until float64
	done  chan struct{}
}

type requests []request

func (r requests) Len() int           { return len(r) }
func (r requests) Less(i, j int) bool { return r[i].until < r[j].until }
func (r requests) Swap(i, j int)      { r[i], r[j] = r[j], r[i] }
func (r *requests) Push(x any)        { *r = append(*r, x.(request)) }
func (r *requests) Pop() any {
	last := (*r)[len(*r)-1]
	*r = (*r)[:len(*r)-1]
	return last
}

// Serve implements Station.
func (s *shared) Serve(context.Context) error {
	done := make(chan struct{})
	s.mu.Lock()
	s.advance()
	heap.Push(&s.waiting, request{s.served + 1, done})
	s.schedule()
	s.mu.Unlock()
	<-done
	return nil
}

// advance accounts for the time that has passed.
func (s *shared) advance() {
	now := time.Now()
	if n := len(s.waiting); n > 0 {
		s.served += now.Sub(s.at).Seconds() * s.throughput(n) / float64(n)
	}
	s.at = now
}

// schedule ends those that have been served, and looks again when the next will have been.
func (s *shared) schedule() {
	const nearly = 1e-9
	for len(s.waiting) > 0 && s.waiting[0].until <= s.served+nearly {
		close(heap.Pop(&s.waiting).(request).done)
	}
	if s.timer != nil {
		s.timer.Stop()
	}
	if n := len(s.waiting); n > 0 {
		left := (s.waiting[0].until - s.served) * float64(n) / s.throughput(n)
		s.timer = time.AfterFunc(time.Duration(left*float64(time.Second))+1, s.tick)
	}
}

func (s *shared) tick() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	s.schedule()
}
