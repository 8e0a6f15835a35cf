package cluster

import (
	"context"
	"runtime"
	"sync"

	"example.com/overlap"
)

// crew are the hands of a worker for one task where nobody has said how many calls it makes at once: an [overlap.Auto] finds
// that out. What it has in flight are turns, each of which takes a chunk and runs it. So a chunk is taken only by a turn
// that Auto has let begin, and whatever waits for Auto holds no chunk that another worker could run. As few turns wait as
// keep Auto informed that more could be done, and where the queue is empty, no more ask for chunks.
type crew struct {
	host *host
	task string // its fingerprint
	t    *offered

	mu      sync.Mutex
	changed sync.Cond // of what is below
	level   int       // how many calls Auto has in flight at most
	running int       // chunks
	idle    int       // turns that have no chunk
	over    bool
}

// turn is leave to take a chunk.
type turn struct {
	taken bool // it has got one. For whoever runs it.
}

// mostByItself is how many chunks of a task a worker runs at most at once where nobody says.
const mostByItself = 1024

// spare is how many turns may be without a chunk at a level: more than one where many end at about the same time.
func spare(level int) int { return max(1, level/8) }

func newCrew(h *host, task string, t *offered) *crew {
	c := &crew{host: h, task: task, t: t, level: h.least()}
	c.changed.L = &c.mu
	return c
}

// least is how many chunks of a task the worker runs at once to begin with, as Auto does.
func (h *host) least() int { return min(runtime.GOMAXPROCS(0), h.most) }

// work is the life of a crew.
func (c *crew) work() {
	defer context.AfterFunc(c.host.taking, c.leave)()
	var options []overlap.TaskOption
	if _, ok := c.host.executor.(overlap.Workers); ok { // processes, whose CPU time is theirs
		options = append(options, overlap.RunsProcesses())
	}
	run := overlap.Func(func(_ context.Context, t *turn) (struct{}, error) { return struct{}{}, c.run(t) }, options...)
	auto := overlap.Auto(overlap.Max(c.host.most), overlap.ExplainCaps(func(now overlap.AutoCap) { c.follow(now.Level) }))
	for range overlap.Stream(context.Background(), auto, run, c.turns, overlap.Window(2*c.host.most)) {
	}
}

func (c *crew) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.over = true
	c.changed.Broadcast()
}

// follow is told the level.
func (c *crew) follow(level int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.level = level
	c.changed.Broadcast()
}

// turns gives turns until the worker takes no more chunks.
func (c *crew) turns(yield func(*turn) bool) {
	for c.admit() && yield(&turn{}) {
	}
}

// admit waits until there may be another turn.
func (c *crew) admit() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for !c.over && c.idle >= spare(c.level) {
		c.changed.Wait()
	}
	c.idle++
	return !c.over
}

// run takes a chunk and runs it. What it returns is for Auto: the failure of a call, as one that says too much was asked of
// what it called has fewer run at once. Then Auto has the turn run again, and it takes another chunk.
func (c *crew) run(t *turn) error {
	message, ok := c.host.next(c.task)
	c.mu.Lock()
	if !t.taken {
		t.taken = true
		c.idle--
	}
	c.over = c.over || !ok
	c.running++
	c.changed.Broadcast()
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.running--
	}()
	if !ok {
		return nil
	}
	return c.host.run(c.t, message)
}

// offers is how many calls the crew makes at once, and as many more as find a chunk in the queue when one ends.
func (c *crew) offers() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running == 0 {
		return 0 // nobody knows for how long
	}
	return c.level + spare(c.level)
}

// offers is how many calls sessions may have submitted for the worker.
func (h *host) offers() int {
	if h.slots > 0 {
		return h.slots
	}
	least, all := h.least(), 0
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, c := range h.crews {
		all += c.offers()
	}
	return max(all, least+spare(least))
}
