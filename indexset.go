package overlap

import (
	"iter"
	"maps"
	"math/bits"
	"slices"
)

// indexSet is a set of indexes, in little space where they are neighbours: a million of them fit into some 300 KB,
// and a range into a few words.
type indexSet struct {
	words map[int]uint64 // 64 indexes each
	full  []wordRange    // words that are full, and not in words
	count int
}

type wordRange struct{ from, to int }

func (s *indexSet) add(i int) {
	word, bit := i/64, uint64(1)<<(i%64)
	if s.words == nil {
		s.words = map[int]uint64{}
	}
	if s.words[word]&bit == 0 {
		s.words[word] |= bit
		s.count++
	}
}

// addRange adds indexes that are not in the set.
func (s *indexSet) addRange(from, to int) {
	for ; from < to && from%64 != 0; from++ {
		s.add(from)
	}
	for ; to > from && to%64 != 0; to-- {
		s.add(to - 1)
	}
	if from < to {
		s.full = append(s.full, wordRange{from / 64, to / 64})
		s.count += to - from
	}
}

func (s *indexSet) has(i int) bool {
	if i < 0 {
		return false
	}
	if s.words[i/64]&(1<<(i%64)) != 0 {
		return true
	}
	return slices.ContainsFunc(s.full, func(r wordRange) bool { return r.from <= i/64 && i/64 < r.to })
}

// all yields the indexes in order.
func (s *indexSet) all() iter.Seq[int] {
	return func(yield func(int) bool) {
		ranges := slices.Clone(s.full)
		for word := range maps.Keys(s.words) {
			ranges = append(ranges, wordRange{word, word + 1})
		}
		slices.SortFunc(ranges, func(a, b wordRange) int { return a.from - b.from })
		for _, r := range ranges {
			for word := r.from; word < r.to; word++ {
				set, some := s.words[word]
				if !some {
					set = 1<<64 - 1
				}
				for ; set != 0; set &= set - 1 {
					if !yield(64*word + bits.TrailingZeros64(set)) {
						return
					}
				}
			}
		}
	}
}
