package compare

import (
	"math"
	"strings"
	"testing"
	"time"
)

// The parts of jobs that are known: what sleeps, spins, does both, waits for another attempt, or comes late.
func TestWhereTheTimeWent(t *testing.T) {
	const s = time.Second
	all := func(n int, one span) []span {
		var spans []span
		for range n {
			spans = append(spans, one)
		}
		return spans
	}
	for _, c := range []struct {
		name           string
		spans, retries []span
		calls, limit   int
		wall           time.Duration
		cpu, coreWait  float64
		want           Where
		says           string
	}{
		{"sleeping, one after another", []span{{0, s}, {s, 2 * s}, {2 * s, 3 * s}}, nil, 3, 0, 3 * s, 0.003, 0,
			Where{Slots: 1, Seconds: 3, OnCPU: 0.003, CallWait: 2.997},
			"100 % of the time of its 1 slot, calls waited for something other than a core."},
		{"spinning on two cores, in 6 slots", all(6, span{0, 3 * s}), nil, 6, 6, 3 * s, 6, 11.9,
			Where{Slots: 6, Seconds: 18, OnCPU: 6, CoreWait: 11.9, CallWait: 0.1},
			"66 % of the time of its 6 slots, calls waited for a core."},
		{"half and half", []span{{0, s}, {0, s}, {s, 2 * s}, {s, 2 * s}}, nil, 4, 2, 2 * s, 2, 0,
			Where{Slots: 2, Seconds: 4, OnCPU: 2, CallWait: 2}, "50 %"},
		{"starting late, a gap, and idle at the end", []span{{s, 2 * s}, {s, 4 * s}, {3 * s, 4 * s}}, nil, 3, 2, 5 * s, 5, 0,
			Where{Slots: 2, Seconds: 10, Starting: 2, OnCPU: 5, Crossing: 1, Idle: 2}, "50 % of the time of its 2 slots, calls computed."},
		{"more slots than calls", []span{{s, 2 * s}}, nil, 1, 8, 2 * s, 1, 0,
			Where{Slots: 1, Seconds: 2, Starting: 1, OnCPU: 1}, "50 %"},
		{"a retry", []span{{0, s}, {0, s}, {5 * s, 6 * s}}, []span{{s, 5 * s}}, 2, 2, 6 * s, 0, 0,
			Where{Slots: 2, Seconds: 12, CallWait: 3, Retry: 4, Idle: 5}, "42 % of the time of its 2 slots, there was no call left"},
		{"more CPU time than calls took", []span{{0, s}}, nil, 1, 0, s, 1.7, 3,
			Where{Slots: 1, Seconds: 1, OnCPU: 1}, "100 % of the time of its 1 slot, calls computed."},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := divide(c.spans, c.retries, c.calls, c.limit, c.wall, used{&c.cpu, c.coreWait})
			if !strings.HasPrefix(got.Sentence, c.says) {
				t.Errorf("%q, want %q", got.Sentence, c.says)
			}
			got.Sentence = ""
			parts, wanted := got.Parts(), c.want.Parts()
			sum := 0.0
			for i, part := range parts {
				sum += part.Share
				if math.Abs(part.Share-wanted[i].Share) > 1e-9 {
					t.Errorf("%s: %.4f, want %.4f", part.Name, part.Share, wanted[i].Share)
				}
			}
			if got.Slots != c.want.Slots || math.Abs(got.Seconds-c.want.Seconds) > 1e-9 || math.Abs(sum-1) > 1e-9 {
				t.Errorf("%+v of %v in all, want %+v", *got, sum, c.want)
			}
		})
	}
	if w := divide([]span{{0, s}}, nil, 1, 1, s, used{}); w != nil {
		t.Errorf("without CPU times: %+v", w)
	}
}
