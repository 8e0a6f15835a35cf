package tune

import "time"

// What half and twice of them does in the sweeps once, always, chance, rates and cliffs is said where that is anything.
const (
	// chanceRefusals is of how many refusals in a row it is seen at least which share of what is asked they are, and chanceTimes how
	// many times as long as a call that takes at least: refusals come back sooner than what gets through. Twice the first
	// changes nothing. With half of it jobs of the sweep once take 90 times as long as at best on average, not 137, but a share of two is
	// hardly one, and TestRefusalsByChance fails.
	chanceRefusals = 4
	chanceTimes    = 2
	// leastChance and mostChance are the shares of what is asked between which refusals may be by chance. Fewer do little harm, as no
	// more than that are refused where it is tried whether more may be asked; and of more nothing can be told. With a smallest one of 0.02, jobs
	// of which one call in a hundred is refused took up to 66 times as long as with 128 in flight, not 1.8, and with 0.01 up to 34 times
	// (TestAutoOfFewRefusalsByChance); 0.002 changes little. With a
	// largest one of 0.375, 15 of the 48 jobs of the sweep once do not end in a hundred times as long as at best and a minute.
	leastChance, mostChance = 0.005, 0.75
	// leastAtRate is the smallest where calls start at a rate, of which some are refused whenever a higher one is tried: with leastChance in
	// its place TestAutoIsHardlyRefusedAtARate fails, and with 0.02 TestAutoOfFewRefusalsByChance.
	leastAtRate = 0.01
	// sameShare is up to how many times as large, or as small, a share may be that is the same: so much that of a few refusals varies.
	// Where less is asked it may be sameOfLess times as large: a far end of which too much was asked would refuse a smaller one. A
	// share of more than largestShare is no chance, whatever it was before.
	sameShare    = 2
	sameOfLess   = 4
	largestShare = 0.9
	// Refusals look like chance when no more than muchLess of the calls get through in a second that did at first, and no more than
	// stillLess of those that did the last time, and the same share is still refused: a far end of which too much was asked would
	// refuse none by then. While a rate is being found, far less get through once, and then as many: without
	// stillLess, TestAutoFindsARateByRefusals fails.
	muchLess  = 0.85
	stillLess = 0.95
	// muchLessAtRate is muchLess where calls start at a rate: by 17 % fewer get through once those are through that a bucket had saved up
	// (TestAutoIsHardlyRefusedAtARate). Half of it changes nothing.
	muchLessAtRate = 0.75
	// leastFalls is how many times in a row that must be seen until it is tried whether they are by chance, and fallsAtRate where
	// calls start at a rate, which would only sink. With 1 in a row, TestAutoFindsARateByRefusals fails; 4 change nothing. It is tried as
	// well after leastLooks at shares that are neither too small nor too large: without that, jobs of the sweep once take 150 times as
	// long as at best on average, not 133; half or twice changes nothing. Each is doubled whenever it was tried in vain.
	leastFalls  = 2
	fallsAtRate = 1
	leastLooks  = 16
	// chanceCalls is how many calls are in flight while it is tried, and after how many ends it is known at least. As many end as have
	// chanceExpected of them refused on average, if it is chance: that fewer than chanceLeast are then is one case of 25 (Poisson).
	// Scripted readings fail with 8 calls, and with half or twice of what is expected; the sweeps do not change.
	chanceCalls    = 16
	chanceExpected = 5
	chanceLeast    = 2
	// Where as many are refused by then, the far end may have a rate that even a few calls at once exceed, of which none would be if
	// pacedPart times fewer started in a second than got through. With twice of it a job of the sweep chance takes 4.7 times
	// as long as at best on average, not 4.1; the sweep rates does not change.
	pacedPart = 2
	// chanceFlood is of how many refusals it is seen that they are by chance no more, or that collapsed times fewer calls get through
	// than while it was tried, as where a far end breaks down under more of them. Scripted readings fail with a flood of 64
	// (TestRefusalsByChance).
	chanceFlood = 32
	collapsed   = 4
	// It is known that too much is asked as well as soon as leastMore more calls are refused than moreThanInputs times as many as are
	// for what they ask: where refusals are slower than calls, of those in flight twice as many are. With 32 more
	// TestMoreRefusalsThanForInputs fails.
	leastMore      = 16
	moreThanInputs = 4
	// leastWindow is of how many times as many calls as are in flight that is seen at least. With half of it
	// TestFarMoreRefusalsThanForInputsBesideManyInFlight fails; twice changes nothing in the sweeps.
	leastWindow = 8
)

