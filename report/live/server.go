package live

import (
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// Server serves the page of a job. It is safe for concurrent use.
type Server struct {
	url    string
	http   *http.Server
	events *events
	stop   chan struct{}
	done   sync.WaitGroup
	once   sync.Once
}

// Serve serves the page of a job at an address of this machine, such as 127.0.0.1:7000; with the port 0, the system
// chooses one. An address that other machines can reach is an error, as is one that is taken. Who has the URL, which
// holds a random token, can look; nothing can be changed by it.
func Serve(address string, job *Job) (*Server, error) {
	listener, err := listen(address)
	if err != nil {
		return nil, err
	}
	return ServeOn(listener, job), nil
}

// ServeOn is Serve with a listener of somebody's own, which must be one that no other machine can reach, and which the
// server closes.
func ServeOn(listener net.Listener, job *Job) *Server {
	token := newToken()
	job.tick() // so that whoever looks first is told where it stands
	s := &Server{
		url: "http://" + listener.Addr().String() + "/" + token + "/", events: newEvents(job), stop: make(chan struct{}),
	}
	s.http = &http.Server{
		Handler:           newHandler(token, listener.Addr(), s.events),
		ReadHeaderTimeout: 5 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          log.New(io.Discard, "", 0), // of connections that break: nothing is wrong with the job
	}
	s.done.Go(func() { _ = s.http.Serve(listener) }) // which ends by Close
	s.done.Go(func() { job.tickUntil(s.stop) })
	return s
}

// newHandler is the page and its events, behind the guard.
func newHandler(token string, address net.Addr, e *events) http.Handler {
	return newGuard(token, address, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/":
			servePage(w)
		case "/events":
			e.ServeHTTP(w, r)
		default:
			http.NotFound(w, r)
		}
	}))
}

// tickUntil completes frames until stop is closed.
func (j *Job) tickUntil(stop <-chan struct{}) {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			j.tick()
		case <-stop:
			return
		}
	}
}

// URL is the page's address, with the token.
func (s *Server) URL() string { return s.url }

// lastWords is how long Close waits for those who look to be sent what is new.
const lastWords = time.Second

// Close ends the server. If the job is over, those who look are sent that first; it waits for them a second at most.
// Further calls do nothing.
func (s *Server) Close() {
	s.once.Do(func() {
		s.events.end(lastWords)
		close(s.stop)
		_ = s.http.Close() // whatever it says, the listener is closed
		s.done.Wait()
	})
}
