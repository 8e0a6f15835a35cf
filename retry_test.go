package overlap

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

var errAgain = errors.New("again")

func TestBackoffIsBelowItsDoublingCeiling(t *testing.T) {
	p := RetryPolicy{Extra: 60, Base: 100 * time.Millisecond, Max: 2 * time.Second}
	ceilings := []time.Duration{100 * time.Millisecond, 200 * time.Millisecond, 400 * time.Millisecond, 800 * time.Millisecond, 1600 * time.Millisecond, 2 * time.Second}
	for attempt := 1; attempt <= p.Extra; attempt++ {
		ceiling := ceilings[min(attempt, len(ceilings))-1]
		var most time.Duration
		for range 500 {
			wait, again := p.again(attempt, Failed, errAgain, false)
			if !again || wait < 0 || wait > ceiling {
				t.Fatalf("after attempt %d: wait %v, again %v; want at most %v", attempt, wait, again, ceiling)
			}
			most = max(most, wait)
		}
		if most < ceiling/2 { // 500 draws all in the lower half: 2^-500
			t.Errorf("after attempt %d the longest of 500 waits was %v of %v", attempt, most, ceiling)
		}
	}
	if _, again := p.again(61, Failed, errAgain, false); again {
		t.Error("there is an attempt beyond Extra")
	}
}

type saysWhen time.Duration

func (s saysWhen) Error() string                     { return "busy" }
func (s saysWhen) RetryAfter() (time.Duration, bool) { return time.Duration(s), s != 0 }

type saysNo struct{}

func (saysNo) Error() string   { return "never" }
func (saysNo) Retryable() bool { return false }

func TestErrorsDecideAboutTheirRetry(t *testing.T) {
	p := Retry(3)
	if wait, again := p.again(1, Failed, fmt.Errorf("wrapped: %w", saysWhen(time.Hour)), false); !again || wait != time.Hour {
		t.Errorf("Retry-After of an hour: wait %v, again %v", wait, again)
	}
	if wait, again := p.again(1, Failed, saysWhen(0), false); !again || wait > 100*time.Millisecond {
		t.Errorf("no Retry-After: wait %v, again %v", wait, again)
	}
	for _, c := range []struct {
		o    Outcome
		err  error
		want bool
	}{
		{Failed, errAgain, true},
		{Failed, saysNo{}, false},
		{Failed, ErrGoexit, false},
		{TimedOut, &TimeoutError{Err: errAgain}, true},
		{WorkerDied, errAgain, false}, // the task is not declared idempotent
		{Panicked, &PanicError{Value: 1}, false},
		{Abandoned, errAgain, false},
		{Canceled, errAgain, false},
		{NeverStarted, errAgain, false},
	} {
		if _, again := p.again(1, c.o, c.err, false); again != c.want {
			t.Errorf("%v with %v: again %v, want %v", c.o, c.err, again, c.want)
		}
	}
	if _, again := p.again(1, WorkerDied, errAgain, true); !again {
		t.Error("no other attempt at a call of an idempotent task whose worker died")
	}
	p.If = func(error) bool { return true }
	if _, again := p.again(1, Panicked, &PanicError{Value: 1}, false); !again {
		t.Error("If wanted another attempt after a panic")
	}
}
