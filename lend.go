package overlap

import (
	"context"
	"slices"
	"sync/atomic"
)

// frame is a call's hold on a slot. Calls find the one around them in their context. All but slots, parent and recalled
// are guarded by the slots' mutex.
type frame struct {
	slots    *Slots // nil: the call holds none
	parent   *frame // of the call around the job that this one belongs to
	from     *frame // whose slot it is, if it was lent
	holding  bool   // has a slot, even if it is lent at the moment
	lending  int    // goroutines of the call that wait
	jobs     []*Job // that they wait for
	taken    bool   // a worker has the lent slot
	gone     bool   // abandoned: the slot passes on when it comes back
	back     chan struct{}
	recalled atomic.Bool // back is waited for: the borrower should leave
}

// on finds the nearest call, from this one outwards, that holds a slot of s.
func (f *frame) on(s *Slots) *frame {
	for ; f != nil; f = f.parent {
		if f.slots == s {
			return f
		}
	}
	return nil
}

// serves reports whether a slot lent by f may go to calls of j: those that f's call started, or waits for.
func (f *frame) serves(j *Job) bool { return j.lender == f || slices.Contains(f.jobs, j) }

// whileLending runs block, which waits for calls of job. If ctx is the context of a call that holds a slot, its slot is
// lent to them meanwhile, and it has it back when whileLending returns.
func whileLending(ctx context.Context, job *Job, block func()) {
	f := frameOf(ctx)
	if f == nil || f.slots == nil {
		block()
		return
	}
	if f.slots.cooperative {
		defer f.slots.comeBack(f, f.slots.giveUp(f))
		block()
		return
	}
	f.slots.lend(f, job)
	defer f.slots.takeBack(f, job)
	block()
}

// whileLendingAll is whileLending for several jobs.
func whileLendingAll(ctx context.Context, jobs map[*Job]bool, block func()) {
	for job := range jobs {
		inner := block
		block = func() { whileLending(ctx, job, inner) }
	}
	block()
}

func (s *Slots) lend(f *frame, job *Job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f.jobs = append(f.jobs, job)
	f.lending++
	if !f.holding || f.gone || f.taken {
		return
	}
	f.taken = s.grant(f)
	switch {
	case f.taken:
		s.withdraw(f)
	case f.lending == 1:
		s.lent = append(s.lent, f)
	}
}

// withdraw takes f's slot off those that are lent and not taken.
func (s *Slots) withdraw(f *frame) {
	if i := slices.Index(s.lent, f); i >= 0 {
		s.lent = slices.Delete(s.lent, i, i+1)
	}
}

// takeBack ends a wait. While other goroutines of the call wait, the slot stays lent: the call needs what they wait for.
func (s *Slots) takeBack(f *frame, job *Job) {
	s.mu.Lock()
	f.lending--
	if i := slices.Index(f.jobs, job); i >= 0 {
		f.jobs = slices.Delete(f.jobs, i, i+1)
	}
	if f.lending > 0 || !f.holding || f.gone {
		s.mu.Unlock()
		return
	}
	if !f.taken {
		s.withdraw(f)
		s.mu.Unlock()
		return
	}
	back := make(chan struct{})
	f.back = back
	f.recalled.Store(true)
	s.mu.Unlock()
	<-back
	f.recalled.Store(false)
}

// giveUp frees the slot of a cooperative call that is going to wait; it reports whether it held one.
func (s *Slots) giveUp(f *frame) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !f.holding {
		return false
	}
	f.holding = false
	s.pass(nil)
	return true
}

// comeBack waits until a cooperative call that gave up its slot has one again.
func (s *Slots) comeBack(f *frame, held bool) {
	if !held {
		return
	}
	s.mu.Lock()
	if s.used < s.limit {
		s.used++
		f.holding = true
		s.mu.Unlock()
		return
	}
	turn := make(chan struct{})
	s.returning = append(s.returning, turn)
	s.measure()
	s.mu.Unlock()
	<-turn
	s.mu.Lock()
	f.holding = true
	s.mu.Unlock()
}