// chance tells refusals that have to do with how much is asked from those that have not, as those of one server of ten that is
// down: where far less gets through and the same share is refused, to ask for less does not help. Whether it is so is tried with
// a few calls at once.
type chance struct {
	suspicion suspicion
	ofInputs  bool          // they are not by chance, but for what calls ask
	share     float64       // which share of what is asked is refused, as far as is known
	settled   bool          // of calls that start more slowly as many have been asked as were waiting to be made again
	vain      int           // how many times it was tried in vain
	at        time.Duration // when the refusals began of which the share is being seen
	passed    int64         // how many calls had got through then
	seen      int64         // how many had been refused
	through   int64         // how many calls had got through when the last one did
	again     int64         // how many have been refused that had been before
	atThrough int64         // how many of these had been by then
	atBegin   int64         // how many of these had been when the share began to be seen
	slowest   time.Duration // the longest time that a refusal took
	fine      float64       // how many calls got through in a second when it was tried in vain since hardly any was refused; 0: others were
	mended    bool          // one of those has got through since
	repeats   bool          // it was tried in vain since too many were refused of those that had been before, but not of the others

	rate   float64 // how many calls got through in a second when the share was first the same, or it was tried; 0: unknown
	last   float64 // how many did when it was looked at last
	atRate bool    // calls are started at a rate
	falls  int     // how many times in a row it has been far less since
	looks  int     // how many times the share was neither too small nor too large
}

// suspicion is whether refusals are by chance.
type suspicion uint8

const (
	unlikely suspicion = iota // refusals slow the calls down
	tried                     // a few calls are in flight, and it is seen whether far more of them are refused
	paced                     // they were not, and it is seen whether as many are of calls that also start more slowly
	sure                      // they were: no refusal slows the calls down
)

// window is what was seen since the share began to be.
type window struct {
	passed  int64         // how many calls have got through
	refused int64         // how many were refused
	again   int64         // how many of these had been before
	inARow  int64         // how many of those since the last call got through
	flying  int64         // how many calls are in flight
	share   float64       // which share of what was asked was refused
	took    time.Duration // how long that is
	long    bool          // it is several times as long as a call takes
	first   float64       // which share was refused of the calls that had not been before
}

// inASecond is how many of so many calls that is in a second.
func (w window) inASecond(n int64) float64 {
	return float64(n) / max(w.took, time.Microsecond).Seconds()
}

// look is told how many calls have failed that were refused, and how many have been refused, and reports whether the suspicion
// has changed.
func (c *chance) look(r Reading, gaveUp, seen int64, atRate bool) (changed bool) {
	c.atRate = atRate
	passed := r.Ended + r.Failed - gaveUp
	if passed != c.through {
		c.through, c.atThrough = passed, c.again
	}
	w := window{
		passed: passed - c.passed, refused: seen - c.seen, again: c.again - c.atBegin, inARow: c.again - c.atThrough,
		flying: int64(r.InFlight), took: r.At - c.at,
	}
	w.share = float64(w.refused) / float64(max(1, w.passed+w.refused))
	w.long = w.took >= chanceTimes*typical(r)
	first := w.passed + w.refused - w.again
	if slowRefusal*c.slowest <= typical(r) { // refusals have come back, so what is in flight gets through
		first += w.flying
	}
	w.first = float64(w.refused-w.again) / float64(max(1, first))
	before, over := c.suspicion, false
	switch c.suspicion {
	case unlikely:
		over = c.suspect(w)
	case tried, paced:
		over = c.judge(w)
	case sure:
		over = c.watch(w)
	}
	if over {
		c.begin(r, gaveUp, seen)
	}
	return c.suspicion != before
}

// try has a few calls tried from now on.
func (c *chance) try(r Reading, gaveUp, seen int64) {
	c.suspicion = tried
	c.begin(r, gaveUp, seen)
}

// blameInputs is when refusals have turned out to be for what calls ask.
func (c *chance) blameInputs(r Reading, gaveUp, seen int64, share float64) {
	if took := r.At - c.at; took > 0 && took >= chanceTimes*typical(r) {
		c.rate = float64(r.Ended+r.Failed-gaveUp-c.passed) / took.Seconds()
	} else if c.suspicion != sure { // else it has just been seen
		c.rate = 0
	}
	c.suspicion, c.ofInputs, c.share = sure, true, share
	c.begin(r, gaveUp, seen)
}

// begin begins to see the share anew.
func (c *chance) begin(r Reading, gaveUp, seen int64) {
	c.at, c.passed, c.seen, c.atBegin, c.mended = r.At, r.Ended+r.Failed-gaveUp, seen, c.again, false
	if c.isTrial() {
		c.passed += int64(r.InFlight) // those have begun before, and do not count
	}
}

// isTrial reports whether it is being tried.
func (c *chance) isTrial() bool { return c.suspicion == tried || c.suspicion == paced }

