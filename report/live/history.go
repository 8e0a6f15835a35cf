package live

const mostPoints = 480

// point is one of the curves over the whole job.
type point struct{ at, rate, inFlight, level, p50, p90, p99 float64 }

// history is the whole job in few points: when there are too many, each two become one, of twice the length.
type history struct {
	points []point
	each   int // ticks a point stands for, beginning with 1
	sum    point
	summed int
}

func (h *history) add(p point) {
	h.each = max(1, h.each)
	h.sum = h.sum.plus(p)
	if h.summed++; h.summed < h.each {
		return
	}
	h.points = append(h.points, h.sum.over(float64(h.summed)))
	h.sum, h.summed = point{}, 0
	if len(h.points) < mostPoints {
		return
	}
	for i := range len(h.points) / 2 {
		h.points[i] = h.points[2*i].plus(h.points[2*i+1]).over(2)
	}
	h.points = h.points[:len(h.points)/2]
	h.each *= 2
}

// plus adds up, but for the time, which is that of the later one.
func (p point) plus(q point) point {
	return point{
		q.at, p.rate + q.rate, p.inFlight + q.inFlight, p.level + q.level, p.p50 + q.p50, p.p90 + q.p90, p.p99 + q.p99,
	}
}

func (p point) over(n float64) point {
	return point{p.at, p.rate / n, p.inFlight / n, p.level / n, p.p50 / n, p.p90 / n, p.p99 / n}
}

// row is a point as JSON has it.
func (p point) row() [7]float32 {
	return [7]float32{
		float32(p.at), float32(p.rate), float32(p.inFlight), float32(p.level), float32(p.p50), float32(p.p90), float32(p.p99),
	}
}
