package process

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"sync"
	"time"

	"example.com/overlap"
)

// Pool is an executor of worker processes, which all jobs on it share, taking turns. It starts them when it is made and
// one more than it needs, so that a worker's death is made good at once; a pool of more than 64 starts them as calls
// want them. Where fewer can be started than there are to be, for want of files, processes or memory for instance, as
// many calls run at once as there are workers, and [Notices] tells. Close it when it is no longer used. Safe for
// concurrent use.
type Pool struct {
	settings settings
	slots    *overlap.Slots
	dialect  dialect

	mu      sync.Mutex // Guards what follows, and leased and used of each child.
	changed sync.Cond  // Broadcast when something has changed that somebody may wait for.

	jobs     map[*overlap.Job]*overlap.Slots // Those that have slots of their own.
	want     int                             // How many workers there are to be, without the spare.
	alive    map[*child]bool                 // The workers that are ready or at work.
	free     []*child                        // Those of them that are not leased, the one used last at the end.
	leased   map[*child]bool                 // Those that a job's worker has, from watch to unwatch.
	greeted  map[*child]bool                 // Those that have been started and are not ready yet.
	starting int                             // How many are being started, from before they are spawned until they are ready.
	leaving  int                             // How many are no longer alive for the pool, but have not ended yet.
	made     int                             // How many have ever been started.

	busy    int // How many workers are taken.
	waiting int // How many calls of take wait for one.
	asked   int // How many workers somebody wants to be there before there are calls for them.

	failures int         // How many starts in a row have failed.
	killed   int         // How many workers somebody else has ended before they were ready, since one got ready.
	unused   int         // How many workers in a row have died before they were leased.
	failed   error       // Why the last start failed.
	retry    *time.Timer // Set while no worker is started, since starts have failed.

	short      bool // Fewer workers than wanted can be started, and there are some.
	oneAtATime bool // Workers are started one at a time, as something ran out.
	toldShort  bool // The user has been told of the last shortage.
	toldSilent bool // The user has been told that a worker says nothing.

	closed    bool
	idle      bool        // There are no workers, for want of jobs.
	idleTimer *time.Timer // Ends the workers when there has been no job for a while.
	fewer     *time.Timer // Ends those of a pool on demand that have had nothing to do for a while; nil if it is not set.
	ticking   bool        // The goroutine of tick runs.

	crossings sync.Map // what crossingOf has found, by the name of the task
}

// ErrClosed is the error of a job on a pool that has been closed.
var ErrClosed = errors.New("the process pool is closed")

// New starts a pool of n worker processes. It panics when n < 1. That they cannot be started is the error of the jobs
// on it.
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
	work(p *Pool, w *overlap.Worker, drained <-chan struct{})
	name() string
	describe() overlap.Description
}

