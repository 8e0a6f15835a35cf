package primes

import "testing"

func FuzzUpTo(f *testing.F) {
	for _, n := range []uint32{0, 1, 2, 3, 8, 9, 15, 16, 17, 127, 128, 129, 3_721, 4_489, 15_999, 1_048_576, 2_500_000} {
		f.Add(n)
	}
	const most = 3 * segmentNumbers
	all := plainSieve(most)
	f.Fuzz(func(t *testing.T, n uint32) {
		checkBoth(t, int64(n%(most+1)), all)
	})
}

// plainSieve is the sieve as it is taught: one bool for each number, struck by every smaller one that is left.
func plainSieve(n int64) []uint32 {
	var primes []uint32
	struck := make([]bool, n+1)
	for p := int64(2); p <= n; p++ {
		if struck[p] {
			continue
		}
		primes = append(primes, uint32(p))
		for multiple := 2 * p; multiple <= n; multiple += p {
			struck[multiple] = true
		}
	}
	return primes
}
