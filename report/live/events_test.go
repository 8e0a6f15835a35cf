package live

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
)

// reader is who reads a stream of events: at once, or only when it is let.
type reader struct {
	header http.Header
	let    chan struct{}           // nil: at once
	take   func(text string) error // nil: keep it, as an event of a job

	mu     sync.Mutex
	events []eventRead
}

type eventRead struct {
	at   time.Time
	size int
	event
	Spans [][8]int64 `json:"spans"`
}

func (r *reader) Header() http.Header              { return r.header }
func (r *reader) WriteHeader(int)                  {}
func (r *reader) Flush()                           {}
func (r *reader) SetWriteDeadline(time.Time) error { return nil }

func (r *reader) Write(b []byte) (int, error) {
	text, isEvent := strings.CutPrefix(string(b), "data: ")
	if !isEvent {
		return len(b), nil
	}
	if r.let != nil {
		<-r.let
	}
	if r.take != nil {
		return len(b), r.take(text)
	}
	e := eventRead{at: time.Now(), size: len(b)}
	if err := json.Unmarshal([]byte(text), &e); err != nil {
		return 0, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e)
	return len(b), nil
}

func (r *reader) all() []eventRead {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.events
}

// look has a reader read events until the stream ends or stop is called.
func look(t *testing.T, e *events, let chan struct{}) (r *reader, stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	r = &reader{header: http.Header{}, let: let}
	var reads sync.WaitGroup
	reads.Go(func() { e.ServeHTTP(r, request(ctx)) })
	return r, func() {
		cancel()
		reads.Wait()
	}
}

func request(ctx context.Context) *http.Request {
	return httptest.NewRequestWithContext(ctx, "GET", "/events", nil)
}

// busy is a job of which many calls end in a second.
type busy struct {
	*Job
	calls Calls
	ticks int
}

func newBusy() *busy {
	b := &busy{calls: Calls{Total: -1}}
	b.Job = New(About{Task: "<b>"}, func() Calls { return b.calls })
	return b
}

// tenth is a tenth of a second in which so many calls end on so many workers.
func (b *busy) tenth(calls, workers int) {
	now := time.Duration(b.ticks) * tick
	for i := range calls {
		at := now + tick*time.Duration(i)/time.Duration(calls)
		b.Ended(i%workers, int(b.calls.Ended), at, at+tick/time.Duration(calls), i%2 == 1)
		b.calls.Ended++
		b.calls.Drawn++
	}
	b.ticks++
	time.Sleep(tick)
	b.tick()
}

// However much happens, there are ten events a second at most, and those who come later get all there is to show.
func TestEventsComeTenTimesASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBusy()
		e := newEvents(b.Job)
		first, stop := look(t, e, nil)
		for range 30 {
			b.tenth(5000, 4)
			b.tick() // more often than it is sent
			b.Failed(overlap.Failed, "no", "x")
		}
		stop()
		late, stop := look(t, e, nil)
		synctest.Wait()
		stop()
		for i, now := range first.all()[1:] {
			if apart := now.at.Sub(first.all()[i].at); apart < tick {
				t.Errorf("event %d comes %v after the one before", i+1, apart)
			}
			if now.About != nil {
				t.Error("a stream begins anew")
			}
		}
		if n := len(first.all()); n < 25 {
			t.Errorf("there are %d events of 3 s", n)
		}
		begins := late.all()[0]
		if begins.About == nil || begins.About.Task != "<b>" || begins.Done != 150_000 || len(begins.Spans) < 30*4 ||
			len(begins.Points) < 30 || begins.From != 0 || len(begins.Failures) != 1 || begins.Failures[0].Calls != 30 ||
			len(begins.Workers) != 1 {
			t.Errorf("who comes later is told %+v", begins.event)
		}
	})
}

// A reader that does not read holds up nobody, and when it reads again is told what is new, once.
func TestSlowReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBusy()
		let := make(chan struct{}, 2)
		slow, stop := look(t, newEvents(b.Job), let)
		for range 50 {
			b.tenth(10, 1)
		}
		let <- struct{}{}
		let <- struct{}{}
		synctest.Wait()
		time.Sleep(2 * tick)
		synctest.Wait()
		events := slow.all()
		if len(events) != 2 || events[0].Done != 0 || events[1].Done != 500 {
			t.Fatalf("it is told %d times", len(events))
		}
		if n := len(events[1].Spans); n < 50 || n > 500 || len(events[1].Points) != 50 {
			t.Errorf("then it gets %d spans and %d points of the curves", n, len(events[1].Points))
		}
		close(let)
		stop()
	})
}

// There is a limit to how many look, and who has gone makes room.
func TestManyReaders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEvents(New(About{}, noCalls))
		var stops []func()
		for range mostLooking {
			_, stop := look(t, e, nil)
			stops = append(stops, stop)
		}
		synctest.Wait()
		status := func() int {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			w := httptest.NewRecorder()
			e.ServeHTTP(w, httptest.NewRequestWithContext(ctx, "GET", "/events", nil))
			return w.Code
		}
		if got := status(); got != http.StatusServiceUnavailable {
			t.Errorf("one too many gets %d", got)
		}
		stops[0]()
		if got := status(); got != http.StatusOK {
			t.Errorf("when there is room again it gets %d", got)
		}
		for _, stop := range stops {
			stop()
		}
	})
}

// Who looks is told that the job is over before the server ends, which waits for nobody for long.
func TestOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBusy()
		e := newEvents(b.Job)
		quick, stopQuick := look(t, e, nil)
		never := make(chan struct{})
		_, stopSlow := look(t, e, never)
		b.tenth(10, 2)
		b.Over("10 calls\nin a moment")
		begun := time.Now()
		e.end(lastWords)
		if took := time.Since(begun); took > lastWords {
			t.Errorf("the end takes %v", took)
		}
		stopQuick()
		events := quick.all()
		if last := events[len(events)-1]; last.Over != "10 calls\nin a moment" || last.Done != 10 || len(last.Running) > 0 {
			t.Errorf("the last event is %+v", last.event)
		}
		close(never)
		stopSlow()
		w := httptest.NewRecorder()
		e.ServeHTTP(w, httptest.NewRequest("GET", "/events", nil))
		if w.Code != http.StatusServiceUnavailable {
			t.Errorf("after the end a stream begins: %d", w.Code)
		}
	})
}
