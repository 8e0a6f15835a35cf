//go:build linux

package process

import (
	"context"
	"slices"
	"testing"
	"time"

	"example.com/overlap"
)

// So it must where the worker is of this program.
func TestAGoCallTakesItsOwnTime(t *testing.T) {
	const long, much = 100 * time.Millisecond, 80 * time.Millisecond
	mixed := slices.Repeat([]time.Duration{long, 100 * time.Microsecond}, 6)
	among := slices.Repeat([]time.Duration{0}, 3000)
	for i := 500; i < len(among); i += 700 {
		among[i] = long
	}
	p := New(1)
	defer p.Close()
	for name, inputs := range map[string][]time.Duration{"mixed": mixed, "now and then": among} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			for r := range overlap.Stream(ctx, p, naps, slices.Values(inputs)) {
				tookItsOwn(t, r, r.Input == long, much)
			}
		})
	}
}
