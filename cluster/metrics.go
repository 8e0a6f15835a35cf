package cluster

import (
	"bytes"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"

	"example.com/overlap"
)

// Metrics are the figures of executors, workers and engines that have been given it by [Measure], while they are there, in
// the text format of Prometheus. It answers every request with them, so it is served at /metrics or wherever one likes; they
// name no input, result or key. The zero value is ready, and safe for concurrent use.
type Metrics struct {
	mu      sync.Mutex
	sources map[*figureSource]bool
}

// figureSource is one that has figures.
type figureSource struct{ write func(*figures) }

// Measure has the figures of what the option is given to be in m.
func Measure(m *Metrics) Option { return option(func(s *settings) { s.metrics = m }) }

// add has figures be among them until remove is called. m may be nil.
func (m *Metrics) add(write func(*figures)) (remove func()) {
	if m == nil {
		return func() {}
	}
	s := &figureSource{write}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.sources == nil {
		m.sources = map[*figureSource]bool{}
	}
	m.sources[s] = true
	return func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		delete(m.sources, s)
	}
}

// ServeHTTP implements [http.Handler].
func (m *Metrics) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	m.mu.Lock()
	var sources []*figureSource
	for s := range m.sources {
		sources = append(sources, s)
	}
	m.mu.Unlock()
	var f figures
	for _, s := range sources {
		s.write(&f)
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	_, _ = w.Write(f.text()) // who has hung up needs none
}

// figures are some, each once by its name and label: those of several sources are added.
type figures struct {
	order []string
	named map[string]*figure
}

// figure is one figure, or one for each value of a label.
type figure struct {
	help, kind, label string
	order             []string
	values            map[string]float64
}

const (
	gauge   = "gauge"   // goes up and down
	counter = "counter" // goes up
)

// add adds to a figure. of is the value of its label, "" where it has none.
func (f *figures) add(kind, name, help, label, of string, value float64) {
	if f.named == nil {
		f.named = map[string]*figure{}
	}
	n := f.named[name]
	if n == nil {
		n = &figure{help: help, kind: kind, label: label, values: map[string]float64{}}
		f.named[name] = n
		f.order = append(f.order, name)
	}
	if _, known := n.values[of]; !known {
		n.order = append(n.order, of)
	}
	n.values[of] += value
}

func (f *figures) gauge(name, help string, value int) {
	f.add(gauge, name, help, "", "", float64(value))
}

func (f *figures) counter(name, help string, value int64) {
	f.add(counter, name, help, "", "", float64(value))
}

// text is the page. Names, helps and values of labels are ours, and have nothing to be escaped.
func (f *figures) text() []byte {
	var b bytes.Buffer
	for _, name := range f.order {
		n := f.named[name]
		fmt.Fprintf(&b, "# HELP %s %s\n# TYPE %s %s\n", name, n.help, name, n.kind)
		for _, of := range n.order {
			label := ""
			if n.label != "" {
				label = fmt.Sprintf("{%s=%q}", n.label, of)
			}
			fmt.Fprintf(&b, "%s%s %.15g\n", name, label, n.values[of])
		}
	}
	return b.Bytes()
}

// outcomes counts calls by how they ended.
type outcomes [16]atomic.Int64

func (o *outcomes) count(outcome overlap.Outcome) {
	if int(outcome) < len(o) {
		o[outcome].Add(1)
	}
}

// all is how many there are of all outcomes.
func (o *outcomes) all() (n int64) {
	for i := range o {
		n += o[i].Load()
	}
	return n
}

func (o *outcomes) figures(f *figures, name, help string) {
	for outcome := range o {
		n := o[outcome].Load()
		if overlap.Outcome(outcome) == overlap.Succeeded || n > 0 {
			f.add(counter, name, help, "outcome", overlap.Outcome(outcome).String(), float64(n))
		}
	}
}

// oneIf is 1 for true.
func oneIf(is bool) int {
	if is {
		return 1
	}
	return 0
}

// figures are those of a session.
func (x *Executor) figures(f *figures) {
	x.mu.Lock()
	workers, chunks, slots := len(x.workers), len(x.parcels), 0
	for _, w := range x.workers {
		slots += w.slots
	}
	x.mu.Unlock()
	f.gauge("overlap_workers", "Workers that are there.", workers)
	f.gauge("overlap_slots", "Calls that these make at once.", slots)
	f.gauge("overlap_chunks_submitted", "Chunks of calls that are submitted and not answered.", chunks)
	f.gauge("overlap_submitter_connected", "1 while the engine can be reached by the submitter.", oneIf(x.engine.connected()))
	x.answers.figures(f, "overlap_calls_total", "Calls that have ended, by outcome.")
	f.counter("overlap_chunks_lost_total", "Chunks whose calls were made again, since their worker said nothing.", x.lost.Load())
	f.counter("overlap_worker_deaths_total", "Deaths of workers under a call.", x.deaths.Load())
}

// figures are those of a worker.
func (h *host) figures(f *figures) {
	h.mu.Lock()
	chunks := len(h.held)
	h.mu.Unlock()
	f.gauge("overlap_worker_slots", "Calls that the worker makes at once.", h.offers())
	f.gauge("overlap_worker_chunks", "Chunks of calls that the worker has.", chunks)
	f.gauge("overlap_worker_connected", "1 while the engine can be reached by the worker.", oneIf(h.engine.connected()))
	h.answers.figures(f, "overlap_worker_calls_total", "Calls that the worker has made, by outcome.")
}

// figures are those of an engine.
func (r *running) figures(f *figures) {
	f.gauge("overlap_engine_connections", "Submitters and workers that are connected.", r.server.NumClients())
	if js, err := r.server.Jsz(nil); err == nil {
		f.gauge("overlap_engine_queued_chunks", "Chunks of calls that no worker has taken yet.", int(js.Messages))
		f.gauge("overlap_engine_queued_bytes", "Bytes of these.", int(js.Bytes))
	}
	if v, err := r.server.Varz(nil); err == nil {
		f.counter("overlap_engine_messages_received_total", "Messages that came to the engine.", v.InMsgs)
		f.counter("overlap_engine_bytes_received_total", "Bytes of these.", v.InBytes)
		f.counter("overlap_engine_slow_clients_total", "Clients that were let go since they did not read.", v.SlowConsumers)
	}
}
