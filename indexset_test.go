package overlap

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
)

func TestIndexSetIsASet(t *testing.T) {
	for range 200 {
		var s indexSet
		want := map[int]bool{}
		at := 0
		for range rand.IntN(20) {
			at += rand.IntN(200)
			n := 1 + rand.IntN(300)
			if rand.IntN(2) == 0 {
				n = 1
			}
			s.addRange(at, at+n)
			for i := range n {
				want[at+i] = true
			}
			at += n
		}
		var sorted []int
		for i := -5; i < at+200; i++ {
			if s.has(i) != want[i] {
				t.Fatalf("has(%d): %v, want %v", i, s.has(i), want[i])
			}
			if want[i] {
				sorted = append(sorted, i)
			}
		}
		if got := slices.Collect(s.all()); !slices.Equal(got, sorted) || s.count != len(sorted) {
			t.Fatalf("got %v, %d in all, want %v", got, s.count, sorted)
		}
	}
}

func TestAMillionMissingCallsTakeLittleMemory(t *testing.T) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var f failures
	for _, i := range rand.Perm(1_000_000) {
		f.withoutValue.add(i)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if kept := int64(after.HeapAlloc) - int64(before.HeapAlloc); kept > 16_000_000 { // 8 MB are the permutation, if it is still there
		t.Errorf("%d KB are kept", kept>>10)
	}
	e := f.err(errAgain, nil, 2_000_000).(*JobError)
	next := 0
	for i := range e.Missing() {
		if i != next || !e.Lacks(i) {
			t.Fatalf("got %d, want %d", i, next)
		}
		next++
	}
	if next != 1_000_000 || e.Lacks(next) || e.Lacks(-1) || e.Error() != "1000000 of 2000000 calls have no value: again" {
		t.Errorf("%d are missing: %v", next, e)
	}
}

func TestMissingAreTheFailedToo(t *testing.T) {
	var f failures
	f.addWithoutValue(3, 5)
	f.addWithoutValue(9, 10)
	for _, i := range []int{7, 0, 12} {
		f.add(&CallError{Index: i})
	}
	e := f.err(nil, nil, 20).(*JobError)
	if got := slices.Collect(e.Missing()); !slices.Equal(got, []int{0, 3, 4, 7, 9, 12}) {
		t.Errorf("got %v", got)
	}
	for i := range e.Missing() { // may be left at any moment
		if i >= 7 {
			break
		}
	}
	for i := range 20 {
		if e.Lacks(i) != slices.Contains([]int{0, 3, 4, 7, 9, 12}, i) {
			t.Errorf("Lacks(%d) is %v", i, e.Lacks(i))
		}
	}
	if got := slices.Collect((&JobError{}).Missing()); got != nil { // somebody else's
		t.Errorf("got %v", got)
	}
}
