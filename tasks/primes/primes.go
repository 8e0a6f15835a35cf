// Package primes is the CPU-bound task that ships with Overlap: the prime numbers up to n.
//
// Each call sieves anew. Nothing that one call computes is kept for the next, so that the time of a job is the time of
// its calls, shared among the processors that work on them: that is what the task is there to show.
package primes

import (
	"context"
	"fmt"

	"example.com/overlap"
)

const (
	// MaxListed is the largest n whose primes are listed. Their list takes 23 MB, sieving them another 6 MB.
	MaxListed int64 = 100_000_000
	// Max is the largest n there is an answer for. Sieving that far takes a minute or two, in less than 1 MB.
	Max int64 = 100_000_000_000
)

// Primes are the prime numbers from 2 to N.
type Primes struct {
	N       int64 `json:"n"`
	Count   int64 `json:"count"`
	Largest int64 `json:"largest"` // 0 when there is none
	// List has the primes in ascending order. It is nil, and left out of the JSON, when N is above [MaxListed], and
	// empty but not nil when there are no primes up to N.
	List []uint32 `json:"primes,omitzero"`
}

// Task is [UpTo] under the name "primes".
var Task = overlap.Define("primes", UpTo)

// UpTo computes the primes from 2 to n, n included: all of them for n from 0 to [MaxListed], and beyond that, to [Max],
// only how many there are and the largest. Any other n is an error.
//
// It computes on the calling goroutine and waits for nothing. About once a millisecond it looks at ctx, and returns
// [context.Cause] when ctx is done. It is safe for concurrent use.
func UpTo(ctx context.Context, n int64) (Primes, error) {
	if n < 0 || n > Max {
		return Primes{}, fmt.Errorf("cannot find the primes up to %d: n must be from 0 to %d", n, Max)
	}
	if n < 2 {
		return Primes{N: n, List: []uint32{}}, nil
	}
	return upTo(ctx, n, n <= MaxListed)
}

// upTo keeps what it has sieved only when it is to list the primes: they are counted before the list is made, so that
// the list is made once and has no room to spare. n must be at least 2.
func upTo(ctx context.Context, n int64, list bool) (Primes, error) {
	found := Primes{N: n}
	s := newSieve(n)
	size := s.bytes()
	kept := size
	if !list {
		kept = min(size, segmentBytes)
	}
	sieved := make([]byte, kept)
	for start := int64(0); start < size; start += segmentBytes {
		if ctx.Err() != nil {
			return Primes{}, context.Cause(ctx)
		}
		segment := sieved
		if list {
			segment = sieved[start:]
		}
		segment = segment[:min(size-start, segmentBytes)]
		s.next(segment)
		if count := ones(segment); count > 0 {
			found.Count += int64(count)
			found.Largest = number(start*8 + int64(lastOne(segment)))
		}
	}
	if !list {
		return found, nil
	}
	found.List = make([]uint32, found.Count)
	rest := found.List
	for start := int64(0); start < size; start += segmentBytes {
		if ctx.Err() != nil {
			return Primes{}, context.Cause(ctx)
		}
		segment := sieved[start:min(size, start+segmentBytes)]
		rest = rest[fill(rest, segment, uint32(start*16)):]
	}
	found.List[0] = 2 // whose bit is that of 1
	return found, nil
}
