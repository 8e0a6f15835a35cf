package cli

import (
	"strings"
	"testing"
	"time"

	"example.com/overlap/internal/figures"
)

func TestProgressLine(t *testing.T) {
	cases := []struct {
		at   progress
		rate float64
		want string
	}{
		{progress{total: 50_000, drawn: 12_409, underWay: 64, ended: 12_345, failed: 3, elapsed: 5 * time.Second}, 2469,
			"12,345 of 50,000 (24 %), 64 under way, 3 failed, 2,469/s, 0:05, 0:15 left"},
		{progress{total: -1, drawn: 1_010, underWay: 10, ended: 1_000, elapsed: time.Minute}, 16.7, "1,000 of ≥ 1,010, 10 under way, 16.7/s, 1:00"},
		{progress{total: 10, drawn: 6, underWay: 6, elapsed: time.Second}, 0, "0 of 10 (0 %), 6 under way, 0.0/s, 0:01"},
		{progress{total: 10, drawn: 10, ended: 10, elapsed: 2 * time.Hour}, 0.25, "10 of 10 (100 %), 15.0/min, 2:00:00"},
		{progress{total: -1, drawn: 4, underWay: 2, ended: 2, draining: true}, 2, "2 of ≥ 4, 2 under way, 2.0/s, 0:00, 0:01 left"},
		{progress{total: -1, drawn: 70, underWay: 2, ended: 6, draining: true}, 2, "6 of ≥ 70, 2 under way, 2.0/s, 0:00, 0:01 left"},
		{progress{total: 1 << 62, drawn: 4, underWay: 2, ended: 2}, 1, "2 of 4,611,686,018,427,387,904 (0 %), 2 under way, 1.0/s, 0:00"},
		{progress{total: 10, drawn: 6, underWay: 6, queued: 2, workers: 3}, 0, "0 of 10 (0 %), 6 under way on 3 workers, 2 of them queued, 0.0/s, 0:00"},
		{progress{total: 10, drawn: 8, ended: 1, underWay: 2}, 1, "1 of 10 (10 %), 2 under way, 1.0/s, 0:00, 0:09 left"},
		{progress{total: 10, drawn: 6, underWay: 6, queued: 6}, 0, "0 of 10 (0 %), 6 under way, 6 of them queued, 0.0/s, 0:00"},
		{progress{total: 1, drawn: 1, ended: 1, workers: 3}, 0, "1 of 1 (100 %), 0.0/s, 0:00"},
	}
	for _, c := range cases {
		if got := c.at.line(c.rate); got != c.want {
			t.Errorf("%+v:\n%s\nwant\n%s", c.at, got, c.want)
		}
	}
}

// The rate is that of the last seconds, not of the whole job.
func TestPaceForgets(t *testing.T) {
	var p pace
	ended, last := int64(0), 0.0
	for i := range 1000 {
		if i < 500 {
			ended += 100 // each 100 ms
		} else {
			ended++
		}
		last = p.add(time.Duration(i+1)*100*time.Millisecond, ended)
		if i == 0 && last != 1000 {
			t.Errorf("the first sample says %v calls a second, want 1000", last)
		}
	}
	if last < 9.9 || last > 10.1 {
		t.Errorf("the last sample says %v calls a second, want 10", last)
	}
}

func TestGrouped(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", -1000: "-1,000", -100: "-100", 1234567: "1,234,567"} {
		if got := figures.Grouped(n); got != want {
			t.Errorf("%d is %s, want %s", n, got, want)
		}
	}
}

// A message comes above the line that is redrawn, which is cut to the terminal.
func TestMessagesAboveTheProgressLine(t *testing.T) {
	var b strings.Builder
	m := &messages{to: &b, prefix: "overlap: ", redraws: true, width: 10}
	m.draw("0123456789")
	m.sayf("two\nlines\n")
	m.draw("")
	m.draw("")
	want := "\r\x1b[K012345678" + "\r\x1b[Koverlap: two\noverlap: lines\n012345678" + "\r\x1b[K"
	if got := b.String(); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