func open(d dialect, n int, options []Option) *Pool {
	p := &Pool{dialect: d, slots: overlap.NewSlots(min(n, mostWaiters)), want: n}
	p.alive, p.greeted, p.leased = map[*child]bool{}, map[*child]bool{}, map[*child]bool{}
	p.jobs = map[*overlap.Job]*overlap.Slots{}
	p.changed.L = &p.mu
	p.settings.least = &leastMemory{}
	p.settings.apply(options)
	d.check(&p.settings)
	if d.refusal() == nil {
		p.settings.findCgroups()
		p.mu.Lock()
		p.startMissing()
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
		return errors.New("worker processes are this program started again: " +
			"call process.Main() first in main (and in TestMain)")
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

func (sameBinary) accept(p *Pool, t overlap.AnyTask) error {
	_, err := p.crossingOf(t)
	return err
}

func (sameBinary) work(p *Pool, w *overlap.Worker, drained <-chan struct{}) { p.work(w, drained) }

func (sameBinary) name() string { return "processes" }

func (sameBinary) describe() overlap.Description {
	return overlap.Description{
		What: "worker processes of the same binary; killed on timeout, a crash hurts one call",
		For:  "cgo, unsafe, hard timeouts, isolation",
	}
}

// Start implements [overlap.Executor]. It waits until one worker is ready, or the job is canceled.
func (p *Pool) Start(job *overlap.Job) error { return p.StartOn(job, p.slots) }

// StartOn implements [overlap.Workers]. It waits as Start does.
func (p *Pool) StartOn(job *overlap.Job, slots *overlap.Slots) error {
	if err := p.dialect.refusal(); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = max(p.asked, 1)
	p.endIdle()
	ctx := job.Context()
	if len(p.alive) == 0 {
		defer p.wakeAtEnd(ctx, job.Drained())()
	}
	over := func() bool { return ctx.Err() != nil || isClosed(job.Drained()) }
	for len(p.alive) == 0 && !p.closed && !p.hopeless() && !over() {
		p.startMissing()
		p.changed.Wait()
	}
	switch {
	case p.closed:
		return ErrClosed
	case len(p.alive) == 0 && !over():
		return p.failed
	}
	if t := job.Task(); t != nil && len(p.alive) > 0 { // else the job is over, and says itself what becomes of its calls
		if err := p.dialect.accept(p, t); err != nil {
			return err
		}
	}
	if slots != p.slots {
		p.jobs[job] = slots
		context.AfterFunc(ctx, func() {
			p.mu.Lock()
			defer p.mu.Unlock()
			delete(p.jobs, job)
		})
		p.limit()
	}
	job.Serve(slots, func(w *overlap.Worker) { p.dialect.work(p, w, job.Drained()) })
	job.Lend()
	return nil
}

// wakeAtEnd has those who wait for a change look again when ctx ends, or drained is closed, until the returned function
// is called.
func (p *Pool) wakeAtEnd(ctx context.Context, drained <-chan struct{}) (stop func()) {
	wake := func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.changed.Broadcast()
	}
	stopEnd := context.AfterFunc(ctx, wake)
	if drained == nil {
		return func() { stopEnd() }
	}
	done := make(chan struct{})
	go func() {
		select {
		case <-drained:
			wake()
		case <-done:
		}
	}()
	return func() {
		stopEnd()
		close(done)
	}
}

// isClosed reports whether a channel has been closed.
func isClosed(closed <-chan struct{}) bool {
	select {
	case <-closed:
		return true
	default:
		return false
	}
}

// Ready waits until all workers are ready to run calls, or 64 of them, or one of a pool that is [OnDemand], which no job
// needs: calls start as soon as there is one. It returns the cause of ctx when that ends first, or why they cannot be started.
func (p *Pool) Ready(ctx context.Context) error {
	if p.settings.onDemand {
		return p.ReadyFor(ctx, 1)
	}
	return p.ReadyFor(ctx, mostEager)
}

// ReadyFor is Ready for at least n workers, or for all where there are to be fewer. A pool that is [OnDemand] keeps them
// from then on. It panics when n < 1.
func (p *Pool) ReadyFor(ctx context.Context, n int) error {
	if n < 1 {
		panic(fmt.Sprintf("overlap: process.Pool.ReadyFor: must be at least 1, got %d", n))
	}
	if err := p.dialect.refusal(); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.wakeAtEnd(ctx, nil)()
	p.asked = max(p.asked, min(p.want, n))
	p.endIdle()
	for len(p.alive) < min(p.want, n) {
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case p.closed:
			return ErrClosed
		case p.hopeless() || p.short && p.starting == 0:
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

// Idempotent are those of the [Pool.Tasks] of which the workers of a [Command] say that they may be made twice, so that
// a task made by [Remote] can be declared [overlap.Idempotent]; of the program's own, those that are declared so are
// known anyway.
func (p *Pool) Idempotent(ctx context.Context) ([]string, error) {
	if err := p.Ready(ctx); err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.alive {
		if c.line != nil {
			return slices.Clone(c.line.repeats), nil
		}
	}
	return nil, nil
}

// Versions are the versions that the workers of a [Command] say their tasks have, by their names, so that a task made by
// [Remote] can be declared of the same [overlap.Version]. Those of the program's own tasks are known anyway.
func (p *Pool) Versions(ctx context.Context) (map[string]string, error) {
	if err := p.Ready(ctx); err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.alive {
		if c.line != nil {
			return maps.Clone(c.line.versions), nil
		}
	}
	return nil, nil
}

// PerWorker is how many calls each worker of a [Command] makes at once: 1, unless it has said in its hello that it makes
// several. It is 0 while there is no worker, and for [New].
func (p *Pool) PerWorker() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.alive {
		switch {
		case c.line == nil:
		case c.line.parallel:
			return c.line.window
		default:
			return 1
		}
	}
	return 0
}

// Limit is how many calls the pool runs at once: as many as there are to be workers, times what each of them makes at once.
// It is safe for concurrent use.
func (p *Pool) Limit() int {
	each := max(1, p.PerWorker())
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.want > math.MaxInt/each {
		return math.MaxInt
	}
	return p.want * each
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
	Starting    int    // not ready yet
	Started     int    // ever
	MemoryLimit string // what enforces it, such as "RLIMIT_DATA" or "cgroup v2 and RLIMIT_DATA"; "" if there is none
}

// Info says what the pool is at the moment.
func (p *Pool) Info() Info {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := Info{Workers: len(p.alive), Busy: len(p.leased), Starting: p.starting, Started: p.made}
	if p.settings.memory > 0 {
		i.MemoryLimit = p.settings.limitedBy()
	}
	return i
}

// removeWorker has a worker go that is not leased. p.mu is held.
func (p *Pool) removeWorker(c *child) {
	delete(p.alive, c)
	p.leaving++
	c.stop()
}

// Resize changes how many workers there are. Calls that run are not disturbed. It panics when n < 1.
func (p *Pool) Resize(n int) {
	if n < 1 {
		panic(fmt.Sprintf("overlap: process.Pool.Resize: must be at least 1, got %d", n))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.want, p.short = n, false
	p.limit()
	for len(p.alive) > n+1 && len(p.free) > 0 {
		c := p.free[0]
		p.free = p.free[1:]
		p.removeWorker(c)
	}
	p.startMissing()
}

// Close ends the workers, each after the calls it has been given, and returns when they are gone, with all that they
// started. Calls that have no worker by then fail with [ErrClosed], as do jobs that start later; so wait for your jobs
// first. It may be called more than once.
func (p *Pool) Close() error {
	p.mu.Lock()
	p.closed = true
	if p.retry != nil {
		p.retry.Stop()
	}
	if p.idleTimer != nil {
		p.idleTimer.Stop()
	}
	if p.fewer != nil {
		p.fewer.Stop()
	}
	for _, c := range p.free {
		p.removeWorker(c)
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
func (p *Pool) String() string { return fmt.Sprintf("%s(%d)", p.dialect.name(), p.size()) }

func (p *Pool) size() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.want
}

// Describe implements [overlap.Describer].
func (p *Pool) Describe() overlap.Description {
	if p.dialect == nil { // nobody's pool, asked for what a pool is
		return sameBinary{}.describe()
	}
	return p.dialect.describe()
}
