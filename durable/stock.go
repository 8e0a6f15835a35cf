package durable

import (
	"cmp"
	"encoding/binary"
	"os"
	"slices"
	"sort"
)

// stock is the results that a partial file has, found by the keys of their inputs: 16 bytes each.
type stock struct {
	entries []stockEntry // in the order of their keys; where these are equal, failures last, and in the order of the file
	taken   int
}

// stockEntry has the first ten bytes of a key, and after them whether the result has been given to an input, whether
// it is a failure, and its offset.
type stockEntry struct{ high, low uint64 }

const (
	takenBit   = 1 << 47
	failureBit = 1 << 46
	offsetBits = 1<<46 - 1
)

func entryOf(k key, offset int64, isFailure bool) stockEntry {
	e := stockEntry{
		high: binary.BigEndian.Uint64(k[:]), low: uint64(binary.BigEndian.Uint16(k[8:]))<<48 | uint64(offset)&offsetBits,
	}
	if isFailure {
		e.low |= failureBit
	}
	return e
}

func (e stockEntry) hasKeyOf(other stockEntry) bool {
	return e.high == other.high && e.low>>48 == other.low>>48
}

func (e stockEntry) offset() int64 { return int64(e.low & offsetBits) }

func compareKeys(a, b stockEntry) int {
	return cmp.Or(cmp.Compare(a.high, b.high), cmp.Compare(a.low>>48, b.low>>48))
}

// loadStock finds all results in a partial file. Of an input that has several, the last counts.
func loadStock(file *os.File, size, lines int64, retryFailed bool) (*stock, error) {
	s := &stock{entries: make([]stockEntry, 0, lines)} // growing it would take twice the memory
	var seen indexSet
	var again []stockEntry // results that are instead of earlier ones
	isRetry := false       // the results that follow are made of failures, as far as there are such
	scan := newScanner(file, int64(holderLength), size)
	for {
		var l line
		more, err := scan.next(&l)
		if err != nil {
			return nil, reason(err)
		}
		switch {
		case !more:
			s.order(again, retryFailed)
			return s, nil
		case l.kind == header:
			h, err := readHeading(file, &l)
			if err != nil {
				return nil, err
			}
			seen, isRetry = indexSet{}, h.RetryFailed
		case l.kind.isResult():
			e := entryOf(l.key, l.offset, l.kind.isFailure())
			s.entries = append(s.entries, e)
			if !seen.add(l.index) || isRetry {
				again = append(again, e)
			}
		}
	}
}

// order makes the entries ready to be found.
func (s *stock) order(again []stockEntry, retryFailed bool) {
	slices.SortFunc(s.entries, func(a, b stockEntry) int {
		return cmp.Or(compareKeys(a, b), cmp.Compare(a.low&^takenBit, b.low&^takenBit))
	})
	for _, last := range again { // what it has replaced is a failure: only such calls are made again
		for at := s.first(last); at < len(s.entries) && s.entries[at].hasKeyOf(last); at++ {
			if e := &s.entries[at]; e.low&failureBit != 0 && e.low&takenBit == 0 && e.offset() < last.offset() {
				e.low |= takenBit
				break
			}
		}
	}
	s.entries = slices.DeleteFunc(s.entries, func(e stockEntry) bool {
		return e.low&takenBit != 0 || retryFailed && e.low&failureBit != 0
	})
}

// first is where the first entry is that has the key of the given one, or where it would be.
func (s *stock) first(e stockEntry) int {
	return sort.Search(len(s.entries), func(i int) bool { return compareKeys(s.entries[i], e) >= 0 })
}

// take gives an input the first result of an equal one that no input has yet.
func (s *stock) take(k key) (offset int64, isFailure, ok bool) {
	wanted := entryOf(k, 0, false)
	at := sort.Search(len(s.entries), func(i int) bool { // of equal keys, those that are taken come first
		e := s.entries[i]
		order := compareKeys(e, wanted)
		return order > 0 || order == 0 && e.low&takenBit == 0
	})
	if at == len(s.entries) || !s.entries[at].hasKeyOf(wanted) {
		return 0, false, false
	}
	e := &s.entries[at]
	e.low |= takenBit
	s.taken++
	return e.offset(), e.low&failureBit != 0, true
}
