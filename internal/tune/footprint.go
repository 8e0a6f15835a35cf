package tune

import (
	"cmp"
	"slices"
)

// Footprints sum up the most memory that each of some processes has held.
type Footprints struct {
	Count   int
	Sum     float64 // in bytes
	Squares float64 // the sum of their squares
}

// ProcessMemory follows the most memory that each process has held which this one has started, together with those that it has
// started. The zero ProcessMemory is ready for use; it is not safe for concurrent use.
type ProcessMemory struct {
	most  map[int]int64 // by the number of the process
	ended Footprints
}

// Look is told what each process holds that has not ended, in bytes, and fills in what a reading says of that.
func (m *ProcessMemory) Look(held map[int]int64, into *Processes) {
	before := m.most
	m.most = make(map[int]int64, len(held))
	into.Held = make([]int64, 0, len(held))
	for pid, bytes := range held {
		m.most[pid] = max(bytes, before[pid])
		into.Held = append(into.Held, m.most[pid])
	}
	for pid, bytes := range before {
		if _, runs := m.most[pid]; !runs {
			m.ended.Count++
			m.ended.Sum += float64(bytes)
			m.ended.Squares += float64(bytes) * float64(bytes)
		}
	}
	slices.SortFunc(into.Held, func(a, b int64) int { return cmp.Compare(b, a) })
	into.Ended = m.ended
}
