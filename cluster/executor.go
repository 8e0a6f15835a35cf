package cluster

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"example.com/overlap"
	"example.com/overlap/internal/crossing"
)

// ErrClosed is the error of a job on an executor that has been closed.
var ErrClosed = errors.New("the cluster's executor is closed")

const (
	tick     = 20 * time.Millisecond // how often leases look at their calls
	greeting = time.Second           // between two greetings of a session or a worker
)

// silence is how long a worker may say nothing before it is taken for dead. Tests shorten it.
var silence = 5 * time.Second

// Executor is an executor of workers wherever they are. How many calls run at once is what the workers offer that are
// there, which may come and go at any time; while there is none, jobs wait. Close it when it is no longer used. Safe
// for concurrent use.
type Executor struct {
	engine  engine
	id      string // of this session
	join    string
	slots   *overlap.Slots
	stock   warehouse
	notices func(text string)
	atClose []func()

	answers      outcomes // of calls
	lost, deaths atomic.Int64
	underWay     atomic.Int64 // calls

	routes sync.Map // what routeTo has found, by the name of the task

	mu       sync.Mutex
	parcels  map[nonce]*parcel
	leases   map[*lease]bool
	workers  map[string]*peer
	tasks    map[string]mark // the tasks that there have been calls of, by their fingerprints
	lacking  lacking
	since    time.Time // when there was last a worker, or the session began
	told     bool      // that there is none
	refusal  refusal
	fullness fullness
	closed   bool
	stop     chan struct{}
	ended    sync.WaitGroup
	unhear   []func()
}

// peer is a worker as a session knows it.
type peer struct {
	workerInfo
	heard time.Time
	told  map[string]bool // the fingerprints of the tasks of which it has been said that it has another
	made  int64           // calls of this session
}

// newExecutor begins a session on an engine.
func newExecutor(e engine, s settings) (*Executor, error) {
	x := &Executor{engine: e, id: newNonce().String(), slots: overlap.NewSlots(1), notices: s.notices,
		parcels: map[nonce]*parcel{}, leases: map[*lease]bool{}, workers: map[string]*peer{}, tasks: map[string]mark{}, lacking: lacking{},
		since: time.Now(), stop: make(chan struct{})}
	listen := func(stop func(), err error) error {
		if err == nil {
			x.unhear = append(x.unhear, stop)
		}
		return err
	}
	err := errors.Join(
		listen(e.listen(answersTo(x.id), x.collect)),
		listen(e.listen(toSessions, x.hearWorker)),
		listen(e.reply(questionsTo(x.id), x.answerQuestion)),
	)
	if err != nil {
		return nil, err
	}
	x.unhear = append(x.unhear, s.metrics.add(x.figures))
	x.greet()
	x.ended.Go(x.tick)
	x.ended.Go(x.keepQueues)
	return x, nil
}

// answerQuestion gives a piece of a large chunk, or says whether the calls of a chunk may begin.
func (x *Executor) answerQuestion(question []byte) []byte {
	if len(question) > 0 && kind(question[0]) == kindClaim {
		return x.answerClaim(question)
	}
	piece, _, _ := x.stock.answer(question, x.engine.largest())
	return piece
}

// Join is what a worker needs to come here, in one line: the address, the key, and the fingerprint of the engine's key.
// Who has it can take calls and answer them. It is "" for an executor of [Connect].
func (x *Executor) Join() string { return x.join }

// Start implements [overlap.Executor].
func (x *Executor) Start(job *overlap.Job) error { return x.StartOn(job, x.slots) }

// StartOn implements [overlap.Workers].
func (x *Executor) StartOn(job *overlap.Job, slots *overlap.Slots) error {
	x.mu.Lock()
	closed := x.closed
	x.mu.Unlock()
	if closed {
		return ErrClosed
	}
	if t := job.Task(); t != nil {
		if r := x.routeTo(t); r.err != nil {
			return r.err
		}
	}
	began := time.Now()
	job.Serve(slots, func(w *overlap.Worker) { x.work(w, job, began) })
	job.Lend()
	return nil
}

