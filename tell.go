package overlap

import "fmt"

// run tells everything, until there is nothing to tell. After an observer has ended the goroutine, another one runs
// it and begins with what is left in the teller's own lists: of a batch that was told, nothing is told again.
func (t *teller) run() {
	for {
		for _, b := range t.telling {
			t.tell(b)
		}
		for len(t.single) > 0 {
			e := t.single[0]
			t.single = t.single[1:]
			t.one[0] = e.Event
			t.call(e.worker, t.one[:])
		}
		if t.inTime {
			t.tellInTime()
		}
		if !t.more() {
			return
		}
	}
}

// more takes what is to be told next. It reports false when there is nothing.
func (t *teller) more() bool {
	t.mu.Lock()
	for _, b := range t.telling {
		if len(b.events) == largeBatch && len(t.spare) < mostSpare {
			t.spare = append(t.spare, b)
		}
	}
	clear(t.telling)
	t.telling, t.handed = t.handed, t.telling[:0]
	t.single, t.singly = t.singly, nil
	t.inTime, t.due = t.due, false
	none := len(t.telling) == 0 && len(t.single) == 0
	caughtUp := none && t.behind.Swap(false)
	over := none && !caughtUp && !t.inTime
	if t.inTime {
		t.snapshot = append(t.snapshot[:0], t.inHand...)
	}
	if over {
		t.running = false
		t.idle.Broadcast()
	}
	t.mu.Unlock()
	if caughtUp {
		t.job.kick()
	}
	return !over
}

// tellInTime tells what workers have recorded so far, and sets the timer again if there was anything.
func (t *teller) tellInTime() {
	some := false
	for _, b := range t.snapshot {
		some = t.tell(b) || some
	}
	t.inTime = false
	t.armed.Store(false)
	if !some { // what was recorded while armed was still set has to be seen to
		t.mu.Lock()
		for _, b := range t.inHand {
			some = some || b.ready() > b.told
		}
		t.mu.Unlock()
	}
	if some {
		t.arm()
	}
}

// tell tells what of a batch has not been told.
func (t *teller) tell(b *batch) bool {
	begin, end := b.told, b.ready()
	if b.told = end; begin == end {
		return false
	}
	t.call(b.worker, b.events[begin:end])
	return true
}

// call calls the observers.
func (t *teller) call(worker int, events []Event) {
	t.worker, t.events, t.next = worker, events, 0
	t.callRest()
}

func (t *teller) callRest() {
	for t.next < len(t.observers) {
		i := t.next
		t.next++
		if t.observers[i] != nil {
			t.observe(i)
		}
	}
}

// observe calls an observer, which may take the goroutine along: then another goes on.
func (t *teller) observe(i int) {
	returned := false
	defer func() {
		if p := recover(); p != nil {
			t.breaks(i, panicError(p))
		} else if !returned {
			t.breaks(i, ErrGoexit)
			go func() {
				t.callRest()
				t.run()
			}()
		}
	}()
	t.observers[i](t.worker, t.events)
	returned = true
}

// breaks ends an observer, and the job with it.
func (t *teller) breaks(i int, err error) {
	t.observers[i] = nil
	err = fmt.Errorf("the observer broke: %w", err)
	t.mu.Lock()
	if t.broken == nil {
		t.broken = err
	}
	t.mu.Unlock()
	t.job.stop(err)
}

// told returns when observers have been told everything, for a job that is over, and by what one of them broke.
func (j *Job) told() error {
	if j.teller == nil {
		return nil
	}
	return j.teller.finish()
}

// finish returns when everything has been told; no more can come. It returns by what an observer broke.
func (t *teller) finish() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.timer != nil {
		t.timer.Stop()
	}
	for t.running {
		t.idle.Wait()
	}
	t.over = true
	return t.broken
}
