package compare

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// digits prints a figure with three significant digits and no exponent: 16.3, 0.171, 12345.
func digits(v float64) string { return digitsUpTo(v, 99) }

// digitsUpTo is digits with at most so many decimals.
func digitsUpTo(v float64, most int) string {
	if v == 0 || math.IsNaN(v) || math.IsInf(v, 0) {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	decimals := 2 - int(math.Floor(math.Log10(math.Abs(v))))
	if scaled := math.Abs(v) * math.Pow10(decimals); math.Round(scaled) >= 1000 {
		decimals-- // 9.999 is 10.0, not 10.00
	}
	return strconv.FormatFloat(v, 'f', min(most, max(0, decimals)), 64)
}

// duration prints seconds in the unit that suits them.
func duration(seconds float64) string {
	switch {
	case seconds >= 0.9995:
		return digits(seconds) + " s"
	case seconds >= 0.9995e-3:
		return digits(seconds*1e3) + " ms"
	case seconds >= 0.9995e-6:
		return digits(seconds*1e6) + " us"
	}
	return digits(seconds*1e9) + " ns"
}

// memory prints bytes in decimal units.
func memory(bytes int64) string {
	switch v := float64(bytes); {
	case v >= 0.9995e9:
		return digits(v/1e9) + " GB"
	case v >= 0.9995e6:
		return digits(v/1e6) + " MB"
	default:
		return digits(v/1e3) + " kB"
	}
}

// percent prints a share, small ones with a digit that is not 0.
func percent(share float64) string {
	switch v := share * 100; {
	case v == 0 || v >= 9.95:
		return strconv.FormatFloat(v, 'f', 0, 64) + " %"
	case v >= 0.05:
		return strconv.FormatFloat(v, 'f', 1, 64) + " %"
	}
	return "less than 0.1 %"
}

// times prints by what factor something is faster.
func times(factor float64) string { return digits(factor) + " times" }

// list joins names as a sentence does: "a", "a and b", "a, b and c".
func list(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// count prints "1 run", "2 runs".
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
