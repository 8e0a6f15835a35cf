// Package figures writes figures for people: numbers with as many digits as say something, in the unit that suits them.
package figures

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Digits prints a figure with three significant digits and no exponent: 16.3, 0.171, 12345.
func Digits(v float64) string { return DigitsUpTo(v, 99) }

// DigitsUpTo is Digits with at most so many decimals.
func DigitsUpTo(v float64, most int) string {
	if v == 0 || math.IsNaN(v) || math.IsInf(v, 0) {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	decimals := 2 - int(math.Floor(math.Log10(math.Abs(v))))
	if scaled := math.Abs(v) * math.Pow10(decimals); math.Round(scaled) >= 1000 {
		decimals-- // 9.999 is 10.0, not 10.00
	}
	return strconv.FormatFloat(v, 'f', min(most, max(0, decimals)), 64)
}

// Seconds prints seconds in the unit that suits them, and from ten minutes on in hours, minutes and seconds.
func Seconds(seconds float64) string {
	switch {
	case seconds >= 600:
		return time.Duration(math.Round(seconds) * float64(time.Second)).String()
	case seconds >= 0.9995:
		return Digits(seconds) + " s"
	case seconds >= 0.9995e-3:
		return Digits(seconds*1e3) + " ms"
	case seconds >= 0.9995e-6:
		return Digits(seconds*1e6) + " us"
	}
	return Digits(seconds*1e9) + " ns"
}

// BinarySize prints bytes in the largest binary unit of which they are a whole number: "10 MiB", "1500 bytes".
func BinarySize(bytes int64) string {
	switch {
	case bytes >= 1<<20 && bytes%(1<<20) == 0:
		return fmt.Sprintf("%d MiB", bytes>>20)
	case bytes >= 1<<10 && bytes%(1<<10) == 0:
		return fmt.Sprintf("%d KiB", bytes>>10)
	}
	return fmt.Sprintf("%d bytes", bytes)
}

// Bytes prints bytes in decimal units, rounded.
func Bytes(bytes int64) string {
	switch v := float64(bytes); {
	case v >= 0.9995e9:
		return Digits(v/1e9) + " GB"
	case v >= 0.9995e6:
		return Digits(v/1e6) + " MB"
	default:
		return Digits(v/1e3) + " kB"
	}
}

// Percent prints a share, small ones with a digit that is not 0.
func Percent(share float64) string {
	switch v := share * 100; {
	case v == 0 || v >= 9.95:
		return strconv.FormatFloat(v, 'f', 0, 64) + " %"
	case v >= 0.05:
		return strconv.FormatFloat(v, 'f', 1, 64) + " %"
	}
	return "less than 0.1 %"
}

// List joins names as a sentence does: "a", "a and b", "a, b and c".
func List(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// Count prints "1 run", "2 runs", "1,000 runs".
func Count[N int | int64](n N, thing string) string { return Counted(n, thing, thing+"s") }

// Counted is Count for what has a plural of its own, or a verb behind it: "1 call is", "2 calls are".
func Counted[N int | int64](n N, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Grouped(int64(n)) + " " + many
}

// Grouped prints a number with a comma before each three digits.
func Grouped(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// AtOnce prints how many of all calls ran at once at the most: "up to 8 calls at once".
func AtOnce(peak, calls int) string {
	switch {
	case calls == 1:
		return "one call"
	case peak == 1:
		return fmt.Sprintf("%d calls, one at a time", calls)
	case peak == calls:
		return fmt.Sprintf("all %d calls at once", calls)
	}
	return fmt.Sprintf("up to %d calls at once", peak)
}
