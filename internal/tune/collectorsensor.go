package tune

import (
	"runtime/metrics"
	"slices"
)

// idleLooks is of how many looks the least count of pauses is taken for that while nothing is collected: of more than
// are taken in one collection.
const idleLooks = 64

// collectorSensor tells whether the garbage collector marks. Go does not say so. But it stops the world before and after it
// marks (runtime/mgc.go), counts these pauses at once, and a collection when it has ended.
type collectorSensor struct {
	samples [2]metrics.Sample
	last    int64   // at the last look, how many pauses there had been besides two for each collection
	idle    []int64 // of late, the greater of that and that of the look before
}

func newCollectorSensor() collectorSensor {
	var c collectorSensor
	c.samples[0].Name, c.samples[1].Name = "/sched/pauses/total/gc:seconds", "/gc/cycles/total:gc-cycles"
	return c
}

// look reports whether the collector marks.
func (c *collectorSensor) look() bool {
	metrics.Read(c.samples[:])
	if c.samples[0].Value.Kind() != metrics.KindFloat64Histogram {
		return false
	}
	var pauses int64
	for _, n := range c.samples[0].Value.Float64Histogram().Counts {
		pauses += int64(n)
	}
	return c.see(pauses - 2*int64(number(c.samples[1])))
}

// see is look with how many pauses there have been besides two for each collection. While nothing is collected that is what it was
// before, or one more since a collection began to mark anew, which stops the world once more. It is one less for a
// moment in which a collection has ended and its second pause has not been counted, so two looks in a row must see it.
func (c *collectorSensor) see(pauses int64) (marks bool) {
	c.idle = append(c.idle, max(c.last, pauses))
	c.last = pauses
	if len(c.idle) > idleLooks {
		c.idle = slices.Delete(c.idle, 0, 1)
	}
	return pauses > slices.Min(c.idle)
}
