package cli

import (
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"example.com/overlap"
	"example.com/overlap/internal/parse"
)

// span is the whole numbers from first to last, both included: 1000..15999 on the command line.
type span struct{ first, last int64 }

var (
	spanText = regexp.MustCompile(`^([+-]?\d+)\.\.([+-]?\d+)$`)
	nearSpan = regexp.MustCompile(`^(-?\d+)\s*(?:\.\.\.+|-|–|—|:|~|to)\s*(-?\d+)$`) // what is meant to be one
)

// takesSpans reports whether a task's inputs are whole numbers and not something that a text makes.
func takesSpans(task overlap.AnyTask) bool {
	in, _ := task.Types()
	zero := reflect.Zero(in)
	return (zero.CanInt() || zero.CanUint()) && !parse.HasOwn(in)
}

// parseSpan reads first..last. It is no span and no error when the text has no "..".
func parseSpan(text string, of reflect.Type) (s span, isSpan bool, err error) {
	if !strings.Contains(text, "..") {
		return span{}, false, nil
	}
	found := spanText.FindStringSubmatch(text)
	if found == nil {
		return span{}, false, fmt.Errorf(
			"%s is not a range: write the first and the last number with two dots between, 1000..15999", parse.Quote(text))
	}
	first, err1 := strconv.ParseInt(found[1], 10, 64)
	last, err2 := strconv.ParseInt(found[2], 10, 64)
	if err1 != nil || err2 != nil || !fits(first, of) || !fits(last, of) {
		return span{}, false, fmt.Errorf("the range %s goes beyond what the task takes (%s)", text, of)
	}
	if first > last {
		return span{}, false, fmt.Errorf("the range %s is empty: write the smaller number first", text)
	}
	return span{first, last}, true, nil
}

// correctSpan guesses the range that a malformed one was meant to be; "" when it cannot be guessed.
func correctSpan(text string) string {
	found := spanText.FindStringSubmatch(text)
	if found == nil {
		found = nearSpan.FindStringSubmatch(text)
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

// number is n as a value of the type.
func number(n int64, of reflect.Type) any { return reflect.ValueOf(n).Convert(of).Interface() }

func (s span) count() int64 { // at most the largest int64
	if d := uint64(s.last) - uint64(s.first); d < 1<<63-1 {
		return int64(d) + 1
	}
	return 1<<63 - 1
}
