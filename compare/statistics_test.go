package compare

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/aclements/go-moremath/stats"
)

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*max(1, math.Abs(a), math.Abs(b)) }

func sample(random *rand.Rand, n int, ties bool) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = random.NormFloat64()
		if ties {
			values[i] = math.Round(values[i] * 3)
		}
	}
	return values
}

func TestMannWhitneyAgreesWithMoremath(t *testing.T) {
	ties := stats.MannWhitneyTiesExactLimit
	stats.MannWhitneyTiesExactLimit = 0 // as ours: approximate whenever there are ties
	defer func() { stats.MannWhitneyTiesExactLimit = ties }()
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		a := sample(random, 1+random.IntN(12), random.IntN(2) == 0)
		b := sample(random, 1+random.IntN(12), random.IntN(2) == 0)
		for i := range b {
			b[i] += float64(random.IntN(3))
		}
		want, err := stats.MannWhitneyUTest(a, b, stats.LocationDiffers)
		if err == stats.ErrSamplesEqual {
			if p := mannWhitney(a, b); p != 1 {
				t.Fatalf("all equal: p = %v", p)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if got := mannWhitney(a, b); !near(got, want.P) {
			t.Fatalf("mannWhitney(%v, %v) = %v, moremath says %v", a, b, got, want.P)
		}
	}
}

func TestMannWhitneyOfLargeSamplesAgreesWithMoremath(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{49, 50, 51, 80} {
		a, b := sample(random, n, false), sample(random, 60, false)
		for i := range b {
			b[i] += 0.3
		}
		want, err := stats.MannWhitneyUTest(a, b, stats.LocationDiffers)
		if err != nil {
			t.Fatal(err)
		}
		if got := mannWhitney(a, b); !near(got, want.P) {
			t.Errorf("n = %d: %v, moremath says %v", n, got, want.P)
		}
	}
}

func TestLeastPValue(t *testing.T) {
	for _, c := range []struct {
		n, m int
		want float64
	}{{3, 3, 0.1}, {4, 4, 2.0 / 70}, {6, 6, 2.0 / 924}, {1, 5, 2.0 / 6}, {1, 1, 1}} {
		if got := 2 * shareOfOrders(c.n, c.m, 0); !near(got, c.want) {
			t.Errorf("the least p of %d and %d is %v, want %v", c.n, c.m, got, c.want)
		}
	}
}

// The tables of the test say up to which U it is significant at 5 % and at 1 %, two-sided.
func TestCriticalValuesOfTables(t *testing.T) {
	for _, c := range []struct{ n, m, at5, at1 int }{
		{6, 6, 5, 2}, {6, 12, 14, 9}, {8, 8, 13, 7}, {10, 10, 23, 16}, {12, 12, 37, 27}, {20, 20, 127, 105},
	} {
		for alpha, want := range map[float64]int{0.05: c.at5, 0.01: c.at1} {
			if got := outermost(c.n, c.m, alpha) - 1; got != want {
				t.Errorf("of %d and %d at %v: U %d, the table says %d", c.n, c.m, alpha, got, want)
			}
		}
	}
}

func TestRatioIntervalCoversTheRatio(t *testing.T) {
	if _, _, ok := ratioInterval(make([]float64, 5), make([]float64, 3), 0.016); ok {
		t.Error("an interval of 5 and 3 runs")
	}
	random := rand.New(rand.NewPCG(9, 10))
	for _, sizes := range [][2]int{{6, 6}, {12, 12}, {24, 12}, {60, 60}} {
		covered := 0
		const trials, ratio = 1000, 1.3
		for range trials {
			a, b := sample(random, sizes[0], false), sample(random, sizes[1], false)
			for i := range a {
				a[i] = math.Exp(a[i] / 10)
			}
			for i := range b {
				b[i] = ratio * math.Exp(b[i]/10)
			}
			low, high, ok := ratioInterval(a, b, 0.05)
			if !ok || low > high {
				t.Fatalf("%v: %v to %v, %v", sizes, low, high, ok)
			}
			if low <= ratio && ratio <= high {
				covered++
			}
		}
		if share := float64(covered) / trials; share < 0.935 {
			t.Errorf("%v: the interval covers the ratio in %.3f of the samples", sizes, share)
		}
	}
}

func TestMedianAgreesWithMoremath(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for n := 1; n < 30; n++ {
		values := sample(random, n, false)
		// moremath's quantile of one half interpolates between the same two values.
		if got, want := median(values), (stats.Sample{Xs: values}).Quantile(0.5); !near(got, want) {
			t.Errorf("n = %d: %v, moremath says %v", n, got, want)
		}
	}
	if !math.IsNaN(median(nil)) {
		t.Error("the median of nothing is a number")
	}
}

func TestMedianIntervalCoversTheMedian(t *testing.T) {
	for n := range 6 {
		if _, _, ok := medianInterval(make([]float64, n)); ok {
			t.Errorf("an interval of %d values at 95 %%", n)
		}
	}
	random := rand.New(rand.NewPCG(7, 8))
	for _, n := range []int{6, 7, 10, 25} {
		covered := 0
		const trials = 4000
		for range trials {
			low, high, ok := medianInterval(sample(random, n, false))
			if !ok || low > high {
				t.Fatalf("n = %d: %v to %v, %v", n, low, high, ok)
			}
			if low <= 0 && 0 <= high {
				covered++
			}
		}
		if share := float64(covered) / trials; share < 0.94 {
			t.Errorf("n = %d: the interval covers the median in %.3f of the samples", n, share)
		}
	}
	if low, high, _ := medianInterval([]float64{3, 1, 2, 6, 5, 4, 7, 8, 9}); low != 2 || high != 8 {
		t.Errorf("of 1 to 9: %v to %v, want 2 to 8", low, high) // tables give the 2nd and the 8th for n = 9
	}
}

func TestHolm(t *testing.T) {
	for _, c := range []struct{ p, want []float64 }{
		{nil, []float64{}},
		{[]float64{0.02}, []float64{0.02}},
		{[]float64{0.01, 0.04, 0.03, 0.005}, []float64{0.03, 0.06, 0.06, 0.02}}, // the example of R's p.adjust pages
		{[]float64{0.9, 0.8}, []float64{1, 1}},
	} {
		got := holm(c.p)
		if len(got) != len(c.want) {
			t.Fatalf("holm(%v) = %v", c.p, got)
		}
		for i := range got {
			if !near(got[i], c.want[i]) {
				t.Errorf("holm(%v) = %v, want %v", c.p, got, c.want)
			}
		}
	}
}

func TestOutliers(t *testing.T) {
	for _, c := range []struct {
		name   string
		values []float64
		want   []int
	}{
		{"none in a spread", []float64{1, 1.1, 0.9, 1.05, 0.95}, nil},
		{"one far off", []float64{1, 1.01, 0.99, 9, 1.02}, []int{3}},
		{"the first", []float64{5, 1, 1.01, 0.99, 1.02}, []int{0}},
		{"equal ones do not make a close one far", []float64{1, 1, 1, 1.01}, nil},
		{"two tell nothing", []float64{1, 100}, nil},
	} {
		if got := outliers(c.values); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestDrift(t *testing.T) {
	for _, c := range []struct {
		name   string
		values []float64
		change float64
		found  bool
	}{
		{"rising", []float64{1, 1.1, 1.2, 1.3, 1.4}, 1.35/1.05 - 1, true},
		{"falling", []float64{2, 1.9, 1.8, 1.2, 1}, 1.1/1.95 - 1, true},
		{"up and down", []float64{1, 1.2, 1.1, 1.3, 1}, 0, false},
		{"four are too few", []float64{1, 2, 3, 4}, 0, false},
		{"nothing", nil, 0, false},
	} {
		if change, found := drift(c.values); found != c.found || !near(change, c.change) {
			t.Errorf("%s: %v, %v, want %v, %v", c.name, change, found, c.change, c.found)
		}
	}
}

func TestShareWithInversionsCountsOrders(t *testing.T) {
	// Of the 24 orders of 4 things 1, 3, 5, 6, 5, 3 and 1 have 0 to 6 inversions.
	sum := 0
	for k, orders := range []int{1, 3, 5, 6, 5, 3, 1} {
		sum += orders
		if got := shareWithInversions(4, k); !near(got, float64(sum)/24) {
			t.Errorf("at most %d: %v, want %d/24", k, got, sum)
		}
	}
}
