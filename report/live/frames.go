package live

import (
	"cmp"
	"slices"
	"strconv"
	"time"
)

const (
	mostBands  = 64 // rows of calls that are told apart in a frame
	mostSingle = 6  // calls of a row and frame that are sent one by one
	mostParts  = 3  // into which more are merged
	// long is how long a call takes that is not merged with others of its row, unless rows are merged.
	long = tick / 4
)

// span is a call, or several that are shown as one.
type span struct {
	lane, lanes   int // the first, and how many
	start, end    time.Duration
	busy          time.Duration // how long all calls took together that it stands for
	calls, failed int64         // that it stands for
	index         int           // of the call; −1 where there are several
}

// merge makes a frame of the calls that were noted: a few spans for each row, whatever their number.
func merge(noted []span, laneCount int) []span {
	band := max(1, (laneCount+mostBands-1)/mostBands)
	slices.SortFunc(noted, func(a, b span) int {
		return cmp.Or(cmp.Compare(a.lane/band, b.lane/band), cmp.Compare(a.start, b.start))
	})
	var merged []span
	for first := 0; first < len(noted); {
		row := noted[first].lane / band
		next := first
		for next < len(noted) && noted[next].lane/band == row {
			next++
		}
		merged = append(merged, mergeRow(noted[first:next], row*band, band)...)
		first = next
	}
	return merged
}

// mergeRow merges the spans of a row.
func mergeRow(row []span, lane, lanes int) []span {
	if len(row) <= mostSingle {
		return slices.Clone(row)
	}
	var merged []span
	short := row[:0:0]
	for _, s := range row {
		if lanes == 1 && s.end-s.start >= long {
			merged = append(merged, s)
		} else {
			short = append(short, s)
		}
	}
	for part := range slices.Chunk(short, max(1, (len(short)+mostParts-1)/mostParts)) {
		merged = append(merged, together(part, lane, lanes))
	}
	return merged
}

// together is one span for several.
func together(part []span, lane, lanes int) span {
	if len(part) == 1 {
		return part[0]
	}
	all := span{lane: lane, lanes: lanes, start: part[0].start, index: -1}
	for _, s := range part {
		all.end = max(all.end, s.end)
		all.busy += s.busy
		all.calls += s.calls
		all.failed += s.failed
	}
	return all
}

// appendJSON writes a span as a list: lane, lanes, start and end in microseconds, calls, failed, the share of its time that
// is taken in percent, and the index.
func (s span) appendJSON(b []byte) []byte {
	share := int64(100)
	if room := int64(s.end-s.start) * int64(s.lanes); s.index < 0 && room > 0 {
		share = min(100, max(1, 100*int64(s.busy)/room))
	}
	b = append(b, '[')
	for i, n := range []int64{
		int64(s.lane), int64(s.lanes), s.start.Microseconds(), s.end.Microseconds(), s.calls, s.failed, share, int64(s.index),
	} {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, n, 10)
	}
	return append(b, ']')
}

// spanList is spans as JSON.
type spanList [][]span

// MarshalJSON implements [encoding/json.Marshaler].
func (l spanList) MarshalJSON() ([]byte, error) {
	b := []byte{'['}
	for _, frame := range l {
		for _, s := range frame {
			if len(b) > 1 {
				b = append(b, ',')
			}
			b = s.appendJSON(b)
		}
	}
	return append(b, ']'), nil
}

// within is how much of its calls' time lies after from.
func (s span) within(from time.Duration) time.Duration {
	if s.start >= from || s.end <= s.start {
		return s.busy
	}
	return time.Duration(float64(s.busy) * max(0, float64(s.end-from)) / float64(s.end-s.start))
}

// frames are the last ones, each of which stays as it is.
type frames struct {
	kept  [framesKept][]span
	added int64 // ever
}

func (f *frames) add(frame []span) {
	f.kept[f.added%framesKept] = frame
	f.added++
}

// since are the frames that were added after so many, as far as they are kept.
func (f *frames) since(after int64) spanList {
	var list spanList
	for i := max(after, f.added-framesKept); i < f.added; i++ {
		list = append(list, f.kept[i%framesKept])
	}
	return list
}

// busy is how much time after from the calls took together that ended in the last n frames.
func (f *frames) busy(n int64, from time.Duration) (all time.Duration) {
	for i := max(0, f.added-n); i < f.added; i++ {
		for _, s := range f.kept[i%framesKept] {
			all += s.within(from)
		}
	}
	return all
}
