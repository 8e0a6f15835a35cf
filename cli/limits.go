package cli

import (
	"math"

	"example.com/overlap"
	"example.com/overlap/compare"
	"example.com/overlap/internal/figures"
	"example.com/overlap/process"
)

// mostCount is the largest number that a flag takes which counts something: any of 32 bits.
const mostCount = math.MaxUint32

// tooMany refuses a larger one.
func tooMany(flag string, n int) error {
	if int64(n) <= mostCount {
		return nil
	}
	return usageErrorf("%s %d is more than there can be: give at most %s", flag, n, figures.Grouped(mostCount))
}

// times is a number times another, or as much of that as the library is ever asked for. Nothing has more calls at once.
func times(n, factor int) int {
	const most = math.MaxInt32
	if n > most/factor {
		return most
	}
	return n * factor
}

// mostAtStart is how many worker processes are started before it is known that there are calls for more.
const mostAtStart = 16

// growth has as many worker processes as there are calls for them, up to what -j allows.
type growth struct {
	pool interface{ Resize(int) }
	size int
	most int
}

// growing returns how an executor that was made with atStart workers grows; nil if it need not.
func growing(executor overlap.Executor, atStart, most int) *growth {
	if submitted, ok := executor.(compare.Submitted); ok {
		executor = submitted.Executor
	}
	pool, ok := executor.(*process.Pool)
	if !ok || atStart >= most {
		return nil
	}
	return &growth{pool: pool, size: atStart, most: most}
}

// fit is told how many calls there are now.
func (g *growth) fit(calls int64) {
	if g == nil || calls <= int64(g.size) || g.size == g.most {
		return
	}
	g.size = min(g.most, times(g.size, 2))
	g.pool.Resize(g.size)
}
