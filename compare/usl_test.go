package compare

import (
	"math"
	"testing"
)

// The published fits of two data sets: that of the SPEC SDM91 benchmark on a Sun SPARCcenter 2000, from the manual of R's
// package usl (method nls), and an exact curve.
func TestUSL(t *testing.T) {
	exact := USL{Lambda: 20, Sigma: 0.02, Kappa: 0.0005}
	levels := []float64{1, 2, 4, 8, 16, 32, 64}
	var rates []float64
	for _, n := range levels {
		rates = append(rates, exact.At(n))
	}
	for _, c := range []struct {
		name          string
		atOnce, rates []float64
		want          USL
		peak          float64
	}{
		{"SPEC SDM91", []float64{1, 18, 36, 72, 108, 144, 216}, []float64{64.9, 995.9, 1652.4, 1853.2, 1828.9, 1775.0, 1702.2},
			USL{Lambda: 89.9952330, Sigma: 0.0277285, Kappa: 0.0001044}, 96.5},
		{"exact", levels, rates, exact, 44.27},
		{"linear", levels, levels, USL{Lambda: 1}, 0},
	} {
		got := fitUSL(c.atOnce, c.rates)
		close := func(a, b, digits float64) bool { return math.Abs(a-b) <= digits*math.Abs(b)+1e-9 }
		if !close(got.Lambda, c.want.Lambda, 1e-4) || !close(got.Sigma, c.want.Sigma, 1e-3) ||
			!close(got.Kappa, c.want.Kappa, 1e-3) {
			t.Errorf("%s: %+v, want %+v", c.name, *got, c.want)
		}
		if c.peak == 0 && got.Peak != nil && *got.Peak < 1e4 || c.peak > 0 && (got.Peak == nil || !close(*got.Peak, c.peak, 0.01)) {
			t.Errorf("%s: the peak is at %v, want %v", c.name, got.Peak, c.peak)
		}
		if c.name != "SPEC SDM91" && got.Residual > 1e-6 || c.name == "SPEC SDM91" && (got.Residual < 0.05 || got.Residual > 0.3) {
			t.Errorf("%s: the residual is %v", c.name, got.Residual)
		}
	}
	if fitUSL(levels[:3], rates[:3]) != nil {
		t.Error("three levels are fitted")
	}
}
