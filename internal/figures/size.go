package figures

import (
	"math"
	"strconv"
	"strings"
)

// sizeUnits has the longer ones first: B ends them all.
var sizeUnits = []struct {
	name  string
	bytes int64
}{
	{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40},
	{"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12},
	{"B", 1},
}

// ParseSize reads a number of bytes that somebody wrote with its unit: 512MB, 1GiB. Upper and lower case are the same.
func ParseSize(text string) (bytes int64, ok bool) {
	for _, unit := range sizeUnits {
		at := len(text) - len(unit.name)
		if at < 0 || !strings.EqualFold(text[at:], unit.name) {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(text[:at]), 10, 64)
		return n * unit.bytes, err == nil && n >= 0 && n <= math.MaxInt64/unit.bytes
	}
	return 0, false
}

// WrittenSize is what ParseSize reads as a number of bytes, in the largest unit that leaves a whole number.
func WrittenSize(bytes int64) string {
	best := sizeUnits[len(sizeUnits)-1]
	for _, unit := range sizeUnits {
		if bytes%unit.bytes == 0 && unit.bytes > best.bytes {
			best = unit
		}
	}
	return strconv.FormatInt(bytes/best.bytes, 10) + best.name
}
