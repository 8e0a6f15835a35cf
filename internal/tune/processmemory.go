package tune

import "math"

// What half and twice of them do is said of 300 jobs of commands that come to hold 20 to 100 MB, under a limit of 1,200
// (TestAutoOfProcessesThatComeToHoldMore with so many seeds). One of them holds 1,233 MB, and 285 hold 1,100 at most.
const (
	// fewFootprints is of how many processes that have ended it is known at least what they held, for that to be what others will hold,
	// but for the variation that was seen. With 4 one of the jobs holds 1,851 MB, as the first commands are alike by chance; 16 change
	// little.
	fewFootprints = 8
	// lately is of about how many of them that is: inputs may be in order of their size. With 128 a job whose largest come first takes 1.3
	// times as long as with 32.
	lately = 32
	// varied is how many standard deviations more than the average there is room for: where what all of them hold together is
	// distributed normally, one moment of 700 needs more. With 1.5 more than one of twenty jobs holds more than there is; with 6 they take 1.3
	// times as long.
	varied = 3
	// unfolding is how many times what a process holds it may come to hold, as long as none has ended. With 8 as many of 300 MB are begun as
	// just do not fit; 32 change nothing.
	unfolding = 16
)

// processMemory says how many processes fit into memory, by the most that each of them has held.
type processMemory struct {
	before Footprints // of those that had ended at the reading before
	looked bool       // there was one

	// Of those that have ended since the first reading, where each counts the less the more have ended since.
	ended   float64
	sum     float64
	squares float64

	most float64 // what those that run held on average, the most of it that was seen
	fits int     // how many fit; 0: any number
}

// look takes a reading of processes while so many may be in flight, and says how many fit into what is left of the memory.
func (p *processMemory) look(r Reading, level int, room func(now Memory, share float64) float64) int {
	p.count(r.Processes.Ended)
	n, beside := min(r.InFlight, len(r.Processes.Held)), 0.0 // the largest: others are idle workers, or help with something
	if n == 0 {
		return p.fits
	}
	running := sum(r.Processes.Held[:n]) / float64(n)
	if r.Beside > 0 { // the others may be those of another job
		beside = sum(r.Processes.Held[n:])
	}
	p.most = max(p.most, running)
	hold := max(p.most, p.sum/max(1, p.ended))
	fits := func(share, hold, deviation float64) int { return fit(room(r.Memory, share)-beside, hold, deviation) }
	switch {
	case r.Ended == 0:
		p.fits = max(fits(roomy, unfolding*hold, 0), level)
	case p.ended >= fewFootprints:
		mean := p.sum / p.ended
		p.fits = fits(exact, max(running, mean), math.Sqrt(max(0, p.squares/p.ended-mean*mean)))
	case p.ended == 0 && r.Ended >= 2*int64(n): // workers, of which each has made a call by now
		p.fits = fits(exact, hold, 0)
	default: // others may well hold twice as much
		p.fits = max(fits(roomy, hold, hold), min(fits(roomy, hold, 0), level))
	}
	return p.fits
}

// count is told of all processes that have ended.
func (p *processMemory) count(ended Footprints) {
	if n := ended.Count - p.before.Count; p.looked && n > 0 {
		keep := math.Pow(1-1.0/lately, float64(n))
		p.ended = keep*p.ended + float64(n)
		p.sum = keep*p.sum + ended.Sum - p.before.Sum
		p.squares = keep*p.squares + ended.Squares - p.before.Squares
	}
	p.before, p.looked = ended, true
}

func sum(all []int64) (sum float64) {
	for _, one := range all {
		sum += float64(one)
	}
	return sum
}

// fit is how many fit into a room that hold so much on average, at least one; 0: any number. What n of them hold all together varies by
// the square root of n times the deviation of one.
func fit(room, hold, deviation float64) int {
	if hold < leastNeed {
		return 0
	}
	root := (math.Sqrt(math.Pow(varied*deviation, 2)+4*hold*max(0, room)) - varied*deviation) / (2 * hold)
	return max(1, int(root*root))
}
