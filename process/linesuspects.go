package process

import (
	"reflect"
	"sync"
	"sync/atomic"

	"example.com/overlap"
)

// suspects are calls that were in flight when a worker died of which nobody knows what it was running. Each of them
// travels alone next time, so that the one that kills workers is found, and fails by itself.
//
// A call is known by where its input is. One that is never made again, as its job was canceled, is not taken off; all
// that comes of that is that a later call whose input happens to be there travels alone as well.
type suspects struct {
	count atomic.Int64
	mu    sync.Mutex
	calls map[uintptr]bool
}

func placeOf(call overlap.Call) uintptr { return reflect.ValueOf(call.Input()).Pointer() }

func (s *suspects) add(call overlap.Call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.calls == nil {
		s.calls = map[uintptr]bool{}
	}
	s.calls[placeOf(call)] = true
	s.count.Store(int64(len(s.calls)))
}

func (s *suspects) has(call overlap.Call) bool {
	if s.count.Load() == 0 {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[placeOf(call)]
}

func (s *suspects) clear(call overlap.Call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.calls, placeOf(call))
	s.count.Store(int64(len(s.calls)))
}

// skips are how often calls have been skipped that are not made yet, by where their inputs are.
type skips struct {
	workers atomic.Int64 // in a row that skipped all that they got
	some    atomic.Int64 // len(calls)
	mu      sync.Mutex
	calls   map[uintptr]int
}

// count counts one more for a call.
func (s *skips) count(call overlap.Call) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.calls == nil || len(s.calls) > 10_000 { // those of canceled jobs stay
		s.calls = map[uintptr]int{}
	}
	place := placeOf(call)
	s.calls[place]++
	s.some.Store(int64(len(s.calls)))
	return s.calls[place]
}

func (s *skips) clear(call overlap.Call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.calls, placeOf(call))
	s.some.Store(int64(len(s.calls)))
}

// made notes that a worker makes calls.
func (s *skips) made(call overlap.Call) {
	if s.workers.Load() > 0 {
		s.workers.Store(0)
	}
	if s.some.Load() > 0 {
		s.clear(call)
	}
}
