package overlap

import (
	"sync/atomic"
	"time"
)

// rest is what is left of a worker's run: a range of places, in one word so that its worker can take the first call of
// it and others the second half without a lock.
type rest struct {
	word atomic.Uint64 // first place << countBits | count
	_    [56]byte
}

const countBits = 24

func (r *rest) set(first int64, count int) { r.word.Store(uint64(first)<<countBits | uint64(count)) }

func (r *rest) len() int { return int(r.word.Load() & (1<<countBits - 1)) }

func (r *rest) first() int64 { return int64(r.word.Load() >> countBits) }

// pop takes the first place.
func (r *rest) pop() (int64, bool) {
	for {
		word := r.word.Load()
		if word&(1<<countBits-1) == 0 {
			return 0, false
		}
		if r.word.CompareAndSwap(word, word+1<<countBits-1) {
			return int64(word >> countBits), true
		}
	}
}

// tiny is how long a run of calls may take before runs stop growing: long enough to make the cost of a claim small, and
// short beside the time it takes to wake another worker.
const tiny = 4 * time.Microsecond

const longestRun = 512

// claim gives w its next run, from the job or from another worker's run.
func (w *Worker) claim() bool {
	w.settle()
	now := w.time()
	w.exact = true
	switch took := now - w.claimed; {
	case w.size == 0 || w.job.slots != nil && w.job.slots.cooperative: // a call that awaits would keep the rest of its run
		w.size = 1
	case took < tiny:
		w.size = min(2*w.size, longestRun)
	case took > 4*tiny:
		w.size = max(1, w.size/4)
	}
	w.claimed = now
	ok := w.job.source.claim(w, w.size) || w.job.steals() && w.steal()
	w.begun()
	return ok
}

// mustYield reports whether w should leave the rest of its run to others: its slot is wanted elsewhere, and the run has
// turned out not to be tiny.
func (w *Worker) mustYield() bool {
	return w.job.slots.wanted(w) && w.job.now()-w.claimed > time.Millisecond
}

// steals reports whether there can be rests of runs to take.
func (j *Job) steals() bool { return j.runs && (j.slots == nil || !j.slots.cooperative) }

// steal gives w the second half of the longest rest that another worker of the job has.
func (w *Worker) steal() bool {
	j := w.job
	for {
		var victim *Worker
		most := 0
		j.mu.Lock()
		for _, other := range j.crew {
			if other == nil || other == w {
				continue
			}
			if n := other.run.len(); n > most {
				victim, most = other, n
			}
		}
		j.mu.Unlock()
		if victim == nil {
			return false
		}
		word := victim.run.word.Load()
		count := int64(word & (1<<countBits - 1))
		take := (count + 1) / 2
		if take == 0 {
			continue
		}
		from := int64(word>>countBits) + count - take
		first := from
		if w.places != nil {
			first = w.hand
			for i := range take { // read before the swap: a swap that succeeds says that they were still the victim's
				w.setPlace(first+i, victim.place(from+i))
			}
		}
		if victim.run.word.CompareAndSwap(word, word-uint64(take)) {
			w.size = 1
			w.hand = first + take
			w.run.set(first, int(take))
			return true
		}
	}
}

// giveBack hands out the rest of w's run again.
func (w *Worker) giveBack() {
	for {
		at, ok := w.run.pop()
		if !ok {
			return
		}
		w.job.putAgain(Call{place: w.place(at)})
	}
}

// place is the call at a position of w's runs. Positions in places never repeat, so that a thief cannot mistake a new
// run for the one it read.
func (w *Worker) place(at int64) int64 {
	if w.places == nil {
		return at
	}
	return int64(w.places[at%int64(len(w.places))].Load())
}

func (w *Worker) setPlace(at, place int64) { w.places[at%int64(len(w.places))].Store(int32(place)) }
