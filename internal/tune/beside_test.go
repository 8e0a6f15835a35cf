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
		level = max(level, b.look(r, level, false))
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

// One look says that calls wait: the cores could not have been wanted by so few at any later one.
func TestCallsThatWaitAreSeenToAtOnce(t *testing.T) {
	var b beside
	var at time.Duration
	if level := looks(&b, besideLooks+1, &at, 2, func(int) int { return 2 }, Reading{Beside: 1, Turn: true, Wanted: 100}); level != 128 {
		t.Errorf("the level is %d", level)
	}
}

// What another job tries is over when the turn comes, and says nothing about what wants cores always: a job that computes would seem
// to wait, since less is wanted with its own calls than with those.
func TestWhatAnotherJobTriesIsNotTheBase(t *testing.T) {
	var b beside
	var at time.Duration
	r := Reading{Beside: 1, Wanted: 100}
	looks(&b, 11, &at, 2, func(int) int { return 12 }, r)
	r.Turn = true
	if level := looks(&b, 1, &at, 2, func(int) int { return 9 }, r); level != 2 {
		t.Fatalf("it tries %d, when it has only seen what the other had left", level)
	}
	if level := looks(&b, 20, &at, 2, func(n int) int { return n }, r); level > 8 || b.waits {
		t.Errorf("the level is %d", level)
	}
}

// A job that has kept the cores busy by itself does not try at once when another begins, which would keep that from its turn.
func TestAJobThatKeptTheCoresBusyTriesLater(t *testing.T) {
	for _, saturated := range []bool{false, true} {
		var b beside
		at := time.Second
		b.look(Reading{At: at, InFlight: 2, Running: 2, Wanted: 100}, 2, saturated)
		r := Reading{Beside: 1, Turn: true, Wanted: 100}
		if looks(&b, besideLooks, &at, 2, func(int) int { return 4 }, r); b.trying == saturated {
			t.Errorf("saturated %v: tries %v", saturated, b.trying)
		}
		if looks(&b, besidePause, &at, 2, func(int) int { return 4 }, r); saturated && !b.trying {
			t.Error("it never tries")
		}
	}
}

// What wanted cores while fewer calls were in flight says nothing of those that are now.
func TestLooksAreOfOneLevel(t *testing.T) {
	var b beside
	var at time.Duration
	r := Reading{Beside: 1, Turn: true, Wanted: 100}
	looks(&b, 1, &at, 2, func(int) int { return 2 }, r)
	if level := looks(&b, besideLooks, &at, 6, func(n int) int { return n }, r); level != 6*besideStep || b.waits {
		t.Errorf("the level is %d", level)
	}
}

// A job may have no call waiting for a slot for a moment, while those that it tries are being started.
func TestCallsThatAreBeingStartedAreStillTried(t *testing.T) {
	var b beside
	var at time.Duration
	r := Reading{Beside: 1, Turn: true, Wanted: 100}
	if looks(&b, besideLooks, &at, 2, func(int) int { return 4 }, r); !b.trying {
		t.Fatal("it does not try")
	}
	b.look(Reading{At: at, Beside: 1, Turn: true, InFlight: 3, Running: 2}, 8, false)
	if !b.trying {
		t.Error("it tries no more")
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
