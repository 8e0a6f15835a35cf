package overlap

import (
	"math/bits"
	"time"
)

// median is the median of times that are added one by one, however many, in memory that does not grow: what it says is
// at most 1 % above the true one, and never below. A number that is exact would need all times; estimates that need
// less memory yet (the remedian, P²) may be off by any amount.
//
// It counts the times by their leading bits: each power of two is divided into 128 classes.
type median struct {
	counts []uint64 // by class
	total  uint64
	class  int    // the class that the median is in
	below  uint64 // how many times are in lower classes
}

const (
	medianBits    = 7 // 2^7 classes for each power of two
	medianClasses = (64 - medianBits) << medianBits
)

// add adds a time that is not negative.
func (m *median) add(d time.Duration) {
	if m.counts == nil {
		m.counts = make([]uint64, medianClasses)
	}
	class := classOf(d)
	m.counts[class]++
	m.total++
	if class < m.class {
		m.below++
	}
	for m.below > m.total/2 { // the median moves by a class or two, once there are some times
		m.class--
		m.below -= m.counts[m.class]
	}
	for m.below+m.counts[m.class] <= m.total/2 {
		m.below += m.counts[m.class]
		m.class++
	}
}

// value is the median, of two in the middle the larger one; 0 if there is none.
func (m *median) value() time.Duration {
	if m.total == 0 {
		return 0
	}
	return longestOf(m.class)
}

// classOf is the class of a time. Times below 2^8 have one each.
func classOf(d time.Duration) int {
	shift := max(0, bits.Len64(uint64(d))-medianBits-1)
	return shift<<medianBits + int(d>>shift)
}

// longestOf is the longest time of a class.
func longestOf(class int) time.Duration {
	shift := max(0, class>>medianBits-1)
	return time.Duration(class-shift<<medianBits+1)<<shift - 1
}
