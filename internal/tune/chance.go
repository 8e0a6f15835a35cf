package tune

import (
	"math"
	"time"
)

const (
	// chanceRefusals is of how many refusals in a row it is seen at least which share of what is asked they are, and chanceTimes how
	// many times as long as a call that takes at least: refusals come back sooner than what gets through.
	chanceRefusals = 4
	chanceTimes    = 2
	// leastChance and mostChance are the shares of what is asked between which refusals may be by chance. Fewer do no harm, as no
	// more than that are refused where it is tried whether more may be asked; and of more nothing can be told.
	leastChance, mostChance = 0.02, 0.75
	// sameShare is up to how many times as large, or as small, a share may be that is the same: so much that of a few refusals varies.
	// A share of more than largestShare is no chance, whatever it was before.
	sameShare    = 2
	largestShare = 0.9
	// Refusals look like chance when no more than muchLess of the calls get through in a second that did at first, and no more than
	// stillLess of those that did the last time, and the same share is still refused: a far end of which too much was asked would
	// refuse none by then. While a rate is being found, far less get through once, and then as many.
	muchLess  = 0.85
	stillLess = 0.95
	// leastFalls is how many times in a row that must be seen until it is tried whether they are by chance. It is tried as well
	// after leastLooks at shares that are neither too small nor too large, and where farLess times as many calls once got through
	// in a second. Each of the three is doubled whenever it was tried in vain.
	leastFalls = 2
	leastLooks = 16
	farLess    = 1000
	// chanceCalls is how many calls are in flight while it is tried, and after how many ends it is known at least. As many end as have
	// chanceExpected of them refused on average, if it is chance: that none is then is one case of 150.
	chanceCalls    = 16
	chanceExpected = 5
)

// chance tells refusals that have to do with how much is asked from those that have not, as those of one server of ten that is
// down: where far less gets through and the same share is refused, to ask for less does not help. Whether it is so is tried with
// a few calls at once.
type chance struct {
	suspicion suspicion
	share     float64       // which share of what is asked is refused, as far as is known
	vain      int           // how many times it was tried in vain
	at        time.Duration // when the refusals began of which the share is being seen
	passed    int64         // how many calls had got through then
	seen      int64         // how many had been refused
	through   int64         // how many calls had got through when the last one did
	atThrough int64         // how many had been refused by then

	rate  float64 // how many calls got through in a second when the share was first the same; 0: unknown
	last  float64 // how many did when it was looked at last
	falls int     // how many times in a row it has been far less since
	most  float64 // the most that have got through in a second
	looks int     // how many times the share was neither too small nor too large
}

// suspicion is whether refusals are by chance.
type suspicion uint8

const (
	unlikely suspicion = iota // refusals slow the calls down
	tried                     // a few calls are in flight, and it is seen whether far more of them are refused
	sure                      // they were not: no refusal slows the calls down
)

// look is told how many calls have failed that were refused, and how many have been refused, and reports whether the suspicion
// has changed.
func (c *chance) look(r Reading, gaveUp, seen int64) (changed bool) {
	passed := r.Ended + r.Failed - gaveUp
	n, refused := passed-c.passed, seen-c.seen
	share := float64(refused) / float64(max(1, n+refused))
	before, most := c.suspicion, min(largestShare, max(mostChance, sameShare*c.share))
	if passed != c.through {
		c.through, c.atThrough = passed, seen
	}
	inARow, inFlight := seen-c.atThrough, int64(r.InFlight)
	least := int64(chanceRefusals)
	if c.suspicion == sure { // four in a row come by chance, soon or late
		least = 2 * chanceCalls
	}
	switch seenEnough := refused >= least && r.At-c.at >= chanceTimes*typical(r); {
	case c.suspicion == tried && float64(n+refused) < max(chanceCalls, chanceExpected/max(c.share, leastChance)), c.suspicion == unlikely && !seenEnough:
		return false
	case c.suspicion == unlikely:
		c.compare(share, float64(n)/max(r.At-c.at, time.Microsecond).Seconds())
	case c.suspicion == sure && inARow >= least && float64(inARow) > most*float64(inARow+inFlight),
		c.suspicion == sure && refused >= least && float64(refused) > most*float64(n+refused+inFlight),
		c.suspicion == tried && refused == 0,
		(c.suspicion == tried || seenEnough) && share > most: // the first two hold however those end that are in flight
		c.suspicion, c.rate, c.falls, c.looks = unlikely, 0, 0, 0
		c.vain++
	case c.suspicion == tried:
		c.suspicion = sure
	case !seenEnough:
		return false
	}
	c.at, c.passed, c.seen = r.At, passed, seen
	if c.suspicion == tried {
		c.passed += int64(r.InFlight) // those have begun before, and do not count
	}
	return c.suspicion != before
}

// forget is told of a refusal of a call that has begun at a time. One that began before it was tried whether refusals are by
// chance says nothing of that: more may have been in flight then.
func (c *chance) forget(began time.Duration) {
	if c.suspicion == tried && began < c.at {
		c.seen++
		c.passed--
	}
}

// compare is told a share and how many calls got through in a second meanwhile.
func (c *chance) compare(share, rate float64) {
	switch {
	case share > mostChance:
		return
	case share < leastChance:
		c.rate, c.falls, c.looks = 0, 0, 0
		return
	case c.rate == 0 || share*sameShare < c.share || share > sameShare*c.share || rate > c.rate:
		c.share, c.rate, c.falls = share, rate, 0
	case rate <= muchLess*c.rate && rate <= stillLess*c.last:
		c.falls++
	}
	c.last = rate
	c.looks++
	c.most = max(c.most, rate)
	if c.falls >= leastFalls<<c.vain || c.looks >= leastLooks<<c.vain || math.Ldexp(farLess*rate, c.vain) < c.most {
		c.suspicion = tried
	}
}

// limits are how many calls may be in flight and how many may start in a second; 0: any number.
type limits struct {
	cap   int
	rate  float64
	every int64 // how often a limit of calls in flight was tried, as refusals.every
}
