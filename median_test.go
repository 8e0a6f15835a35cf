package overlap

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// The median is never below the true one, and at most 1 % above it, whatever order the times come in.
func TestMedian(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for name, next := range map[string]func(i int) time.Duration{
		"the same":   func(int) time.Duration { return time.Second },
		"rising":     func(i int) time.Duration { return time.Duration(i) * time.Millisecond },
		"falling":    func(i int) time.Duration { return time.Duration(5000-i) * time.Millisecond },
		"alternate":  func(i int) time.Duration { return []time.Duration{1, time.Hour}[i%2] },
		"tiny":       func(int) time.Duration { return time.Duration(random.IntN(300)) },
		"any":        func(int) time.Duration { return time.Duration(random.Int64() >> random.IntN(63)) },
		"the limits": func(int) time.Duration { return []time.Duration{0, math.MaxInt64}[random.IntN(2)] },
	} {
		var m median
		if got := m.value(); got != 0 {
			t.Errorf("without a time it is %v", got)
		}
		var all []time.Duration
		for i := range 2000 {
			d := next(i)
			m.add(d)
			at, _ := slices.BinarySearch(all, d)
			all = slices.Insert(all, at, d)
			if got, want := m.value(), all[len(all)/2]; got < want || float64(got) > float64(want)*1.01 {
				t.Fatalf("%s: after %d times it is %v, want %v", name, i+1, got, want)
			}
		}
	}
}

// Each time is in a class whose longest time is not shorter, and that of the class before is.
func TestMedianClasses(t *testing.T) {
	for shift := range 63 {
		for _, d := range []time.Duration{1<<shift - 1, 1 << shift, 1<<shift + 1} {
			class := classOf(d)
			if longestOf(class) < d || class > 0 && longestOf(class-1) >= d {
				t.Errorf("%d is in class %d, which reaches from %d to %d", d, class, longestOf(class-1)+1, longestOf(class))
			}
		}
	}
	if class := classOf(math.MaxInt64); class >= medianClasses || longestOf(class) != math.MaxInt64 {
		t.Errorf("the longest time is in class %d of %d, which reaches to %d", class, medianClasses, longestOf(class))
	}
}
