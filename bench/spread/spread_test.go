package spread

import (
	"slices"
	"testing"
)

func TestOf(t *testing.T) {
	for _, test := range []struct {
		name   string
		values []float64
		want   Spread
	}{
		{"one value is its own middle and ends", []float64{3}, Spread{3, 3, 3}},
		{"odd number: the one in the middle", []float64{9, 1, 5}, Spread{5, 1, 9}},
		{"even number: mean of the middle two", []float64{8, 1, 4, 2}, Spread{3, 1, 8}},
		{"an outlier moves the end, not the middle", []float64{2, 2, 1000, 2, 2}, Spread{2, 2, 1000}},
		{"negative values", []float64{-1, -3, -2}, Spread{-2, -3, -1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := slices.Clone(test.values)
			if got := Of(test.values); got != test.want {
				t.Errorf("Of(%v) = %v, want %v", test.values, got, test.want)
			}
			if !slices.Equal(before, test.values) {
				t.Errorf("Of changed its argument from %v to %v", before, test.values)
			}
		})
	}
}

func TestPairwise(t *testing.T) {
	for _, test := range []struct {
		name                string
		ours, theirs        []float64
		ratios, differences Spread
	}{
		{"half as long each round, however slow the round", []float64{1, 10, 2}, []float64{2, 20, 4},
			Spread{0.5, 0.5, 0.5}, Spread{-2, -10, -1}},
		{"not the ratio of the medians", []float64{1, 2, 3}, []float64{4, 1, 3}, Spread{1, 0.25, 2}, Spread{0, -3, 1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := Ratios(test.ours, test.theirs); got != test.ratios {
				t.Errorf("Ratios = %v, want %v", got, test.ratios)
			}
			if got := Differences(test.ours, test.theirs); got != test.differences {
				t.Errorf("Differences = %v, want %v", got, test.differences)
			}
		})
	}
}

func TestMisusePanics(t *testing.T) {
	for name, misuse := range map[string]func(){
		"no values":         func() { Of(nil) },
		"different lengths": func() { Ratios([]float64{1}, []float64{1, 2}) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("did not panic")
				}
			}()
			misuse()
		})
	}
}

func TestWriting(t *testing.T) {
	for nanoseconds, want := range map[float64]string{
		0: "0 ns", 0.0003: "0.0003 ns", 0.00001: "0.00001 ns",
		0.0049: "0.005 ns", 5.934: "5.93 ns", 12.34: "12.3 ns", 999: "999 ns", -40: "-40.0 ns",
		1_700: "1.70 µs", 160e6: "160 ms", 2.5e9: "2.50 s",
	} {
		if got := Duration(nanoseconds); got != want {
			t.Errorf("Duration(%v) = %q, want %q", nanoseconds, got, want)
		}
	}
	if got, want := (Spread{2, 1, 30}).Text(Number), "2.00 (1.00..30.0)"; got != want {
		t.Errorf("Text = %q, want %q", got, want)
	}
}
