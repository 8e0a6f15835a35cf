package live

import "time"

const (
	curveTicks = 10  // that a rate in the curve is measured over
	shownTicks = 50  // and the one in figures
	leftTicks  = 150 // and the one by which it is said what is left
)

// pace is how many calls had ended at the last ticks.
type pace struct {
	at    [leftTicks + 1]time.Duration
	ended [leftTicks + 1]int64
	added int
}

func (p *pace) add(at time.Duration, ended int64) {
	p.added++
	p.at[p.added%len(p.at)], p.ended[p.added%len(p.at)] = at, ended
}

// rate is how many calls ended in a second, over the last ticks.
func (p *pace) rate(ticks int) float64 {
	last := p.added % len(p.at)
	first := (p.added - min(ticks, p.added)) % len(p.at) // before the first tick all is 0
	if p.at[last] <= p.at[first] {
		return 0
	}
	return float64(p.ended[last]-p.ended[first]) / (p.at[last] - p.at[first]).Seconds()
}
