package compare

import (
	"fmt"
	"math"
	"testing"
	"time"

	"example.com/overlap"
)

type (
	page struct {
		URL  string
		Took time.Duration
	}
	withHidden struct {
		Name   string
		hidden []int
	}
	node  struct{ Next *node }
	named []uint32
)

// Answer leaves out how long it took.
func (p page) Answer() any { return p.URL }

func hashOf(v any) string { return hashAnswers([]any{v}, nil) }

func TestEqualAnswersHashEqual(t *testing.T) {
	ring := func() *node { n := &node{}; n.Next = &node{Next: n}; return n }
	when := time.Now()
	for _, c := range []struct{ a, b any }{
		{nil, nil}, {1, 1}, {"x", "x"}, {[]uint32{1, 2}, []uint32{1, 2}}, {new(5), new(5)},
		{map[string]int{"a": 1, "b": 2, "c": 3}, map[string]int{"c": 3, "b": 2, "a": 1}},
		{page{"u", 1}, page{"u", 2}},
		{when, when.UTC().Round(0)},
		{withHidden{"a", []int{1}}, withHidden{"a", []int{1}}},
		{ring(), ring()},
		{[]any{1, "x", nil, []any{2.5}}, []any{1, "x", nil, []any{2.5}}},
		{[]uint32{1, 2}, named{1, 2}}, // names of types do not count
		{[2]int{1, 2}, [2]int{1, 2}},
		{complex(1, 2), complex(1, 2)},
	} {
		if hashOf(c.a) != hashOf(c.b) {
			t.Errorf("%#v and %#v hash differently", c.a, c.b)
		}
	}
}

func TestDifferentAnswersHashDifferently(t *testing.T) {
	alone := &node{}
	ring := &node{}
	ring.Next = ring
	seen := map[string]any{}
	for _, v := range []any{
		nil, 0, int8(0), uint(0), 0.0, math.Copysign(0, -1), float32(0), false, true, "", "0", "a", "ab", 1, -1,
		[]int(nil), []int{}, []int{0}, []int{0, 0}, []int32{0}, []uint32{0}, []byte{0}, [1]int{0}, [0]int{},
		[]string{"ab", "c"}, []string{"a", "bc"}, []string{"abc"}, []string{"abc", ""},
		[][]int{{1}, {2}}, [][]int{{1, 2}, {}},
		map[string]int(nil), map[string]int{}, map[string]int{"a": 1}, map[string]int{"a": 2}, map[string]int{"b": 1},
		map[string]int{"a": 1, "b": 2}, map[string]int{"a": 2, "b": 1},
		(*int)(nil), new(0), new(1), alone, ring, struct{ A, B int }{1, 2}, struct{ A, B int }{2, 1}, struct{ A int }{1},
		withHidden{"a", []int{1}}, withHidden{"a", []int{2}}, page{"u", 1}, page{"v", 1},
		time.Unix(1, 0), time.Unix(1, 1), complex(1, 2), complex(2, 1), complex64(complex(1, 2)),
		func() {}, (func())(nil), []any{1}, []any{int8(1)}, []any{nil}, []any{"1"}, []bool{true}, []bool{false},
	} {
		hash := hashOf(v)
		if other, taken := seen[hash]; taken {
			t.Errorf("%#v and %#v hash equal", other, v)
		}
		seen[hash] = v
	}
}

func TestHashCoversPlacesAndOutcomes(t *testing.T) {
	type failures = map[int]overlap.Outcome
	seen := map[string]string{}
	for _, c := range []struct {
		values []any
		failed failures
	}{
		{[]any{1, 2}, nil}, {[]any{2, 1}, nil}, {[]any{1}, nil}, {[]any{1, 2, nil}, nil}, {nil, nil},
		{[]any{1, 2}, failures{0: overlap.Failed}}, {[]any{1, 2}, failures{1: overlap.Failed}},
		{[]any{1, 2}, failures{0: overlap.TimedOut}}, {[]any{1, 2}, failures{0: overlap.Failed, 1: overlap.Failed}},
	} {
		hash, what := hashAnswers(c.values, c.failed), fmt.Sprint(c)
		if other := seen[hash]; other != "" {
			t.Errorf("%s and %s hash equal", other, what)
		}
		seen[hash] = what
	}
	failed := failures{0: overlap.Failed}
	if hashAnswers([]any{nil, 2}, failed) != hashAnswers([]any{"partial", 2}, failed) {
		t.Error("the value of a failed call counts")
	}
}

func FuzzHashTellsSlicesApart(f *testing.F) {
	f.Add([]byte("ab"), []byte("c"), []byte("a"), []byte("bc"))
	f.Add([]byte{}, []byte{0}, []byte{0}, []byte{})
	f.Fuzz(func(t *testing.T, a, b, c, d []byte) {
		equal := string(a) == string(c) && string(b) == string(d)
		for _, pair := range [][2]any{
			{[]string{string(a), string(b)}, []string{string(c), string(d)}},
			{[][]byte{notNil(a), notNil(b)}, [][]byte{notNil(c), notNil(d)}},
			{struct{ A, B string }{string(a), string(b)}, struct{ A, B string }{string(c), string(d)}},
			{map[string]string{string(a): string(b)}, map[string]string{string(c): string(d)}},
		} {
			if got := hashOf(pair[0]) == hashOf(pair[1]); got != equal {
				t.Errorf("%#v and %#v: equal hashes %v, equal values %v", pair[0], pair[1], got, equal)
			}
		}
	})
}

// notNil copies b: nil and empty hash differently.
func notNil(b []byte) []byte { return append([]byte{}, b...) }

func BenchmarkHashPrimes(b *testing.B) {
	values := make([]any, 1000)
	for i := range values {
		values[i] = make([]uint32, 1000)
	}
	for b.Loop() {
		hashAnswers(values, nil)
	}
	b.SetBytes(4_000_000)
}
