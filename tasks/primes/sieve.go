package primes

import "math"

// segmentBytes is how much is sieved at a time: a million numbers. From 32 to 256 KiB it makes little difference; this
// leaves room in a second-level cache for the primes to sieve with. It must be a multiple of 8.
const segmentBytes = 64 << 10

// sieve is the sieve of Eratosthenes over the odd numbers, one segment after another, so that what it works on stays in
// the processor's caches (C. Bays and R. H. Hudson, "The segmented sieve of Eratosthenes and primes in arithmetic
// progressions to 10^12", BIT 17, 1977).
type sieve struct {
	patterns []pattern // of the primes below 64, an even number of them
	strides  []stride  // of the larger primes whose square has been reached
	waiting  []uint32  // the larger primes whose square has not
	start    int64     // index of the next segment's first bit
	end      int64     // index after the last bit
}

// newSieve prepares to sieve the odd numbers up to n.
func newSieve(n int64) *sieve {
	primes := oddPrimes(int(math.Sqrt(float64(n)))) // exact below 2^52
	s := &sieve{end: (n + 1) / 2, patterns: make([]pattern, 0, 18)}
	for len(primes) > 0 && primes[0] < 64 {
		s.patterns = append(s.patterns, newPattern(uint(primes[0])))
		primes = primes[1:]
	}
	if len(s.patterns)%2 != 0 {
		s.patterns = append(s.patterns, noPattern)
	}
	s.waiting, s.strides = primes, make([]stride, 0, len(primes))
	return s
}

// oddPrimes are the primes from 3 to n, by the plain sieve.
func oddPrimes(n int) []uint32 {
	primes := make([]uint32, 0, n/4)
	composite := make([]bool, (n+1)/2) // at i: whether 2i+1 is
	for i := 1; i < len(composite); i++ {
		if composite[i] {
			continue
		}
		p := 2*i + 1
		primes = append(primes, uint32(p))
		for j := i + p; j < len(composite); j += p { // from p*p on would do, but that may not fit an int
			composite[j] = true
		}
	}
	return primes
}

// bytes is the length of all segments together.
func (s *sieve) bytes() int64 { return (s.end + 63) / 64 * 8 }

// next sieves the next segment, which must have segmentBytes, or what is left of bytes when that is less.
func (s *sieve) next(segment []byte) {
	setAll(segment)
	for i := 0; i+1 < len(s.patterns); i += 2 {
		strikeTwo(segment, &s.patterns[i], &s.patterns[i+1])
	}
	if s.start == 0 {
		for _, p := range s.patterns { // which have struck their primes, too
			segment[p.prime/16] |= 1 << (p.prime / 2 % 8)
		}
	}
	after := s.start + int64(len(segment))*8
	for len(s.waiting) > 0 {
		prime := s.waiting[0]
		square := int64(prime) * int64(prime) / 2
		if square >= after {
			break
		}
		s.strides = append(s.strides, stride{prime, uint32(square - s.start)})
		s.waiting = s.waiting[1:]
	}
	for i := range s.strides {
		s.strides[i].strike(segment)
	}
	if after > s.end {
		clearLast(segment, after-s.end)
	}
	s.start = after
}
