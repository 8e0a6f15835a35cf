package process

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"example.com/overlap"
)

// Pool is an executor of worker processes, which all jobs on it share, taking turns. It starts them when it is made and
// one more than it needs, so that a worker's death is made good at once. Close it when it is no longer used. Safe for
// concurrent use.
type Pool struct {
	settings settings
	slots    *overlap.Slots
	dialect  dialect

	mu       sync.Mutex
	changed  sync.Cond
	want     int      // workers, without the spare
	free     []*child // ready and not leased, the one used last at the end
	alive    map[*child]bool
	starting int
	greeted  map[*child]bool // of those starting, the ones that are there and not ready yet
	leaving  int             // no longer alive for the pool, but not gone
	failures int             // starts in a row that failed
	killed   int             // starts since one succeeded that somebody else ended
	unused   int             // workers in a row that died before they were leased
	failed   error           // the last one's
	closed   bool
	made     int // workers ever
	leased   map[*child]bool
	resting  bool // there are no workers, for want of jobs
	rest     *time.Timer
	ticking  bool
	retry    *time.Timer

	crossings sync.Map // of tasks, by name: *crossing
}

// ErrClosed is the error of a job on a pool that has been closed.
var ErrClosed = errors.New("the process pool is closed")

// New starts a pool of n worker processes. It panics when n < 1. That they cannot be started is the error of the jobs on it.
func New(n int, options ...Option) *Pool {
	if n < 1 {
		panic(fmt.Sprintf("overlap: process.New: must be at least 1, got %d", n))
	}
	return open(sameBinary{}, n, options)
}

// dialect is what differs between workers that are this program and those that are any command.
type dialect interface {
	check(*settings)                         // panics when one is for the other dialect
	refusal() error                          // why there can be no workers here
	spawn(s *settings) (*child, error)       // returns when the process is there
	greet(s *settings, c *child) error       // waits until it is ready
	accept(p *Pool, t overlap.AnyTask) error // called with p.mu held and a worker alive
	work(p *Pool, w *overlap.Worker)
	name() string
	describe() overlap.Description
}

func open(d dialect, n int, options []Option) *Pool {
	p := &Pool{dialect: d, slots: overlap.NewSlots(n), want: n}
	p.alive, p.greeted, p.leased = map[*child]bool{}, map[*child]bool{}, map[*child]bool{}
	p.changed.L = &p.mu
	p.settings.least = &leastMemory{}
	for _, o := range options {
		o(&p.settings)
	}
	d.check(&p.settings)
	if d.refusal() == nil {
		p.settings.findCgroups()
		p.mu.Lock()
		p.fill()
		p.mu.Unlock()
	}
	return p
}

// sameBinary is the dialect of workers that are this program.
type sameBinary struct{}

func (sameBinary) check(s *settings) {
	if s.initValue != nil || s.longestLine != 0 {
		panic("overlap: process.New: InitValue and LongestLine are for process.Command")
	}
}

func (sameBinary) refusal() error {
	switch {
	case !hooked.Load():
		return errors.New("worker processes are this program started again: call process.Main() first in main (and in TestMain)")
	case depth() >= mostDepth:
		return tooDeep()
	}
	return supported()
}

func tooDeep() error {
	return fmt.Errorf("process pools are nested %d deep already: use overlap.Pool inside a worker's call", mostDepth)
}

func (sameBinary) spawn(s *settings) (*child, error) { return s.spawn() }

func (sameBinary) greet(_ *settings, c *child) error { return c.greet() }

func (sameBinary) accept(p *Pool, t overlap.AnyTask) error { return p.crossing(t).err }

func (sameBinary) work(p *Pool, w *overlap.Worker) { p.work(w) }

func (sameBinary) name() string { return "processes" }

func (sameBinary) describe() overlap.Description {
	return overlap.Description{
		What:   "worker processes of the same binary; killed on timeout, a crash hurts one call",
		Python: "multiprocessing.Pool",
		For:    "cgo, unsafe, hard timeouts, isolation",
	}
}

// Start implements [overlap.Executor]. It waits until one worker is ready, or the job is canceled.
func (p *Pool) Start(job *overlap.Job) error {
	if err := p.dialect.refusal(); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rouse()
	ctx := job.Context()
	if len(p.alive) == 0 {
		defer p.wakeAtEnd(ctx)()
	}
	for len(p.alive) == 0 && !p.closed && !p.hopeless() && ctx.Err() == nil {
		p.fill()
		p.changed.Wait()
	}
	switch {
	case p.closed:
		return ErrClosed
	case len(p.alive) == 0 && ctx.Err() == nil:
		return p.failed
	}
	if t := job.Task(); t != nil && len(p.alive) > 0 { // else the job is over, and says itself what becomes of its calls
		if err := p.dialect.accept(p, t); err != nil {
			return err
		}
	}
	job.Serve(p.slots, func(w *overlap.Worker) { p.dialect.work(p, w) })
	job.Lend()
	return nil
}

