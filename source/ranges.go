package source

import (
	"fmt"
	"iter"
	"math"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"example.com/overlap"
)

// Range is the whole numbers from First to Last, both included: 1000..15999 as an argument. First is at most Last.
type Range struct{ First, Last int64 }

// Count is how many numbers there are, at most the largest int64.
func (r Range) Count() int64 {
	if d := uint64(r.Last) - uint64(r.First); d < math.MaxInt64 {
		return int64(d) + 1
	}
	return math.MaxInt64
}

// Numbers are those of the range, in their order.
func (r Range) Numbers() iter.Seq[int64] {
	return func(yield func(int64) bool) {
		for n := r.First; yield(n) && n < r.Last; n++ {
		}
	}
}

var (
	rangeText = regexp.MustCompile(`^([+-]?\d+)\.\.([+-]?\d+)$`)
	nearRange = regexp.MustCompile(`^(-?\d+)\s*(?:\.\.\.+|-|–|—|:|~|to)\s*(-?\d+)$`) // what is meant to be one
)

// TakesRanges reports whether the inputs of a task are whole numbers, of which an argument may be a range. A type that
// reads text by itself is none.
func TakesRanges(task overlap.AnyTask) bool {
	in, _ := task.Types()
	zero := reflect.Zero(in)
	return (zero.CanInt() || zero.CanUint()) && !readsText(in)
}

// parseRange reads first..last of an integer type. It is no range and no error when the text has no "..".
func parseRange(text string, of reflect.Type) (r Range, isRange bool, err error) {
	if !strings.Contains(text, "..") {
		return Range{}, false, nil
	}
	found := rangeText.FindStringSubmatch(text)
	if found == nil {
		return Range{}, false, fmt.Errorf(
			"%s is not a range: write the first and the last number with two dots between, 1000..15999", quote(text))
	}
	first, err1 := strconv.ParseInt(found[1], 10, 64)
	last, err2 := strconv.ParseInt(found[2], 10, 64)
	if err1 != nil || err2 != nil || !fits(first, of) || !fits(last, of) {
		return Range{}, false, fmt.Errorf("the range %s goes beyond what the task takes (%s)", text, of)
	}
	if first > last {
		return Range{}, false, fmt.Errorf("the range %s is empty: write the smaller number first", text)
	}
	return Range{first, last}, true, nil
}

// correctRange guesses the range that a malformed one was meant to be; "" when it cannot be guessed.
func correctRange(text string) string {
	found := rangeText.FindStringSubmatch(text)
	if found == nil {
		found = nearRange.FindStringSubmatch(text)
	}
	if found == nil {
		return ""
	}
	first, err1 := strconv.ParseInt(found[1], 10, 64)
	last, err2 := strconv.ParseInt(found[2], 10, 64)
	if err1 != nil || err2 != nil {
		return ""
	}
	return fmt.Sprintf("%d..%d", min(first, last), max(first, last))
}

func fits(n int64, of reflect.Type) bool {
	value := reflect.Zero(of)
	if value.CanUint() {
		return n >= 0 && !value.OverflowUint(uint64(n))
	}
	return !value.OverflowInt(n)
}
