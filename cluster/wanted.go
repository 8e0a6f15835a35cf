package cluster

import (
	"context"
	"time"
)

// restAfter is for how long hands ask for chunks of a task that no session has calls of, as the next job begins a little sooner
// where they do.
const restAfter = 10 * time.Minute

// wanted is a task of which sessions have calls, as a worker knows. Its hands ask for chunks only while there are such sessions:
// an engine forgets a queue from which nobody takes.
type wanted struct {
	said  time.Time          // when a session last said so
	while context.Context    // ends when none has said so for long
	end   context.CancelFunc // of that
	again chan struct{}      // closed when one says so again; nil while the task is wanted
}

// want notes that a session has calls of a task. h.mu is held.
func (h *host) want(task string) {
	w := h.wants[task]
	switch {
	case w == nil:
		w = &wanted{}
		h.wants[task] = w
	case w.again != nil:
		close(w.again)
		w.again = nil
	default:
		w.said = time.Now()
		return
	}
	w.said = time.Now()
	w.while, w.end = context.WithCancel(h.taking)
}

// unwant has the hands of tasks rest that no session has calls of any more. h.mu is held.
func (h *host) unwant(now time.Time) {
	for _, w := range h.wants {
		switch {
		case !h.engine.connected():
			w.said = now // nothing can be heard of sessions
		case w.again == nil && now.Sub(w.said) > restAfter:
			w.again = make(chan struct{})
			w.end()
		}
	}
}

// whileWanted waits until a task is wanted, or the worker takes no more chunks. What it returns ends when either is so no more.
func (h *host) whileWanted(task string) context.Context {
	for {
		h.mu.Lock()
		w := h.wants[task]
		while, again := w.while, w.again
		h.mu.Unlock()
		if again == nil {
			return while
		}
		select {
		case <-again:
		case <-h.taking.Done():
			return h.taking
		}
	}
}