// wakeAtEnd has those who wait for a change look again when ctx ends, until the returned function is called.
func (p *Pool) wakeAtEnd(ctx context.Context) (stop func() bool) {
	return context.AfterFunc(ctx, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.changed.Broadcast()
	})
}

const (
	mostFailures = 3 // in a row, before jobs fail instead of waiting for more
	mostKilled   = 8 // starts that somebody else has ended, likewise: about two seconds of trying
	mostUnused   = 3 // workers that got ready and died in a row without a call, before pauses are made
)

// hopeless reports whether jobs that have no worker are to fail. p.mu is held.
func (p *Pool) hopeless() bool { return p.failures >= mostFailures || p.killed >= mostKilled }

// fill starts workers until there are as many as wanted, and a spare. p.mu is held.
func (p *Pool) fill() {
	for !p.closed && !p.resting && len(p.alive)+p.starting < p.want+1 && p.retry == nil {
		p.starting++
		p.made++
		go p.start()
		if p.failures+p.killed > 0 { // one at a time, and later, while starts fail
			return
		}
	}
}

func (p *Pool) start() {
	c, err := p.dialect.spawn(&p.settings)
	if err == nil {
		err = p.greet(c)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.starting--
	defer p.changed.Broadcast()
	switch {
	case err != nil:
		p.failed = fmt.Errorf("starting a worker process: %w", advised(err))
		killed := errors.Is(err, errKilled)
		if killed {
			p.killed++
		} else {
			p.failures++
		}
		if (killed || p.hopeless()) && p.retry == nil && !p.closed {
			p.retry = time.AfterFunc(pauseAfter(p.failures+p.killed), p.tryAgain)
		}
		p.fill()
	case p.closed || p.resting || len(p.alive) > p.want: // or cut meanwhile
		p.leaving++
		c.kill("the pool has no use for it any more")
		go p.mourn(c)
	default:
		p.failures, p.killed = 0, 0
		p.alive[c] = true
		p.free = append(p.free, c)
		go p.mourn(c)
	}
}

// greet waits until a worker is ready, or the pool is closed.
func (p *Pool) greet(c *child) error {
	p.mu.Lock()
	p.greeted[c] = true
	if p.closed {
		c.kill(closedMeanwhile)
	}
	p.mu.Unlock()
	err := p.dialect.greet(&p.settings, c)
	switch {
	case err == nil && c.limited:
		c.atStart = dataOf(c.cmd.Process.Pid)
	case errors.Is(err, errStarved):
		err = p.settings.starved(p.dialect, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.greeted, c)
	return err
}

const closedMeanwhile = "the pool was closed before it was ready"

// pauseAfter is how long no worker is started after so many failures, so that none is started again and again in vain.
func pauseAfter(failures int) time.Duration {
	return min(time.Second, 10*time.Millisecond<<min(failures, 9))
}

// tryAgain ends the pause. When there is no hope the next job may try once more; else workers are started now.
func (p *Pool) tryAgain() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.retry = nil
	if p.hopeless() {
		p.failures, p.killed = min(p.failures, mostFailures-1), min(p.killed, mostKilled-1)
	} else {
		p.fill()
	}
	p.changed.Broadcast()
}

// mourn replaces a worker when it has gone, whether it was idle or not.
func (p *Pool) mourn(c *child) {
	<-c.exited
	c.cgroup.remove()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.alive[c] {
		delete(p.alive, c)
		if !c.used {
			p.unused++
		}
		if p.unused > mostUnused && p.retry == nil && !p.closed {
			p.retry = time.AfterFunc(pauseAfter(p.unused), p.tryAgain)
		}
	} else {
		p.leaving--
	}
	for i, f := range p.free {
		if f == c {
			p.free = append(p.free[:i], p.free[i+1:]...)
			break
		}
	}
	if !c.leased {
		c.release()
	}
	p.fill()
	p.changed.Broadcast()
}

// take leases a worker. It waits while one is being started, until ctx ends; the error is that of ctx then.
func (p *Pool) take(ctx context.Context) (*child, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for waits := false; ; p.changed.Wait() {
		if n := len(p.free); n > 0 {
			c := p.free[n-1]
			p.free = p.free[:n-1]
			c.leased, c.used = true, true
			p.unused = 0
			return c, nil
		}
		if p.closed {
			return nil, ErrClosed
		}
		p.rouse()
		if p.starting == 0 && p.hopeless() && len(p.alive) == len(p.leased) {
			return nil, p.failed
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if !waits {
			waits = true
			defer p.wakeAtEnd(ctx)()
		}
	}
}

// give returns a worker, unless it has served its time.
func (p *Pool) give(c *child) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c.leased = false
	switch {
	case !p.alive[c]:
		c.release()
	case p.settings.retire(c, 0):
		p.let(c) // so that another takes its place at once
		p.fill()
	case p.closed || len(p.alive) > p.want+1:
		p.let(c)
	default:
		p.free = append(p.free, c)
		p.changed.Broadcast()
	}
}

// rouse ends the pool's rest. p.mu is held.
func (p *Pool) rouse() {
	p.resting = false
	if p.rest != nil {
		p.rest.Stop()
	}
	p.fill()
}

// sleep lets the workers go if there is no job for a while. p.mu is held.
func (p *Pool) sleep() {
	if p.settings.idle == 0 || len(p.leased) > 0 {
		return
	}
	if p.rest != nil {
		p.rest.Stop()
	}
	p.rest = time.AfterFunc(p.settings.idle, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if len(p.leased) > 0 || p.closed {
			return
		}
		p.resting = true
		for _, c := range p.free {
			p.let(c)
		}
		p.free = nil
	})
}

