package cluster

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"
)

// fake is an engine in memory that lies as often as it is told to: it loses what it carries, or delivers it twice, late
// and out of order. Both sides share it.
type fake struct {
	largestIs int

	mu        sync.Mutex
	random    *rand.Rand // nil: it is honest
	away      bool
	shut      error // why nobody can come back to it
	queues    map[string][]*fakeOffer
	changed   chan struct{}
	listeners map[address]map[*mailbox]bool
	repliers  map[address]func([]byte) []byte
	lost      int                         // how much it has lost
	barred    map[string]bool             // the tasks whose chunks nobody may take
	twice     bool                        // each chunk is delivered twice, and once more after some seconds
	all       []*fakeOffer                // that there have been
	alter     func(message []byte) []byte // what becomes of all that it carries, if that is not the same
}

// pass is what arrives of what is carried.
func (f *fake) pass(message []byte) []byte {
	if f.alter == nil {
		return message
	}
	return f.alter(message)
}

func newFake(random *rand.Rand) *fake {
	return &fake{largestIs: 1 << 20, random: random, queues: map[string][]*fakeOffer{}, changed: make(chan struct{}),
		listeners: map[address]map[*mailbox]bool{}, repliers: map[address]func([]byte) []byte{}}
}

// lies reports whether one thing in so many is to go wrong. f.mu is held.
func (f *fake) lies(oneIn int) bool {
	if f.random == nil || f.random.IntN(oneIn) > 0 {
		return false
	}
	f.lost++
	return true
}

// delay is how long something takes to arrive. f.mu is held.
func (f *fake) delay() time.Duration {
	if f.random == nil || f.random.IntN(8) > 0 {
		return 0
	}
	if f.random.IntN(8) == 0 {
		return time.Duration(f.random.IntN(10_000)) * time.Millisecond
	}
	return time.Duration(f.random.IntN(50)) * time.Millisecond
}

type fakeOffer struct {
	of      *fake
	task    string
	session string
	chunk   []byte
	taken   bool
}

func (f *fake) open(context.Context, string) error { return nil }

func (f *fake) permits(context.Context) func(task string) bool {
	return func(task string) bool { return !f.barred[task] }
}

func (f *fake) submit(task, session string, chunk []byte) offer {
	f.mu.Lock()
	defer f.mu.Unlock()
	o := &fakeOffer{f, task, session, f.pass(chunk), false}
	f.all = append(f.all, o)
	if f.twice {
		f.add(o)
		time.AfterFunc(3*time.Second, func() {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.add(o)
		})
	}
	copies := 1
	if f.lies(10) {
		copies = 2
	}
	if f.lies(10) {
		o.taken, copies = true, 0 // by nobody, or it comes when nobody expects it any more
		if f.random.IntN(2) == 0 {
			time.AfterFunc(time.Duration(f.random.IntN(10_000))*time.Millisecond, func() {
				f.mu.Lock()
				defer f.mu.Unlock()
				f.add(o)
			})
		}
	}
	for range copies {
		if d := f.delay(); d > 0 {
			time.AfterFunc(d, func() {
				f.mu.Lock()
				defer f.mu.Unlock()
				f.add(o)
			})
		} else {
			f.add(o)
		}
	}
	return o
}

func (f *fake) add(o *fakeOffer) {
	f.queues[o.task] = append(f.queues[o.task], o)
	f.wake()
}

// forget loses what is queued, as an engine does that is started again.
func (f *fake) forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, waiting := range f.queues {
		for _, o := range waiting {
			o.taken = true
		}
	}
	clear(f.queues)
}

func (f *fake) wake() {
	close(f.changed)
	f.changed = make(chan struct{})
}

func (o *fakeOffer) waits(context.Context) (bool, error) {
	o.of.mu.Lock()
	defer o.of.mu.Unlock()
	if o.of.lies(10) {
		return false, errors.New("no answer")
	}
	return !o.taken, nil
}

func (o *fakeOffer) withdraw(context.Context) (bool, error) {
	o.of.mu.Lock()
	defer o.of.mu.Unlock()
	was := !o.taken
	o.taken = true
	left := o.of.queues[o.task][:0]
	for _, other := range o.of.queues[o.task] {
		if other != o {
			left = append(left, other)
		}
	}
	o.of.queues[o.task] = left
	return was, nil
}

func (f *fake) take(ctx context.Context, task string) ([]byte, error) {
	for {
		f.mu.Lock()
		if queue := f.queues[task]; len(queue) > 0 && ctx.Err() == nil {
			o := queue[0]
			f.queues[task] = queue[1:]
			o.taken = true
			lost := f.lies(10)
			f.mu.Unlock()
			if lost {
				return nil, errors.New("it has been lost on the way")
			}
			return o.chunk, nil
		}
		changed := f.changed
		f.mu.Unlock()
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-changed:
		}
	}
}

// mailbox is a listener, with what has come for it.
type mailbox struct {
	mu       sync.Mutex
	messages [][]byte
	come     chan struct{}
	stopped  chan struct{}
}

func (b *mailbox) add(message []byte) {
	b.mu.Lock()
	b.messages = append(b.messages, message)
	b.mu.Unlock()
	select {
	case b.come <- struct{}{}:
	default:
	}
}

func (b *mailbox) serve(handle func([]byte)) {
	for {
		b.mu.Lock()
		messages := b.messages
		b.messages = nil
		b.mu.Unlock()
		for _, m := range messages {
			handle(m)
		}
		select {
		case <-b.stopped:
			return
		case <-b.come:
		}
	}
}

func (f *fake) listen(at address, handle func([]byte)) (stop func(), err error) {
	b := &mailbox{come: make(chan struct{}, 1), stopped: make(chan struct{})}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.listeners[at] == nil {
		f.listeners[at] = map[*mailbox]bool{}
	}
	f.listeners[at][b] = true
	go b.serve(handle)
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.listeners[at], b)
		close(b.stopped)
	}, nil
}

func (f *fake) send(to address, message []byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	message = f.pass(message)
	copies := 1
	if f.lies(10) {
		copies = f.random.IntN(2) * 2
	}
	for b := range f.listeners[to] {
		for range copies {
			if d := f.delay(); d > 0 {
				time.AfterFunc(d, func() { b.add(message) })
			} else {
				b.add(message)
			}
		}
	}
	return nil
}

func (f *fake) reply(at address, answer func([]byte) []byte) (stop func(), err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.repliers[at] = answer
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.repliers, at)
	}, nil
}

func (f *fake) ask(ctx context.Context, to address, question []byte) ([]byte, error) {
	f.mu.Lock()
	answer, lost, unheard := f.repliers[to], f.lies(20), f.lies(20)
	question = f.pass(question)
	away := f.away
	f.mu.Unlock()
	if away {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	if answer == nil {
		return nil, errNobody
	}
	if lost {
		return nil, errors.New("it was lost on the way")
	}
	said := answer(question)
	f.mu.Lock()
	said = f.pass(said)
	f.mu.Unlock()
	if unheard {
		return nil, errors.New("the answer was lost on the way")
	}
	return said, nil
}

func (f *fake) largest() int { return f.largestIs }

func (f *fake) connected() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return !f.away
}

func (f *fake) shutOut() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.shut
}

func (f *fake) drop(_ context.Context, session string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for task, queue := range f.queues {
		var left []*fakeOffer
		for _, o := range queue {
			if o.session != session {
				left = append(left, o)
			}
		}
		f.queues[task] = left
	}
	return nil
}

func (f *fake) close() {}
