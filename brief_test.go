package overlap

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"
	"time"
)

type says string

func (s says) String() string { return "says " + string(s) }

type formats struct{ n int }

func (f formats) Format(to fmt.State, verb rune) {
	for range f.n {
		fmt.Fprintf(to, "%c%v", verb, to.Flag('+'))
	}
}

type panicky struct{ why any }

func (p panicky) String() string { panic(p.why) }

type panickyPointer struct{ s string }

func (p *panickyPointer) String() string { return p.s }

type tree struct {
	Name  string
	inner says // its method is out of reach
	Up    *tree
	Sub   []tree
	Any   any
	By    map[string]int
}

// What fits is printed as fmt prints it.
func TestBriefPrintsWhatFmtPrints(t *testing.T) {
	var none *panickyPointer
	one := tree{Name: "a", inner: "b", Up: nil, Sub: []tree{{Name: "c"}}, Any: says("d"), By: map[string]int{"z": 1, "b": 2, "c": 3}}
	for _, v := range []any{
		nil, true, 7, -7, int8(3), uint(9), uintptr(5), 1.5, float32(0.1), -1e21, math.Inf(1), math.NaN(), 2 + 3i, complex64(1i),
		"text", "", "é€", []byte("abc"), []byte(nil), [3]byte{1, 2, 3}, []int(nil), []string{"a", "b c"}, [2]bool{true, false},
		map[int]string{10: "x", 9: "y", -1: "z"}, map[any]int{"b": 1, "a": 3}, map[string]int(nil),
		map[bool]int{true: 1}, one, []any{nil, 1, "x", errAgain, []int{1}}, errAgain, says("x"), []says{"x", "y"},
		&[]int{1, 2}, &map[string]int{"a": 1}, &[]says{"q"}, struct{}{}, struct{ E error }{errAgain}, struct{ A, b any }{1, says("x")},
		formats{3}, []formats{{1}, {2}}, panicky{"why"}, []any{panicky{1}, 2}, none, []*panickyPointer{nil}, (*tree)(nil),
		time.Second, time.Unix(0, 0).UTC(), (func())(nil), (chan int)(nil), (*int)(nil), int64(math.MaxInt64), uint64(math.MaxUint64),
		errors.Join(errAgain, errAgain),
	} {
		if got, want := brief(v, 10_000), fmt.Sprintf("%+v", v); got != want {
			t.Errorf("%T: got %q, want %q", v, got, want)
		}
	}
	p := &tree{Up: &tree{}}
	if got := brief(p, 1000); got != fmt.Sprintf("%+v", p) {
		t.Errorf("a pointer in a struct: got %s", got)
	}
}

// What does not fit is cut where it ends, however large the value is: little is allocated.
func TestBriefLooksAtNoMoreThanItPrints(t *testing.T) {
	const many = 1 << 20
	numbers, texts, table := make([]int, many), make([]string, many), make(map[int]string, many)
	for i := range many {
		numbers[i], texts[i], table[i] = i, "text", "value"
	}
	loop := []any{nil}
	loop[0] = loop
	for what, v := range map[string]any{
		"bytes": make([]byte, many), "numbers": numbers, "texts": texts, "a map": table, "a string": strings.Repeat("é", many),
		"a Stringer": says(strings.Repeat("x", 100)), "an array": [many]byte{}, "a Formatter": formats{1000},
		"a struct": struct{ A struct{ B []int } }{struct{ B []int }{numbers}}, "a pointer": &numbers, "a loop": loop,
		"values of interfaces": []any{numbers, table}, "lists of lists": [][][]int{{numbers}}, "long keys": map[string]int{strings.Repeat("k", many): 1},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		got := brief(v, 80)
		runtime.ReadMemStats(&after)
		if n := len([]rune(got)); n != 81 || !strings.HasSuffix(got, "…") {
			if what != "a loop" {
				t.Errorf("%s: printed as %d characters: %s", what, n, got)
			}
		}
		if allocated := after.TotalAlloc - before.TotalAlloc; allocated > 512<<10 {
			t.Errorf("%s: printing it allocated %d KB", what, allocated>>10)
		}
	}
	if got := brief(strings.Repeat("é", 80), 80); got != strings.Repeat("é", 80) {
		t.Errorf("what just fits is not cut: %s", got)
	}
}

// The messages of errors survive whatever methods the user's values have.
func TestMessagesSurviveBrokenMethods(t *testing.T) {
	isPanics := brokenIs{func() { panic("Is") }}
	for want, err := range map[string]error{
		"t[0] %!v(PANIC=String method: why): again":                        &CallError{Task: "t", Input: panicky{"why"}, Outcome: Failed, Err: errAgain},
		"t[0] 1: %!v(PANIC=Error method: no text)":                         &CallError{Task: "t", Input: 1, Outcome: Failed, Err: brokenText{}},
		"timed out after 1s: is":                                           &TimeoutError{Timeout: time.Second, Err: isPanics},
		"panic: %!v(PANIC=String method: why)":                             &PanicError{Value: panicky{"why"}},
		"panic: %!v(PANIC=String method: %!v(PANIC=String method: twice))": &PanicError{Value: panicky{panicky{"twice"}}},
		"1 of 1 calls failed: t[0] %!v(PANIC=String method: why): panic: is": &JobError{Total: 1, Failed: []*CallError{
			{Task: "t", Input: panicky{"why"}, Outcome: Panicked, Err: &PanicError{Value: isPanics}}}},
	} {
		if got := err.Error(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

type brokenText struct{}

func (brokenText) Error() string { panic("no text") }

type brokenIs struct{ in func() }

func (b brokenIs) Error() string { return "is" }
func (b brokenIs) Is(error) bool { b.in(); return true }
