package overlap

import (
	"sync/atomic"
	"time"
)

// placeRange is what is left of a worker's batch: a range of places, in one word, so that its worker can take the first
// call and others the second half without a lock.
type placeRange struct {
	word atomic.Uint64 // first place << countBits | count
	_    [56]byte
}

const countBits = 24

func (r *placeRange) set(first int64, count int) {
	r.word.Store(uint64(first)<<countBits | uint64(count))
}

func (r *placeRange) len() int { return int(r.word.Load() & (1<<countBits - 1)) }

func (r *placeRange) first() int64 { return int64(r.word.Load() >> countBits) }

// pop takes the first place.
func (r *placeRange) pop() (int64, bool) {
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

// tiny is how long a batch of calls may take before batches stop growing: long enough to make the cost of a claim
// small, and short beside the time it takes to wake another worker.
const tiny = 4 * time.Microsecond

const longestBatch = 512

// claim gives w its next batch, from the job or from another worker's batch.
func (w *Worker) claim() bool {
	w.countEnded()
	now := w.readClock()
	w.clockIsNow = true
	switch took := now - w.claimedAt; {
	case w.batchSize == 0 || w.job.slots != nil && w.job.slots.cooperative: // a call that awaits would keep the rest
		w.batchSize = 1
	case took < tiny:
		w.batchSize = min(2*w.batchSize, longestBatch)
	case took > 4*tiny:
		w.batchSize = max(1, w.batchSize/4)
	}
	if w.job.tuner != nil {
		w.noteTook(0)
	}
	w.claimedAt = now
	w.offerBatch(w.batchSize > 1) // before others can find that there is nothing else to claim
	n := 0
	if w.job.admission != nil {
		n = w.job.admission.claimBatch(w, w.batchSize)
	} else {
		n = w.job.callSet.claimBatch(w, w.batchSize)
	}
	w.noteBatch(n)
	w.offerBatch(n > 1)
	ok := n > 0 || w.job.steals() && w.steal()
	w.countOutStarting()
	return ok
}

// runEach runs the calls of w's batch one by one, of a job with options that a call has to heed.
func (w *Worker) runEach() {
	j := w.job
	for !w.lost.Load() {
		at, ok := w.batch.pop()
		if !ok {
			return
		}
		if c := (Call{worker: w, place: w.place(at)}); j.mayBegin(c) {
			w.countsLater = true
			c.run()
			w.countsLater = false
		} else if w.claimed > 0 { // it waits for its key: as one that took no time, it would halve how long calls seem to take
			w.claimed--
		}
		if !w.lost.Load() && j.slots != nil && w.mustYield() {
			w.requeueBatch()
			return
		}
	}
}

// mustYield reports whether w should leave the rest of its batch to others: its slot is wanted elsewhere, and the batch
// has turned out not to be tiny.
func (w *Worker) mustYield() bool {
	j := w.job
	wanted := w.hold.lentBy != nil || j.slots.wantedByOthers(j)
	return wanted && j.now()-w.claimedAt > time.Millisecond && j.slots.shouldLeave(w)
}

// steals reports whether workers of the job may take calls of another's batch.
func (j *Job) steals() bool { return j.batches && (j.slots == nil || !j.slots.cooperative) }

// offerBatch says whether other workers may find calls in w's batch that w does not begin at once.
func (w *Worker) offerBatch(has bool) {
	switch {
	case has == w.offers:
		return
	case has:
		w.job.offering.Add(1)
	default:
		w.job.offering.Add(-1)
	}
	w.offers = has
}

// steal gives w the second half of the longest batch that another worker of the job has left. It looks at no worker if none can
// have such a batch: else, at the end of a job, each worker would look at all others, and 20,000 calls of 1 ms on as many workers take
// 1.5 s, not 0.15 (BenchmarkAsManyWorkersAsCalls).
func (w *Worker) steal() bool {
	j := w.job
	for j.offering.Load() > 0 {
		var victim *Worker
		most := 0
		j.mu.Lock()
		for _, other := range j.byNumber {
			if other == nil || other == w {
				continue
			}
			if n := other.batch.len(); n > most {
				victim, most = other, n
			}
		}
		j.mu.Unlock()
		if victim == nil {
			break
		}
		word := victim.batch.word.Load()
		count := int64(word & (1<<countBits - 1))
		take := (count + 1) / 2
		if take == 0 {
			continue
		}
		w.offerBatch(take > 1)
		from := int64(word>>countBits) + count - take
		first := from
		if w.places != nil {
			first = w.nextPosition
			for i := range take { // read before the swap: a swap that succeeds says that they were still the victim's
				w.setPlace(first+i, victim.place(from+i))
			}
		}
		if victim.batch.word.CompareAndSwap(word, word-uint64(take)) {
			w.batchSize = 1
			w.nextPosition = first + take
			w.batch.set(first, int(take))
			w.noteBatch(int(take))
			return true
		}
	}
	w.offerBatch(false)
	return false
}

// requeueBatch hands out again what is left of w's batch.
func (w *Worker) requeueBatch() {
	w.offerBatch(false)
	n := 0
	for ; ; n++ {
		at, ok := w.batch.pop()
		if !ok {
			break
		}
		w.job.addRequeued(Call{place: w.place(at)})
	}
	w.claimed -= n
	if w.job.admission != nil {
		w.job.admission.giveBack(n)
	}
}

// shareStuck hands out again what is left of batches that have not got on since seen was filled in, which it fills in anew:
// a slow call holds them up, and no worker is idle that would take over half. It returns how many calls it has handed out,
// and whether any batch has calls left.
func (j *Job) shareStuck(seen map[*Worker]uint64) (shared int, left bool) {
	if !j.steals() {
		return 0, false
	}
	var places []int64
	j.mu.Lock()
	for _, w := range j.byNumber {
		if w == nil {
			continue
		}
		word := w.batch.word.Load()
		count := int64(word & (1<<countBits - 1))
		if count == 0 {
			delete(seen, w)
			continue
		}
		left = true
		if last, ok := seen[w]; !ok || last != word {
			seen[w] = word
			continue
		}
		before := len(places)
		for i := range count { // read before the swap, as in steal
			places = append(places, w.place(int64(word>>countBits)+i))
		}
		if !w.batch.word.CompareAndSwap(word, word-uint64(count)) {
			places = places[:before]
		}
	}
	j.mu.Unlock()
	for _, place := range places {
		j.addRequeued(Call{place: place})
	}
	if j.admission != nil {
		j.admission.giveBack(len(places))
	}
	return len(places), left
}

// place is the call at a position of w's batches. Positions in places never repeat, so that a thief cannot mistake a
// new batch for the one it read.
func (w *Worker) place(at int64) int64 {
	if w.places == nil {
		return at
	}
	return int64(w.places[at%int64(len(w.places))].Load())
}

func (w *Worker) setPlace(at, place int64) { w.places[at%int64(len(w.places))].Store(int32(place)) }
