package cluster

import (
	"context"
	"errors"
	"time"
)

// fullness is that the engine's queue has no room for chunks of a session. x.mu guards it.
type fullness struct {
	last time.Time // when a chunk was last found not to be there for that
	told bool
}

// forgotten is after how long a queue that was full is taken to have room: who has a chunk that is not there asks more often.
const forgotten = 3 * askAgain

// noteFull says that a job's chunks find no room, once until there is some. They are submitted again like any that got lost.
func (x *Executor) noteFull(full *fullError, now time.Time) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.fullness.last = now; !x.fullness.told {
		x.fullness.told = true
		x.notice("the job waits until there is room for its calls: " + full.Error())
	}
}

// noteRoom says that chunks which had found no room have found some. x.mu is held.
func (x *Executor) noteRoom(now time.Time) {
	if x.fullness.told && now.Sub(x.fullness.last) > forgotten {
		x.fullness.told = false
		x.notice("there is room for the job's calls again")
	}
}

// refusal is that the engine keeps no queue for a session. x.mu guards it.
type refusal struct {
	since time.Time // when it was first so; zero while it is not
	told  bool
}

// keepQueues sees to it that the engine still has its queues, which it has lost if it was started anew.
func (x *Executor) keepQueues() {
	ticker := time.NewTicker(greeting)
	defer ticker.Stop()
	for {
		select {
		case <-x.stop:
			return
		case <-ticker.C:
		}
		if !x.engine.connected() {
			continue
		}
		x.mu.Lock()
		x.noteRoom(time.Now())
		var tasks []string
		for task := range x.tasks {
			tasks = append(tasks, task)
		}
		x.mu.Unlock()
		for _, task := range tasks {
			one, done := context.WithTimeout(context.Background(), greeting)
			err := x.openQueue(one, task)
			done()
			if err != nil {
				break // it is tried again
			}
		}
	}
}

// waits says why the jobs of the session get no further, "" while they do.
func (x *Executor) waits() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	switch {
	case x.refusal.told:
		return "the engine takes no calls"
	case x.fullness.told:
		return "the engine's queue is full"
	case x.told:
		return "no worker is there"
	}
	return ""
}

// openQueue has the engine keep a queue for a task. It says so when the engine does not for a while, as the job gets no
// further then, and when it does again.
func (x *Executor) openQueue(ctx context.Context, task string) error {
	err := x.engine.open(ctx, task)
	now := time.Now()
	x.mu.Lock()
	defer x.mu.Unlock()
	switch r := &x.refusal; {
	case errors.Is(err, context.Canceled), errors.Is(ctx.Err(), context.Canceled): // it says nothing of the engine
	case err == nil:
		if r.told {
			x.notice("the engine takes calls again")
		}
		*r = refusal{}
	case r.since.IsZero():
		r.since = now
	case now.Sub(r.since) > silence && !r.told:
		r.told = true
		x.notice("the engine takes no calls, and the job waits until it does: " + err.Error())
	}
	return err
}
