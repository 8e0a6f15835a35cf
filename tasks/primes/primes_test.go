package primes

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"example.com/overlap"
)

// segmentNumbers is how many numbers, odd and even, a segment stands for.
const segmentNumbers = segmentBytes * 16

func find(t *testing.T, n int64) Primes {
	t.Helper()
	found, err := UpTo(t.Context(), n)
	if err != nil {
		t.Fatalf("UpTo(%d): %v", n, err)
	}
	return found
}

// The counts are OEIS A006880, the largest primes A003618, and for other n A000720 and A007917.
func TestKnownCountsAndLargest(t *testing.T) {
	for _, known := range []struct{ n, count, largest int64 }{
		{0, 0, 0}, {1, 0, 0}, {2, 1, 2}, {3, 2, 3}, {4, 2, 3},
		{10, 4, 7}, {100, 25, 97}, {1_000, 168, 997}, {10_000, 1_229, 9_973}, {100_000, 9_592, 99_991},
		{1_000_000, 78_498, 999_983}, {10_000_000, 664_579, 9_999_991}, {20_000_000, 1_270_607, 19_999_999},
		{100_000_000, 5_761_455, 99_999_989}, {100_000_001, 5_761_455, 99_999_989},
		{1_000_000_000, 50_847_534, 999_999_937},
	} {
		if known.n > mostCounted || testing.Short() && known.n > 10_000_000 {
			break
		}
		found := find(t, known.n)
		if found.N != known.n || found.Count != known.count || found.Largest != known.largest {
			t.Errorf("up to %d: got %d primes, the largest %d, of N %d; want %d and %d",
				known.n, found.Count, found.Largest, found.N, known.count, known.largest)
		}
		if listed := known.n <= 100_000_000; listed != (found.List != nil) || listed && len(found.List) != int(known.count) {
			t.Errorf("up to %d: got a list of %d (nil %t)", known.n, len(found.List), found.List == nil)
		}
	}
}

func TestListsAgreeWithTrialDivision(t *testing.T) {
	var want []uint32
	for n := int64(0); n <= 2_000; n++ {
		if isPrime(n) {
			want = append(want, uint32(n))
		}
		found := find(t, n)
		if !slices.Equal(found.List, want) || found.Count != int64(len(want)) {
			t.Fatalf("up to %d: got %d primes %v, want %d: %v", n, found.Count, found.List, len(want), want)
		}
		if found.List == nil || cap(found.List) != len(want) {
			t.Fatalf("up to %d: the list is nil or has room for %d, want %d", n, cap(found.List), len(want))
		}
	}
}

func isPrime(n int64) bool {
	for d := int64(2); d*d <= n; d++ {
		if n%d == 0 {
			return false
		}
	}
	return n >= 2
}

// Where segments, words and bytes end, and where a prime's square makes it the first to sieve with.
func TestBorders(t *testing.T) {
	var borders []int64
	for _, at := range []int64{
		16, 128, 61 * 61, 67 * 67, 1_021 * 1_021, segmentNumbers, 1_031 * 1_031,
	} {
		for n := at - 2; n <= at+2; n++ {
			borders = append(borders, n)
		}
	}
	all := plainSieve(slices.Max(borders))
	for _, n := range borders {
		checkBoth(t, n, all)
	}
}

// checkBoth compares what is listed up to n, and what is counted in a single segment's memory, with the beginning of
// all, which must go to n at least.
func checkBoth(t *testing.T, n int64, all []uint32) {
	t.Helper()
	end, _ := slices.BinarySearch(all, uint32(n)+1)
	want := all[:end]
	listed := find(t, n)
	if !slices.Equal(listed.List, want) {
		t.Fatalf("up to %d: the lists differ: got %d primes, want %d", n, len(listed.List), len(want))
	}
	if n < 2 {
		return
	}
	counted, err := upTo(t.Context(), n, false)
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range []Primes{listed, counted} {
		if found.Count != int64(len(want)) || found.Largest != int64(want[len(want)-1]) {
			t.Fatalf("up to %d, listed %t: got %d primes, the largest %d; want %d and %d", n, found.List != nil,
				found.Count, found.Largest, len(want), want[len(want)-1])
		}
	}
	if counted.List != nil {
		t.Fatalf("up to %d: counted and listed", n)
	}
}

// Two calls must not share anything: a list belongs to whoever asked for it.
func TestListsAreTheCallersOwn(t *testing.T) {
	first := find(t, 100)
	clear(first.List)
	if second := find(t, 100); second.List[24] != 97 {
		t.Errorf("a list changed by its owner changed the next one: %v", second.List)
	}
}

func TestOutOfRange(t *testing.T) {
	for _, n := range []int64{-1, math.MinInt64, Max + 1, math.MaxInt64} {
		found, err := UpTo(t.Context(), n)
		want := fmt.Sprintf("cannot find the primes up to %d: n must be from 0 to 100000000000", n)
		if err == nil || err.Error() != want || found.List != nil || found.N != 0 {
			t.Errorf("UpTo(%d) = %+v, %v; want the error %q", n, found, err, want)
		}
	}
}

func TestJSON(t *testing.T) {
	counted, err := upTo(t.Context(), 10, false)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		found Primes
		want  string
	}{
		{find(t, 10), `{"n":10,"count":4,"largest":7,"primes":[2,3,5,7]}`},
		{find(t, 1), `{"n":1,"count":0,"largest":0,"primes":[]}`},
		{counted, `{"n":10,"count":4,"largest":7}`},
	} {
		if got, err := json.Marshal(test.found); err != nil || string(got) != test.want {
			t.Errorf("got %s, %v; want %s", got, err, test.want)
		}
	}
}

func TestTask(t *testing.T) {
	if task, ok := overlap.Lookup("primes"); !ok || task != overlap.AnyTask(Task) {
		t.Error("the task cannot be found by its name")
	}
	found, err := overlap.Map(t.Context(), overlap.Sync(), Task, []int64{10, 2})
	if err != nil || found[0].Count != 4 || found[1].Largest != 2 {
		t.Errorf("Map gave %+v, %v", found, err)
	}
	_, err = overlap.Map(t.Context(), overlap.Sync(), Task, []int64{-7})
	if err == nil || !strings.Contains(err.Error(), "primes up to -7") {
		t.Errorf("Map of -7 gave the error %v", err)
	}
}
