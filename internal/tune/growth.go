package tune

const (
	// raised is the factor by which a limit is raised that has proven itself: by what a job may lose beside the best. With half of it
	// more, TestAutoFindsARateByRefusals fails at 10 a second, and with twice of it more at 100.
	raised = 1.05
	// mostRaised is the largest such factor: where a bucket is full, far more starts than the rate until it is empty. With 2 a job of the
	// sweep rates takes 3.3 times as long as at best on average, with 1.5 as well, and with 1.25 3.0 times.
	mostRaised = 1.25
)

// growth is by what factor a limit is raised each time that it has proven itself: by a careful one at first, and then by the
// square of the last, as a limit that was found while the far end had an outage, or while hardly anything was asked of it, is
// much too low.
type growth struct {
	raises int     // how often the limit has been raised since it was found
	factor float64 // by what the last time
}

// next is the factor of the next raise, where so many of them are careful.
func (g *growth) next(careful int) float64 {
	if g.raises++; g.raises == 1 {
		g.factor = raised
	} else if g.raises > careful {
		g.factor = min(mostRaised, g.factor*g.factor)
	}
	return g.factor
}
