package overlap

import (
	"sync"
	"time"
)

// FailedAttempt is one that another followed.
type FailedAttempt struct {
	Outcome  Outcome
	Err      error         // as the task returned it
	Finished time.Duration // since the job's start
}

// earlierAttempts are the failed attempts at calls that have not ended, by their place.
type earlierAttempts struct {
	mu      sync.Mutex
	byPlace map[int64][]FailedAttempt
}

// add keeps an attempt, which may become the call's last.
func (e *earlierAttempts) add(place int64, a FailedAttempt) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.byPlace == nil {
		e.byPlace = map[int64][]FailedAttempt{}
	}
	e.byPlace[place] = append(e.byPlace[place], a)
}

// take forgets the attempts at a call that has ended with so many in all, and returns those before the last.
func (e *earlierAttempts) take(place int64, attempts int) []FailedAttempt {
	e.mu.Lock()
	defer e.mu.Unlock()
	all := e.byPlace[place]
	delete(e.byPlace, place)
	if n := min(len(all), attempts-1); n > 0 {
		return all[:n:n]
	}
	return nil
}
