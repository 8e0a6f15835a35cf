package live

import (
	"encoding/json"
	"io"
	"net/http"
	"sync"
	"time"
)

const (
	// mostLooking is how many streams of events there may be at once.
	mostLooking = 8
	// patience is how long a reader may take for one event. Then its connection is closed, and it may come again.
	patience = 10 * time.Second
)

// events sends what is new to those who look. Each stream begins with all there is to show, so that nothing is
// lost with a connection. A reader that is slow is sent less often, and then all that is new since; nothing waits for it,
// and nothing is kept for it.
type events struct {
	shown   Shown
	looking chan struct{} // a place for each stream
	ending  chan struct{} // closed when no more streams may begin
	once    sync.Once
	streams sync.WaitGroup
	mu      sync.Mutex // between the beginning of streams and end
	ended   bool
}

func newEvents(shown Shown) *events {
	return &events{shown: shown, looking: make(chan struct{}, mostLooking), ending: make(chan struct{})}
}

// begin reports whether a stream may begin.
func (e *events) begin() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.ended {
		return false
	}
	select {
	case e.looking <- struct{}{}:
		e.streams.Add(1)
		return true
	default:
		return false
	}
}

// end ends all streams, if all is over once they have said so, but waits no longer than d.
func (e *events) end(d time.Duration) {
	e.mu.Lock()
	e.ended = true
	e.mu.Unlock()
	over := make(chan struct{})
	go func() {
		defer close(over)
		e.streams.Wait()
	}()
	if e.shown.isOver() {
		select {
		case <-over:
		case <-time.After(d):
		}
	}
	e.once.Do(func() { close(e.ending) })
}

// ServeHTTP implements [http.Handler]: server-sent events, each of which is JSON, at most one a tick.
func (e *events) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !e.begin() {
		w.Header().Set("Retry-After", "5")
		http.Error(w, "too many look at this page", http.StatusServiceUnavailable)
		return
	}
	defer func() {
		<-e.looking
		e.streams.Done()
	}()
	w.Header().Set("Content-Type", "text/event-stream")
	to := http.NewResponseController(w)
	_, _ = io.WriteString(w, "retry: 1000\n\n") // milliseconds until a reader that has lost its connection comes again
	next := e.shown.follow()
	for {
		_ = to.SetWriteDeadline(time.Now().Add(patience)) // a reader of a test may have none
		now, over, more := next()
		if err := send(w, now); err != nil || to.Flush() != nil || over {
			return
		}
		if pause := time.After(tick); !wait(e, r, more) || !wait(e, r, pause) {
			return
		}
	}
}

func send(w http.ResponseWriter, now any) error {
	text, err := json.Marshal(now)
	if err != nil {
		return err
	}
	_, err = w.Write(append(append([]byte("data: "), text...), '\n', '\n'))
	return err
}

// wait waits for a channel. It reports false when the stream is to end instead.
func wait[T any](e *events, r *http.Request, until <-chan T) bool {
	select {
	case <-until:
		return true
	case <-r.Context().Done():
	case <-e.ending:
	}
	return false
}