// refused is told of a refusal of a call that has begun at a time, and had been refused so often before. One that began before it
// was tried whether refusals are by chance says nothing of that: more may have been in flight then.
func (c *chance) refused(began, took time.Duration, before int) {
	c.slowest = max(c.slowest, took)
	switch {
	case c.isTrial() && began < c.at:
		c.seen++
		c.passed--
	case before > 0:
		c.again++
	}
}

// suspect reports whether enough has been seen to suspect chance, or not.
func (c *chance) suspect(w window) bool {
	if w.refused < chanceRefusals || !w.long {
		return false
	}
	c.compare(w.share, w.inASecond(w.passed))
	return true
}

// judge reports whether it is known what has come of trying a few calls at once. Where a call is refused the first time only, all of
// them are at first, and none when they are made again.
func (c *chance) judge(w window) bool {
	asked, least := float64(w.passed+w.refused), float64(chanceCalls)
	if c.suspicion == paced && !c.settled {
		c.settled = asked >= chanceCalls
		return c.settled
	}
	if c.share > 0 {
		least = max(least, chanceExpected/max(c.share, leastChance))
	}
	fewest := w.refused < chanceLeast
	switch {
	case w.again >= chanceCalls && w.share > c.largest(): // it need not be known any better
		c.dropTooMany(w)
	case asked < least, fewest && w.took <= 2*c.slowest, w.share > c.largest() && w.again < chanceRefusals:
		return false
	case fewest:
		fine := w.inASecond(w.passed)
		if c.suspicion == paced {
			fine = c.rate
		}
		c.drop()
		c.fine = fine
	case w.share > c.largest():
		c.dropTooMany(w)
	case c.suspicion == tried:
		c.suspicion, c.settled, c.rate = paced, false, w.inASecond(w.passed)
	default:
		c.suspicion = sure
	}
	return true
}

// watch drops the suspicion where far more is refused, or where far less gets through than while a few were tried, and reports
// whether enough has been seen for that. Calls that were not refused before do not count: it may be that all are, the first time.
func (c *chance) watch(w window) bool {
	flood := func(refused, of int64) bool {
		return refused >= chanceFlood && float64(refused) > c.largest()*float64(of+w.flying)
	}
	if c.ofInputs && c.isMore(w) {
		c.drop()
		return true
	}
	enough := w.refused >= chanceFlood && w.long
	if c.ofInputs { // most of what comes back must have begun in the window, or it cannot be seen that far more is refused
		enough = enough && w.passed+w.refused >= leastWindow*w.flying
	}
	if flood(w.inARow, w.inARow) || flood(w.again, w.passed+w.again) || enough && w.inASecond(w.passed+w.flying) < c.rate/collapsed {
		c.drop()
		return true
	}
	return enough
}

// isMore reports whether so many of the calls that were not refused before are refused that it cannot be for what they ask alone.
func (c *chance) isMore(w window) bool {
	all := float64(w.passed + w.refused + w.flying)
	return float64(w.refused) > min(moreThanInputs*c.share, (1+c.share)/2)*all+leastMore
}

// largest is the largest share that may be by chance.
func (c *chance) largest() float64 { return min(largestShare, max(mostChance, sameShare*c.share)) }

// drop is when it was tried in vain, or turns out to have been.
func (c *chance) drop() {
	c.suspicion, c.ofInputs, c.rate, c.falls, c.looks, c.fine, c.repeats = unlikely, false, 0, 0, 0, 0, false
	c.vain++
}

// dropTooMany is when it was tried in vain as too many calls were refused. Those that had been before may be the reason, if of the others
// no larger share is than before: of inputs that are always refused, where that is fast, many are offered again before anything gets through.
func (c *chance) dropTooMany(w window) {
	c.drop()
	c.repeats = w.first <= min(c.largest(), sameShare*c.share) && !c.mended
}

// compare is told a share and how many calls got through in a second meanwhile.
func (c *chance) compare(share, rate float64) {
	switch {
	case share > mostChance:
		return
	case share < leastChance:
		c.rate, c.falls, c.looks = 0, 0, 0
		return
	case c.atRate && share < leastAtRate:
		c.last = rate // it may be chance all the same, and then the rate sinks on
		return
	case c.rate == 0 || share*sameShare < c.share || share > sameOfLess*c.share || rate > c.rate:
		c.share, c.rate, c.falls = share, rate, 0
	case rate <= muchLess*c.rate && rate <= stillLess*c.last && (!c.atRate || rate <= muchLessAtRate*c.rate):
		c.falls++
	}
	c.last = rate
	c.looks++
	falls := leastFalls
	if c.atRate {
		falls = fallsAtRate
	}
	if c.falls >= falls<<c.vain || c.looks >= leastLooks<<c.vain {
		c.suspicion = tried
	}
}

// limits are how many calls may be in flight and how many may start in a second; 0: any number.
type limits struct {
	cap   int
	rate  float64
	every int64 // how often a limit of calls in flight was tried, as refusals.every
}
