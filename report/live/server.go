package live

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// Shown is what a page shows: a [Job] or a [Comparison].
type Shown interface {
	// follow begins a stream of events: next gives what is new since its last call, whether nothing more will come, and
	// what is closed when there is more.
	follow() (next func() (event any, over bool, more <-chan struct{}))
	isOver() bool
	page() *page // made when somebody looks
	serve(stop <-chan struct{})
}

// Server serves a page. It is safe for concurrent use.
type Server struct {
	url    string
	http   *http.Server
	events *events
	stop   chan struct{}
	done   sync.WaitGroup
	once   sync.Once
}

// Serve serves the page of a job or a comparison at an address of this machine, such as 127.0.0.1:7000; with the port 0,
// the system chooses one. An address that other machines can reach is an error, as is one that is taken. Who has the URL,
// which holds a random token, can look; nothing can be changed by it.
func Serve(address string, shown Shown) (*Server, error) {
	listener, err := listen(address)
	if err != nil {
		return nil, err
	}
	return ServeOn(listener, shown), nil
}

// ServeOn is Serve with a listener of somebody's own, which must be one that no other machine can reach, and which the
// server closes.
func ServeOn(listener net.Listener, shown Shown) *Server {
	token := newToken()
	s := &Server{
		url: "http://" + listener.Addr().String() + "/" + token + "/", events: newEvents(shown), stop: make(chan struct{}),
	}
	s.http = &http.Server{
		Handler:           newHandler(token, listener.Addr(), shown, s.events),
		ReadHeaderTimeout: 5 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          log.New(io.Discard, "", 0), // of connections that break: nothing is wrong with the job
	}
	s.done.Go(func() { _ = s.http.Serve(listener) }) // which ends by Close
	s.done.Go(func() { shown.serve(s.stop) })
	return s
}

// newHandler is the page and its events, behind the guard.
func newHandler(token string, address net.Addr, shown Shown, e *events) http.Handler {
	return newGuard(token, address, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/":
			shown.page().serve(w)
		case "/events":
			e.ServeHTTP(w, r)
		default:
			http.NotFound(w, r)
		}
	}))
}

// URL is the page's address, with the token.
func (s *Server) URL() string { return s.url }

const (
	// lastWords is how long Close waits for those who look to be sent what is new.
	lastWords = time.Second
	// endOfStreams is how long it then waits for the ends of their streams to be written, without which they look cut off.
	endOfStreams = time.Second / 4
)

// Close ends the server. If what it shows is over, those who look are sent that first; it waits little more than a second.
// Further calls do nothing.
func (s *Server) Close() {
	s.once.Do(func() {
		s.events.end(lastWords)
		close(s.stop)
		ctx, cancel := context.WithTimeout(context.Background(), endOfStreams)
		defer cancel()
		_ = s.http.Shutdown(ctx) // it waits for what is sent after the last event of a stream
		_ = s.http.Close()       // whatever it says, the listener is closed
		s.done.Wait()
	})
}
