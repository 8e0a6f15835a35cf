package cli

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// byteSize is a flag's number of bytes: 512MB, 1GiB.
type byteSize int64

// sizeUnits has the longer ones first: B ends them all.
var sizeUnits = []struct {
	name  string
	bytes int64
}{
	{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40},
	{"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12},
	{"B", 1},
}

// Set implements pflag.Value. Upper and lower case are the same.
func (b *byteSize) Set(text string) error {
	for _, unit := range sizeUnits {
		at := len(text) - len(unit.name)
		if at < 0 || !strings.EqualFold(text[at:], unit.name) {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(text[:at]), 10, 64)
		if err != nil || n < 0 || n > math.MaxInt64/unit.bytes {
			break
		}
		*b = byteSize(n * unit.bytes)
		return nil
	}
	return errors.New("give a whole number with its unit, such as 512MB or 1GiB")
}

// Type implements pflag.Value.
func (*byteSize) Type() string { return "size" }

// String implements pflag.Value: in the largest unit that leaves a whole number; "" for none.
func (b *byteSize) String() string {
	if *b == 0 {
		return ""
	}
	best := sizeUnits[len(sizeUnits)-1]
	for _, unit := range sizeUnits {
		if int64(*b)%unit.bytes == 0 && unit.bytes > best.bytes {
			best = unit
		}
	}
	return strconv.FormatInt(int64(*b)/best.bytes, 10) + best.name
}
