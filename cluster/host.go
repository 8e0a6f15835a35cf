package cluster

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"example.com/overlap"
	"example.com/overlap/internal/crossing"
)

// host is a worker: it takes chunks, runs their calls on an executor of its own and answers them.
type host struct {
	engine   engine
	executor overlap.Executor
	settings settings
	id, name string
	slots    int     // how many calls it makes at once; 0: crews find that out
	crews    []*crew // then, of the tasks that there have been calls of
	most     int     // then, of a task
	offering int     // how many calls it has announced that it makes. For its pulse.
	stock    warehouse
	tasks    map[string]*offered // whose chunks it takes, by their fingerprints
	barred   []mark              // the tasks that it has and that its key is not for
	answers  outcomes            // of calls
	calls    context.Context     // of all calls
	taking   context.Context     // ends when no more chunks are to be taken
	hands    sync.WaitGroup

	mu       sync.Mutex
	sessions map[string]time.Time // when they last greeted
	busy     map[string]bool      // the tasks that have hands
	wants    map[string]*wanted   // of these, and since when nobody has calls of them
	told     map[string]bool      // the tasks of jobs of which it has been said that the worker has another
	held     map[nonce]*held      // by their tags
	pace     pace
	refused  map[nonce]time.Time // the tags of chunks that their sessions have canceled, maybe before they came
}

// offered is a task that a worker has.
type offered struct {
	mark
	task     *overlap.Task[any, any]
	crossing *crossing.Task
}

const (
	beating    = 500 * time.Millisecond // how often a worker says which chunks it has
	abandoned  = 30 * time.Second       // after which a session that says nothing is taken for dead
	tooSlow    = 50 * time.Millisecond  // after which calls of a chunk that have not begun are given back
	notTaken   = time.Minute            // how long large answers wait to be fetched
	mostRefuse = 1 << 16                // chunks
	mostTold   = 1000                   // tasks
)

// serve is the life of a worker. It returns when ctx has ended and all calls that were running then have.
func serve(ctx context.Context, e engine, executor overlap.Executor, slots int, s settings) error {
	h := &host{engine: e, executor: executor, settings: s, slots: slots, most: cmp.Or(s.most, mostByItself), id: newNonce().String(), name: workerName(),
		tasks: map[string]*offered{}, taking: ctx, sessions: map[string]time.Time{}, busy: map[string]bool{}, told: map[string]bool{}, wants: map[string]*wanted{},
		held: map[nonce]*held{}, refused: map[nonce]time.Time{}}
	if s.worker != "" {
		h.id = s.worker + "." + h.id
	}
	for _, t := range s.offeredTasks() {
		if x, err := crossing.ForTask(t); err == nil {
			m := markOf(t)
			h.tasks[m.fingerprint] = &offered{m, t.Untyped(), x}
		}
	}
	h.seekBarred(ctx)
	var endCalls context.CancelFunc
	h.calls, endCalls = context.WithCancel(context.WithoutCancel(ctx))
	defer endCalls()
	unhear, err := e.listen(toWorkers, h.hear)
	if err != nil {
		return err
	}
	defer unhear()
	unask, err := e.reply(questionsTo(h.id), h.answerQuestion)
	if err != nil {
		return err
	}
	defer unask()
	defer s.metrics.add(h.figures)()
	h.announce(false)
	h.notice("joined the engine")
	stop := make(chan struct{})
	var pulse sync.WaitGroup
	pulse.Go(func() { h.tick(stop) })
	<-ctx.Done()
	if e.shutOut() != nil {
		endCalls() // Nobody would hear how they end.
	}
	h.announce(true)
	h.handBack() // after it, no more hands are started
	h.hands.Wait()
	close(stop)
	pulse.Wait()
	return nil
}

func (h *host) notice(text string) {
	if h.settings.notices != nil {
		h.settings.notices(text)
	}
}