// Ready waits until all workers are ready to run calls, which no job needs: calls start as soon as there is one. It returns
// the cause of ctx when that ends first, or why they cannot be started.
func (p *Pool) Ready(ctx context.Context) error {
	if err := p.dialect.refusal(); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.wakeAtEnd(ctx)()
	p.rouse()
	for len(p.alive) < p.want {
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case p.closed:
			return ErrClosed
		case p.hopeless():
			return p.failed
		}
		p.changed.Wait()
	}
	return nil
}

// Tasks are the names of the tasks that the workers of a [Command] list; of the program's own tasks for [New].
func (p *Pool) Tasks(ctx context.Context) ([]string, error) {
	if err := p.Ready(ctx); err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	var names []string
	for c := range p.alive {
		if c.line != nil {
			return slices.Clone(c.line.tasks), nil
		}
	}
	for _, t := range overlap.Tasks() {
		names = append(names, t.Name())
	}
	return names, nil
}

// PIDs are the workers' process numbers, the spare's included.
func (p *Pool) PIDs() []int {
	p.mu.Lock()
	defer p.mu.Unlock()
	var pids []int
	for c := range p.alive {
		pids = append(pids, c.cmd.Process.Pid)
	}
	return pids
}

// Info is what a pool is at the moment.
type Info struct {
	Workers     int    // ready or at work, the spare included
	Busy        int    // of those, at work
	Started     int    // ever
	MemoryLimit string // what enforces it, such as "RLIMIT_DATA" or "cgroup v2 and RLIMIT_DATA"; "" if there is none
}

// Info says what the pool is at the moment.
func (p *Pool) Info() Info {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := Info{Workers: len(p.alive), Busy: len(p.leased), Started: p.made}
	if p.settings.memory > 0 {
		i.MemoryLimit = p.settings.limitedBy()
	}
	return i
}

// let has a worker go that is not leased. p.mu is held.
func (p *Pool) let(c *child) {
	delete(p.alive, c)
	p.leaving++
	c.dismiss()
}

// Resize changes how many workers there are. Calls that run are not disturbed. It panics when n < 1.
func (p *Pool) Resize(n int) {
	p.slots.Resize(n)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.want = n
	for len(p.alive) > n+1 && len(p.free) > 0 {
		c := p.free[0]
		p.free = p.free[1:]
		p.let(c)
	}
	p.fill()
}

// Close ends the workers, each after the calls it has been given, and returns when they are gone, with all that they
// started. Calls that have no worker by then fail with [ErrClosed], as do jobs that start later; so wait for your jobs first.
// It may be called more than once.
func (p *Pool) Close() error {
	p.mu.Lock()
	p.closed = true
	if p.retry != nil {
		p.retry.Stop()
	}
	if p.rest != nil {
		p.rest.Stop()
	}
	for _, c := range p.free {
		p.let(c)
	}
	p.free = nil
	for c := range p.greeted {
		c.kill(closedMeanwhile)
	}
	p.changed.Broadcast() // to those who wait for a worker
	for len(p.alive) > 0 || p.starting > 0 || p.leaving > 0 {
		p.changed.Wait()
	}
	p.mu.Unlock()
	return nil
}

// String implements [overlap.Executor].
func (p *Pool) String() string { return fmt.Sprintf("%s(%d)", p.dialect.name(), p.slots.Limit()) }

// Describe implements [overlap.Describer].
func (p *Pool) Describe() overlap.Description {
	if p.dialect == nil { // nobody's pool, asked for what a pool is
		return sameBinary{}.describe()
	}
	return p.dialect.describe()
}
