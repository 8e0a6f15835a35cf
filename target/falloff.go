package target

import (
	"fmt"
	"strconv"
	"strings"
)

// falloff is how much longer each request takes when n are being served at once. The zero falloff is not at all.
type falloff struct {
	kind string
	a, b float64
}

// readFalloff reads what Config.Falloff says.
func readFalloff(text string) (falloff, error) {
	if text == "" {
		return falloff{}, nil
	}
	kind, numbers, _ := strings.Cut(text, ":")
	first, second, found := strings.Cut(numbers, ",")
	a, err := strconv.ParseFloat(first, 64)
	b, err2 := strconv.ParseFloat(second, 64)
	bad := fmt.Errorf("falloff %q is none: give usl:CONTENTION,COHERENCY such as usl:0.02,0.0005, or cliff:N,TIMES "+
		"such as cliff:20,10, both at least 1", text)
	switch {
	case !found || err != nil || err2 != nil || !(a >= 0 && a <= 1e6 && b >= 0 && b <= 1e6):
		return falloff{}, bad
	case kind != "usl" && kind != "cliff", kind == "cliff" && (a < 1 || b < 1):
		return falloff{}, bad
	}
	return falloff{kind, a, b}, nil
}

// times is the factor for the latency. By the universal scalability law n requests at once are served as fast as
// n/(1+σ(n−1)+κn(n−1)) would be without contention, so each takes that much longer; behind a cliff each does by a
// constant factor.
func (f falloff) times(n int64) float64 {
	at := float64(max(1, n))
	switch {
	case f.kind == "usl":
		return 1 + f.a*(at-1) + f.b*at*(at-1)
	case f.kind == "cliff" && at > f.a:
		return max(1, f.b)
	}
	return 1
}
