package tune

import (
	"math"
	"testing"
	"time"
)

// The first reading of a job finds some calls begun. All others begin a moment later, so those are as new as these, which
// is seen when the first has ended: the first round is over with the first wave of calls.
func TestFirstRoundIsTheFirstWave(t *testing.T) {
	f := newFarEnd(Blind)
	at := func(at time.Duration, inFlight, ended int) {
		f.look(Reading{At: at, InFlight: inFlight, Ended: int64(ended), Wanted: 1000, Left: -1}, false)
	}
	at(2*ms, 2, 0)
	for i, n := range []int{4, 8, 16, 32, 64, 128} {
		at(2*ms+time.Duration(i)*ms/2, n, 0)
	}
	for now := 25 * ms; now < 160*ms; now += 20 * ms {
		at(now, 128, 0)
	}
	at(162*ms, 128, 1)
	at(164*ms, 128, 127)
	if f.phase != ramping {
		t.Fatal("the round ended before the wave")
	}
	at(165*ms, 128, 128)
	if f.phase != climbing || f.cap != 160 {
		t.Errorf("after a wave the cap is %d, want 160", f.cap)
	}
}

// Calls that took 5 ms are followed by calls that take 50: those in flight when the level is reached began together, some
// milliseconds ago, which is long before only for calls of 5 ms.
func TestARoundOfCallsThatTakeLongerThanThoseBefore(t *testing.T) {
	var h recent
	for i := range 8 {
		h.look(Reading{At: 600*ms + time.Duration(i)*ms, InFlight: 16 * (i + 1), Ended: 200}, 5*ms)
	}
	begin := Reading{At: 607 * ms, InFlight: 128, Ended: 200}
	m := newRound(128, begin, 5*ms, h)
	m.seeWave()
	if m.begun || m.due() != 200+112 {
		t.Fatalf("the round begins when %d have ended, want 312", m.due())
	}
	m.look(Reading{At: 651 * ms, InFlight: 128, Ended: 201})
	if m.due() != 200+32 {
		t.Errorf("after the first has ended the round begins when %d have, want 232", m.due())
	}
	m.look(Reading{At: 652 * ms, InFlight: 128, Ended: 240})
	if !m.begun {
		t.Fatal("the round has not begun")
	}
	if m.due() != 240+96 {
		t.Errorf("the round is over when %d have ended, want 336: those that were new", m.due())
	}
}

// However long calls take, and whatever the wait between two readings, those that began in the last eighth of that time are new.
func TestRecentGoesBackLongEnough(t *testing.T) {
	for _, typical := range []time.Duration{time.Millisecond, 100 * ms, 2 * time.Second, time.Minute} {
		for _, wait := range []time.Duration{shortWait, longWait} {
			var h recent
			r := Reading{Ended: 128, InFlight: 128}
			for ; r.At < 4*typical+time.Second; r.At += wait {
				h.look(r, typical)
			}
			r.Ended += 100 // in whose place others have begun by now
			h.look(r, typical)
			if old := h.old(r, time.Duration(isNew*float64(typical))); old != 28 {
				t.Errorf("calls of %v, looks each %v: %d of 128 are old, want 28", typical, wait, old)
			}
		}
	}
}

// Calls of a wave that are late are waited for a little, and count as not ended.
func TestRoundWaitsForStragglers(t *testing.T) {
	begin := Reading{At: 40 * ms, Ended: 160, Timed: 160, Took: 160 * 20 * ms, InFlight: 320}
	m := newRound(320, begin, 20*ms, recent{})
	m.begun, m.begin = true, begin
	most := Reading{At: 60 * ms, Ended: 360, Timed: 360, Took: 360 * 20 * ms, InFlight: 320}
	if m.look(most) {
		t.Error("200 calls of 320 have ended, and the round is over at once")
	}
	if most.At = 65 * ms; !m.look(most) {
		t.Fatal("the others are late, and the round goes on")
	}
	if got := m.result(most).rate; got < 7999 || got > 8001 {
		t.Errorf("200 calls in 25 ms are %v a second", got)
	}
	all := Reading{At: 60 * ms, Ended: 460, Timed: 460, Took: 460 * 20 * ms, InFlight: 320}
	m.begin = begin
	if !m.look(all) {
		t.Error("300 calls of 320 have ended, and the round goes on")
	}
}

// Calls that fail count as done, unless more of them do than chance has it.
func TestGainOfCallsThatFail(t *testing.T) {
	base := measured{level: 128, rate: 1000, ended: 128, failed: 40}
	for _, c := range []struct {
		of   measured
		gain float64
	}{
		{measured{level: 256, rate: 2000, ended: 256, failed: 70}, math.Log(2)},
		{measured{level: 256, rate: 2000, ended: 256, failed: 95}, math.Log(2)},
		{measured{level: 256, rate: 2000, ended: 256, failed: 168}, 0}, // as many as before end well in a second
		{measured{level: 256, rate: 2000, ended: 256, failed: 256}, math.Log(2 * (1. / 256) / (88. / 128))},
		{measured{level: 256, rate: 500}, math.Log(.5)}, // none has ended so far
	} {
		if gain, err := c.of.gain(base); math.Abs(gain-c.gain) > 1e-9 || math.IsNaN(err) {
			t.Errorf("%d of %v failed: gained %.3f (%.3f), want %.3f", int(c.of.failed), c.of.ended, gain, err, c.gain)
		}
	}
}
