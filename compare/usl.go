package compare

import "math"

// USL is a fit of the Universal Scalability Law to how many calls a second there are with so many at once:
//
//	X(N) = λN / (1 + σ(N-1) + κN(N-1))
//
// (Gunther, Guerrilla Capacity Planning, 2007.)
type USL struct {
	Lambda float64 `json:"lambda"` // calls a second, one at a time
	Sigma  float64 `json:"sigma"`  // contention: the share of the work that only one call at a time can do
	Kappa  float64 `json:"kappa"`  // what each pair of calls that run at once costs both

	// Residual is by what share the law and what was measured differ: the root of the mean square over all levels.
	Residual float64 `json:"residual"`

	// Peak is the number at once from which on more are slower; nil where there is none.
	Peak *float64 `json:"peak"`
}

// At is what the law says for so many at once, in calls a second.
func (u *USL) At(n float64) float64 { return u.Lambda * n / (1 + u.Sigma*(n-1) + u.Kappa*n*(n-1)) }

// fitUSL fits the law by least squares; rates[i] is what was measured with atOnce[i] at once. nil for fewer than 4
// levels, which three parameters fit whatever they are.
func fitUSL(atOnce, rates []float64) *USL {
	if len(atOnce) < 4 || len(atOnce) != len(rates) {
		return nil
	}
	u := &USL{Lambda: rates[0] / atOnce[0], Sigma: 0.1, Kappa: 0.001}
	u.improve(atOnce, rates)
	sum := 0.0
	for i, n := range atOnce {
		off := u.At(n)/rates[i] - 1
		sum += off * off
	}
	u.Residual = math.Sqrt(sum / float64(len(atOnce)))
	if math.IsNaN(u.Residual) {
		return nil
	}
	if u.Kappa > 0 && u.Sigma < 1 {
		u.Peak = new(math.Sqrt((1 - u.Sigma) / u.Kappa))
	}
	return u
}

// improve moves the parameters to the least sum of squares, with sigma and kappa no less than 0. (Levenberg, "A Method
// for the Solution of Certain Non-Linear Problems in Least Squares", Quarterly of Applied Mathematics 2, 1944;
// Marquardt.)
func (u *USL) improve(atOnce, rates []float64) {
	damping, error := 1e-3, u.squares(atOnce, rates)
	for range 500 {
		var normal [3][3]float64
		var right [3]float64
		for i, n := range atOnce {
			below := 1 + u.Sigma*(n-1) + u.Kappa*n*(n-1)
			slope := [3]float64{n / below, -u.At(n) * (n - 1) / below, -u.At(n) * n * (n - 1) / below}
			for row := range slope {
				right[row] += slope[row] * (rates[i] - u.At(n))
				for column := range slope {
					normal[row][column] += slope[row] * slope[column]
				}
			}
		}
		for i := range normal {
			normal[i][i] *= 1 + damping
		}
		step, ok := solve3(normal, right)
		if !ok {
			return
		}
		next := USL{Lambda: u.Lambda + step[0], Sigma: max(0, u.Sigma+step[1]), Kappa: max(0, u.Kappa+step[2])}
		if better := next.squares(atOnce, rates); better < error {
			done := error-better <= 1e-14*error
			*u, error, damping = next, better, damping/10
			if done {
				return
			}
		} else if damping *= 10; damping > 1e12 {
			return
		}
	}
}

// squares is the sum of those of what the law and what was measured differ by.
func (u *USL) squares(atOnce, rates []float64) float64 {
	sum := 0.0
	for i, n := range atOnce {
		off := rates[i] - u.At(n)
		sum += off * off
	}
	return sum
}

// solve3 solves three linear equations, by Cramer's rule.
func solve3(m [3][3]float64, right [3]float64) (x [3]float64, ok bool) {
	whole := determinant3(m)
	if whole == 0 || math.IsNaN(whole) || math.IsInf(whole, 0) {
		return x, false
	}
	for column := range x {
		replaced := m
		for row := range right {
			replaced[row][column] = right[row]
		}
		x[column] = determinant3(replaced) / whole
	}
	return x, true
}

func determinant3(m [3][3]float64) float64 {
	return m[0][0]*(m[1][1]*m[2][2]-m[1][2]*m[2][1]) -
		m[0][1]*(m[1][0]*m[2][2]-m[1][2]*m[2][0]) +
		m[0][2]*(m[1][0]*m[2][1]-m[1][1]*m[2][0])
}
