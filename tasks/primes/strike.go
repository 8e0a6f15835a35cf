package primes

import "encoding/binary"

// pattern strikes the odd multiples of a prime below 64, of which each word has at least one, a word at a time.
type pattern struct {
	prime uint
	word  uint64 // the multiples among the next 64 odd numbers
}

// noPattern strikes nothing. Its "prime" is 1, whose bit is always set.
var noPattern = pattern{prime: 1}

// newPattern begins at the number 1.
func newPattern(prime uint) pattern {
	p := pattern{prime: prime}
	for i := prime / 2; i < 64; i += prime {
		p.word |= 1 << i
	}
	return p
}

// strikeTwo clears the multiples of two primes, the primes included. Two at a time take a quarter less time than one.
func strikeTwo(segment []byte, p, q *pattern) {
	pWord, pDown := p.word, 64%p.prime
	qWord, qDown := q.word, 64%q.prime
	pUp, qUp := p.prime-pDown, q.prime-qDown
	for ; len(segment) >= 8; segment = segment[8:] {
		binary.LittleEndian.PutUint64(segment, binary.LittleEndian.Uint64(segment)&^(pWord|qWord))
		// Moved by 64, and back up by the prime to fill the gap at the top.
		pWord = pWord>>(pDown&63) | pWord<<(pUp&63)
		qWord = qWord>>(qDown&63) | qWord<<(qUp&63)
	}
	p.word, q.word = pWord, qWord
}

// stride strikes the odd multiples of a prime one after another.
type stride struct {
	prime uint32
	next  uint32 // index in the next segment of the first multiple to strike
}

// strike clears the multiples in the segment.
func (s *stride) strike(segment []byte) {
	prime, index, end := uint(s.prime), uint(s.next), uint(len(segment))*8
	if prime > uint(len(segment))/32 { // too few multiples for eight passes to pay
		for ; index < end; index += prime {
			segment[index/8] &^= 1 << (index % 8)
		}
		s.next = uint32(index - end)
		return
	}
	// The eighth multiple from any is at the same bit, as many bytes on as the prime says: eight passes of one mask each.
	for pass := range uint(8) {
		first := index + pass*prime
		mask := ^(byte(1) << (first % 8))
		for at := first / 8; at < uint(len(segment)); at += prime {
			segment[at] &= mask
		}
	}
	s.next = uint32(index + (end-index+prime-1)/prime*prime - end)
}
