package tune

import (
	"testing"
	"time"
)

// looks gives a job's beside so many readings, ten milliseconds apart, and returns the last level that it is for.
func looks(b *beside, n int, at *time.Duration, level int, busy func(inFlight int) int, r Reading) int {
	for range n {
		*at += 10 * time.Millisecond
		r.At, r.InFlight = *at, level
		r.Running, r.Runnable = min(2, busy(level)), max(0, busy(level)-2)
		level = max(level, b.look(r, level))
		if b.cap > 0 {
			level = min(level, b.cap)
		}
	}
	return level
}

func TestCallsThatWaitBesideAJobThatComputes(t *testing.T) {
	var b beside
	var at time.Duration
	if level := looks(&b, 12, &at, 2, func(int) int { return 2 }, Reading{Beside: 1, Turn: true, Wanted: 100}); level < 128 || !b.waits {
		t.Errorf("the level is %d", level)
	}
}

func TestCallsThatComputeBesideAJobThatComputes(t *testing.T) {
	var b beside
	var at time.Duration
	if level := looks(&b, 40, &at, 2, func(n int) int { return 2 + n }, Reading{Beside: 1, Turn: true, Wanted: 100}); level > 8 || b.waits {
		t.Errorf("the level is %d", level)
	}
	if b.rest == 0 && !b.trying {
		t.Error("it is about to try again at once")
	}
}

func TestOneJobTriesAtATime(t *testing.T) {
	var b beside
	var at time.Duration
	if level := looks(&b, 40, &at, 2, func(int) int { return 4 }, Reading{Beside: 1, Wanted: 100}); level != 2 || b.trying {
		t.Errorf("without its turn it went to %d", level)
	}
}

func TestAJobWithNoMoreCallsLetsOthersTry(t *testing.T) {
	var b beside
	var at time.Duration
	r := Reading{Beside: 1, Turn: true, Wanted: 100}
	if looks(&b, besideLooks, &at, 2, func(int) int { return 4 }, r); !b.trying {
		t.Fatal("it does not try")
	}
	r.Wanted = 0
	if looks(&b, 1, &at, 8, func(int) int { return 4 }, r); b.trying {
		t.Error("it still tries")
	}
}
