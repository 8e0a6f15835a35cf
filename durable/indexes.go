package durable

import "math/bits"

// indexSet is a set of indexes: a bit each, in pages of those that are there.
type indexSet struct {
	pages []*[pageWords]uint64
	count int64
}

const (
	pageWords = 128
	pageBits  = 64 * pageWords
)

func (s *indexSet) has(index int) bool {
	page := index / pageBits
	return page < len(s.pages) && s.pages[page] != nil && s.pages[page][index%pageBits/64]>>(index%64)&1 == 1
}

// add reports whether the index was new.
func (s *indexSet) add(index int) bool {
	page := index / pageBits
	for len(s.pages) <= page {
		s.pages = append(s.pages, nil)
	}
	if s.pages[page] == nil {
		s.pages[page] = new([pageWords]uint64)
	}
	word, bit := &s.pages[page][index%pageBits/64], uint64(1)<<(index%64)
	if *word&bit != 0 {
		return false
	}
	*word |= bit
	s.count++
	return true
}

// remove reports whether the index was there.
func (s *indexSet) remove(index int) bool {
	if !s.has(index) {
		return false
	}
	s.pages[index/pageBits][index%pageBits/64] &^= 1 << (index % 64)
	s.count--
	return true
}

// last is the highest index of the set, -1 if it is empty.
func (s *indexSet) last() int {
	for page := len(s.pages) - 1; page >= 0; page-- {
		if s.pages[page] == nil {
			continue
		}
		for word := pageWords - 1; word >= 0; word-- {
			if set := s.pages[page][word]; set != 0 {
				return page*pageBits + word*64 + bits.Len64(set) - 1
			}
		}
	}
	return -1
}
