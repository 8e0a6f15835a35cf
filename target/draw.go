package target

import "math/rand/v2"

// What a draw is for, so that jitter and errors are independent of each other.
const (
	errorStream uint64 = iota << 32
	jitterStream
)

// draw returns a number from 0 up to 1 that depends on its arguments alone, so that it needs no lock.
func draw(seed, stream, number uint64) float64 {
	var source rand.PCG
	source.Seed(seed^stream, number)
	const bits = 53 // of a float64
	return float64(source.Uint64()>>(64-bits)) / (1 << bits)
}