// workerName is what people call a worker.
func workerName() string {
	machine, err := os.Hostname()
	if err != nil {
		machine = "a machine without a name"
	}
	return fmt.Sprintf("%s/%d", machine, os.Getpid())
}

// announce says that the worker is there, or that it goes.
func (h *host) announce(leaves bool) {
	w := workerInfo{id: h.id, name: h.name, slots: h.offers(), finds: h.slots == 0, leaves: leaves}
	h.mu.Lock()
	w.tasks, w.barred, w.runs = h.marks(), slices.Clone(h.barred), h.running()
	w.ended, w.within = h.pace.lately()
	h.mu.Unlock()
	_ = h.engine.send(toSessions, w.append(nil)) // it is said again
}

// running are the tasks of the chunks that the worker has. h.mu is held.
func (h *host) running() (all []mark) {
	for _, k := range h.held {
		if !slices.Contains(all, k.of) {
			all = append(all, k.of)
		}
	}
	return all
}

// hear takes what sessions tell all workers.
func (h *host) hear(message []byte) {
	if len(message) == 0 {
		return
	}
	switch kind(message[0]) {
	case kindHello:
		if greeting, err := decodeHello(message); err == nil {
			h.greeted(greeting)
		}
	case kindCancel, kindDrain:
		if o, err := decodeOrder(message); err == nil {
			h.obey(o)
		}
	}
}

// greeted has hands for each task that a session has calls of.
func (h *host) greeted(greeting *hello) {
	h.mu.Lock()
	_, known := h.sessions[greeting.session]
	h.sessions[greeting.session] = time.Now()
	for _, task := range greeting.tasks {
		if t := h.tasks[task.fingerprint]; t != nil && h.taking.Err() == nil {
			h.want(task.fingerprint)
			if !h.busy[task.fingerprint] {
				h.busy[task.fingerprint] = true
				h.start(task.fingerprint, t)
			}
		}
		h.tellOther(task)
		h.tellBarred(task.fingerprint, task.name)
	}
	h.mu.Unlock()
	if !known && h.taking.Err() == nil {
		h.announce(false)
	}
}

// marks are the worker's tasks. h.mu is held.
func (h *host) marks() (all []mark) {
	for _, t := range h.tasks {
		all = append(all, t.mark)
	}
	return all
}

// tellOther says once that the worker takes no calls of a job's task of which it has another version. h.mu is held.
func (h *host) tellOther(task mark) {
	own, ok := namesake(h.marks(), task)
	if !ok || h.told[task.fingerprint] || len(h.told) >= mostTold {
		return
	}
	h.told[task.fingerprint] = true
	go h.notice(fmt.Sprintf("a job's calls of %s are not for this worker: the task %s", task.name, differs(task, own)))
}

// obey does what a session wants done with a chunk.
func (h *host) obey(o *order) {
	h.mu.Lock()
	k := h.held[o.tag]
	if k == nil && o.kind == kindCancel && len(h.refused) < mostRefuse {
		h.refused[o.tag] = time.Now()
	}
	h.mu.Unlock()
	switch {
	case k == nil:
	case o.kind == kindCancel:
		k.cancel(context.Canceled)
	default:
		k.drain()
	}
}

// start has hands for a task. h.mu is held.
func (h *host) start(task string, t *offered) {
	if h.slots == 0 {
		c := newCrew(h, task, t)
		h.crews = append(h.crews, c)
		h.hands.Go(c.work)
	}
	for range h.slots {
		h.hands.Go(func() { h.work(task, t) })
	}
}

// work is the life of one of a worker's hands: it takes a chunk of a task and runs it, again and again. A call that takes
// its goroutine along has another go on.
func (h *host) work(task string, t *offered) {
	over := false
	defer func() {
		if !over {
			h.hands.Go(func() { h.work(task, t) })
		}
	}()
	for {
		message, ok := h.next(task)
		if !ok {
			over = true
			return
		}
		_ = h.run(t, message) // which has been answered
	}
}

