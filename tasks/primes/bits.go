package primes

import (
	"encoding/binary"
	"math/bits"
)

// A segment has one bit for each odd number, eight to the byte, in whole words of eight bytes: the bit at index i of
// all segments stands for 2i+1. A bit that is set is a prime. The bit of 1, which is no prime, stands for 2, so that
// there are as many primes as bits.

// number is the number that the bit at an index of all segments stands for.
func number(index int64) int64 { return max(2*index+1, 2) }

// setAll sets all bits.
func setAll(segment []byte) {
	for ; len(segment) >= 8; segment = segment[8:] {
		binary.LittleEndian.PutUint64(segment, ^uint64(0))
	}
}

// clearLast clears the last spare bits, which must be fewer than 64.
func clearLast(segment []byte, spare int64) {
	last := segment[len(segment)-8:]
	binary.LittleEndian.PutUint64(last, binary.LittleEndian.Uint64(last)<<spare>>spare)
}

// ones is how many bits are set.
func ones(segment []byte) int {
	count := 0
	for ; len(segment) >= 8; segment = segment[8:] {
		count += bits.OnesCount64(binary.LittleEndian.Uint64(segment))
	}
	return count
}

// lastOne is the index in the segment of its last bit that is set; there must be one.
func lastOne(segment []byte) int {
	for end := len(segment); ; end -= 8 {
		if word := binary.LittleEndian.Uint64(segment[end-8:]); word != 0 {
			return end*8 - 1 - bits.LeadingZeros64(word)
		}
	}
}

// fill puts the odd numbers whose bits are set into list, which must have room for them, and returns how many there
// are. The first bit stands for from+1.
func fill(list []uint32, segment []byte, from uint32) int {
	filled := 0
	for ; len(segment) >= 8; segment = segment[8:] {
		for word := binary.LittleEndian.Uint64(segment); word != 0; word &= word - 1 {
			list[filled] = from + 1 + 2*uint32(bits.TrailingZeros64(word))
			filled++
		}
		from += 2 * 64
	}
	return filled
}