// route is a task on its way to workers.
type route struct {
	crossing *crossing.Task
	mark
	err error // Why its values do not cross.

	mu    sync.Mutex
	size  int  // How many calls a chunk should have.
	known bool // The engine has a queue for it, and workers have been told.
}

// routeTo finds out, once a task, how its values cross.
func (x *Executor) routeTo(t overlap.AnyTask) *route {
	if r, ok := x.routes.Load(t.Name()); ok {
		return r.(*route)
	}
	r := &route{size: 1}
	if r.crossing, r.err = crossing.ForTask(t); r.err == nil {
		r.mark = markOf(t)
	}
	kept, _ := x.routes.LoadOrStore(t.Name(), r)
	return kept.(*route)
}

// ready sees to it that there is a queue for the task, and that workers know of it.
func (x *Executor) ready(ctx context.Context, t overlap.AnyTask, r *route) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.known {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, greeting)
	defer cancel()
	if err := x.openQueue(ctx, r.fingerprint); err != nil {
		return err
	}
	x.mu.Lock()
	x.tasks[r.fingerprint] = r.mark
	x.tellOthers()
	x.seekLacking(time.Now())
	x.mu.Unlock()
	x.greet()
	r.known = true
	return nil
}

// greet tells workers that the session is there.
func (x *Executor) greet() {
	x.mu.Lock()
	h := hello{session: x.id}
	for _, task := range x.tasks {
		h.tasks = append(h.tasks, task)
	}
	x.mu.Unlock()
	_ = x.engine.send(toWorkers, h.append(nil)) // it is said again
}

// tick is the pulse of the session.
func (x *Executor) tick() {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	greeted := time.Now()
	away, toldAway := false, false
	for {
		select {
		case <-x.stop:
			return
		case <-ticker.C:
		}
		now := time.Now()
		x.wakeLeases()
		switch connected := x.engine.connected(); {
		case !connected:
			if !away && x.busy() {
				toldAway = true
				x.notice("the engine cannot be reached: the job waits for it")
			}
			away = true
			continue
		case away: // all have been silent to here
			away = false
			x.forgive(now)
			if toldAway {
				toldAway = false
				x.notice("the engine is there again")
			}
		}
		if now.Sub(greeted) >= greeting {
			greeted = now
			x.greet()
			x.count(now)
		}
	}
}

// busy reports whether there are calls.
func (x *Executor) busy() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return len(x.leases) > 0
}

func (x *Executor) wakeLeases() {
	x.mu.Lock()
	defer x.mu.Unlock()
	for l := range x.leases {
		l.awaken()
	}
}

// forgive has all who could not be heard for a while be heard now.
func (x *Executor) forgive(now time.Time) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, w := range x.workers {
		w.heard = now
	}
	for _, p := range x.parcels {
		p.forgive(now)
	}
	clear(x.lacking)
	x.seekLacking(now)
}

// hearWorker takes what a worker says of itself.
func (x *Executor) hearWorker(message []byte) {
	w, err := decodeWorker(message)
	if err != nil {
		return
	}
	x.mu.Lock()
	before := x.workers[w.id]
	known := before != nil
	if w.leaves {
		delete(x.workers, w.id)
	} else {
		p := &peer{workerInfo: *w, heard: time.Now()}
		if x.workers[w.id] = p; known {
			p.told, p.made = before.told, before.made
		}
	}
	x.tellOthers()
	x.seekLacking(time.Now())
	x.mu.Unlock()
	switch {
	case known == !w.leaves || w.name == workerName(): // or in this process
	case w.leaves:
		x.notice(fmt.Sprintf("worker %s has left", w.name))
	case w.finds:
		x.notice(fmt.Sprintf("worker %s has joined: it finds out how many calls to make at once", w.name))
	case w.slots == 1:
		x.notice(fmt.Sprintf("worker %s has joined: it makes one call at once", w.name))
	default:
		x.notice(fmt.Sprintf("worker %s has joined: it makes %d calls at once", w.name, w.slots))
	}
	if !known && !w.leaves {
		x.greet() // it came after the last greeting
	}
	if known == w.leaves || !known {
		x.count(time.Now())
	}
}