// next takes a chunk of a task. ok is false when none is to be taken any more.
func (h *host) next(task string) (message []byte, ok bool) {
	for h.taking.Err() == nil {
		wanted := h.whileWanted(task)
		message, err := h.engine.take(wanted, task)
		if err == nil {
			return message, true
		}
		if errors.Is(err, errDenied) {
			h.lack(task)
			return nil, false
		}
		select {
		case <-wanted.Done():
		case <-time.After(5 * tick):
		}
	}
	return nil, false
}

// handBack has nothing more begin of what the worker has.
func (h *host) handBack() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, k := range h.held {
		k.drain()
	}
}

// hold notes that the worker has a chunk, unless it is to have nothing of it.
func (h *host) hold(k *held) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	greeted, known := h.sessions[k.session]
	tag := k.nonce.tag()
	if _, no := h.refused[tag]; no || h.held[tag] != nil || known && time.Since(greeted) > abandoned {
		return false
	}
	h.held[tag] = k
	return true
}

func (h *host) letGo(k *held) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.held, k.nonce.tag())
}

// tick is the pulse of a worker.
func (h *host) tick(stop <-chan struct{}) {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	var announced, beaten time.Time
	away := false
	for {
		select {
		case <-stop:
			return
		case <-ticker.C:
		}
		now := time.Now()
		if connected := h.engine.connected(); connected == away {
			if away = !connected; away {
				h.notice("the engine cannot be reached: waiting for it")
			} else {
				h.notice("the engine is there again")
			}
		}
		switch offers := h.offers(); {
		case h.taking.Err() != nil:
		case now.Sub(announced) >= greeting:
			announced = now
			h.offering = offers
			h.mu.Lock()
			h.pace.add(now, h.answers.all())
			h.mu.Unlock()
			h.announce(false)
			h.tidy(now)
		case offers > h.offering: // sessions have more calls
			h.offering = offers
			h.announce(false)
		}
		all := now.Sub(beaten) >= beating
		if all {
			beaten = now
		}
		h.lookAfter(now, all)
	}
}

// lookAfter answers what waits, and tells sessions of chunks that they do not know to be here, or of all.
func (h *host) lookAfter(now time.Time, all bool) {
	h.mu.Lock()
	held := make([]*held, 0, len(h.held))
	for _, k := range h.held {
		if !k.waits.Load() {
			held = append(held, k)
		}
	}
	h.mu.Unlock()
	beats := map[string]*beat{}
	for _, k := range held {
		if k.look(now) || all {
			b := beats[k.session]
			if b == nil {
				b = &beat{worker: h.id}
				beats[k.session] = b
			}
			b.chunks = append(b.chunks, k.nonce)
		}
	}
	const most = 1000 // in a message
	for session, b := range beats {
		for some := range slices.Chunk(b.chunks, most) {
			part := beat{b.worker, some}
			_ = h.engine.send(answersTo(session), part.append(nil)) // it is said again
		}
	}
}

// tidy ends what nobody wants any more: the calls of sessions that are gone.
func (h *host) tidy(now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for n, since := range h.refused {
		if now.Sub(since) > notTaken {
			delete(h.refused, n)
		}
	}
	h.unwant(now)
	for session, greeted := range h.sessions {
		switch {
		case !h.engine.connected():
			h.sessions[session] = now // it may well be there
		case now.Sub(greeted) > 10*abandoned:
			delete(h.sessions, session)
		case now.Sub(greeted) > abandoned:
			for _, k := range h.held {
				if k.session == session {
					k.cancel(context.Canceled)
				}
			}
		}
	}
}

// answerQuestion gives a piece of large answers, and forgets them with the last one; or says which files are not here.
func (h *host) answerQuestion(question []byte) []byte {
	if len(question) > 0 && kind(question[0]) == kindFiles {
		return answerFiles(question)
	}
	piece, name, last := h.stock.answer(question, h.engine.largest())
	if last {
		h.stock.forget(name)
	}
	return piece
}