// tellOthers says of workers once that they get no calls of a task of which they have another version. x.mu is held.
func (x *Executor) tellOthers() {
	for _, w := range x.workers {
		for fingerprint, task := range x.tasks {
			other, ok := namesake(w.tasks, task)
			if !ok || w.told[fingerprint] {
				continue
			}
			if w.told == nil {
				w.told = map[string]bool{}
			}
			w.told[fingerprint] = true
			x.notice(fmt.Sprintf("worker %s gets no calls of %s, which %s", w.name, task.name, differs(other, task)))
		}
	}
}

// count has as many calls run at once as the workers offer that are there. It says so when there is none.
func (x *Executor) count(now time.Time) {
	if slots := x.offered(now); slots != x.slots.Limit() {
		x.slots.Resize(slots)
	}
}

// offered is how many calls the workers make at once that are there and have one of the tasks, if there have been calls
// of any; 1 where there is none, for that to be found out.
func (x *Executor) offered(now time.Time) int {
	x.mu.Lock()
	defer x.mu.Unlock()
	slots := 0
	for id, w := range x.workers {
		if now.Sub(w.heard) > silence {
			delete(x.workers, id)
			x.notice(fmt.Sprintf("worker %s has said nothing for %v: %s", w.name, silence, x.afterSilence()))
			continue
		}
		if len(x.tasks) == 0 || slices.ContainsFunc(w.tasks, x.wants) {
			slots += w.slots
		}
	}
	x.seekLacking(now)
	if len(x.workers) > 0 {
		x.since, x.told = now, false
	}
	if len(x.workers) == 0 && len(x.leases) > 0 && !x.told && now.Sub(x.since) > silence {
		x.told = true
		x.notice("no worker is there: the job waits for one")
	}
	return max(1, slots)
}

// afterSilence is what becomes of the calls of a worker that says nothing. x.mu is held.
func (x *Executor) afterSilence() string {
	for _, p := range x.parcels {
		if p.once {
			return "its calls that have not begun are made by others, and those that may have run fail"
		}
	}
	return "its calls are made again"
}

// wants reports whether there have been calls of a task. x.mu is held.
func (x *Executor) wants(t mark) bool { return x.tasks[t.fingerprint] != mark{} }

func (x *Executor) notice(text string) {
	if x.notices != nil {
		go x.notices(text)
	}
}

// Ready waits until there is a worker. It returns the cause of ctx when that ends first.
func (x *Executor) Ready(ctx context.Context) error {
	for len(x.Workers()) == 0 || x.slots.Limit() != x.offered(time.Now()) {
		if err := x.engine.shutOut(); err != nil && !isClosed(x.stop) {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-x.stop:
			return ErrClosed
		case <-time.After(tick / 4):
		}
	}
	return nil
}

// Close ends the session, and the engine if that is in this program. Wait for your jobs first: their calls fail with
// [ErrClosed]. It may be called more than once.
func (x *Executor) Close() error {
	x.mu.Lock()
	if x.closed {
		x.mu.Unlock()
		return nil
	}
	x.closed = true
	close(x.stop)
	x.mu.Unlock()
	x.wakeLeases()
	x.ended.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), greeting)
	defer cancel()
	if x.engine.connected() {
		_ = x.engine.drop(ctx, x.id) // what is left there ends by itself
	}
	for _, stop := range x.unhear {
		stop()
	}
	x.engine.close()
	for _, f := range x.atClose {
		f()
	}
	return nil
}

// String implements [overlap.Executor].
func (x *Executor) String() string { return "cluster" }

// Describe implements [overlap.Describer].
func (*Executor) Describe() overlap.Description {
	return overlap.Description{
		What: "workers on many machines, through NATS JetStream",
		For:  "more than one machine",
	}
}
