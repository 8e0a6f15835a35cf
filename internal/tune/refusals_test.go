package tune

import (
	"testing"
	"time"
)

// Between two waves of refusals a token bucket lets through what its rate allows.
func TestRateBetweenTwoWaves(t *testing.T) {
	var f refusals
	at := func(at time.Duration, ended int64, inFlight int) Reading {
		return Reading{At: at, Ended: ended, InFlight: inFlight}
	}
	f.refused(at(5*ms, 0, 128), Refusal{Took: 5 * ms})
	if !f.look(at(6*ms, 0, 30)) {
		t.Error("calls may start while refusals come in")
	}
	if f.look(at(20*ms, 0, 20)) || f.probing.level != 20 || f.rate.perSecond != 0 {
		t.Errorf("after the first wave: probing at %d, rate %v, want those 20 that got through", f.probing.level, f.rate.perSecond)
	}
	if f.look(at(60*ms, 5, 20)); f.limit.cap != 20 || f.rate.perSecond != 0 {
		t.Errorf("when some of them have ended: cap %d, rate %v, want those 20", f.limit.cap, f.rate.perSecond)
	}
	f.refused(at(105*ms, 25, 5), Refusal{Took: 5 * ms})
	f.look(at(120*ms, 25, 5))
	if f.rate.perSecond < 99 || f.rate.perSecond > 102 { // 10 more got through in 100 ms
		t.Errorf("after the second wave: rate %v, want 100 a second", f.rate.perSecond)
	}
}

// Where as many get through each time, the limit is how many are in flight.
func TestCeilingOfTwoWaves(t *testing.T) {
	var f refusals
	f.refused(Reading{At: 5 * ms, InFlight: 128}, Refusal{Took: 5 * ms})
	f.look(Reading{At: 20 * ms, InFlight: 20})
	f.look(Reading{At: 100 * ms, Ended: 10, InFlight: 20})
	f.refused(Reading{At: 200 * ms, Ended: 30, InFlight: 21}, Refusal{Took: 5 * ms})
	f.look(Reading{At: 220 * ms, Ended: 30, InFlight: 19})
	if f.limit.cap != 19 || f.rate.perSecond != 0 {
		t.Errorf("cap %d, rate %v, want 19 and none", f.limit.cap, f.rate.perSecond)
	}
}

// A rate that was found while the program had no core for long is too low by far, and is left soon.
func TestARateThatIsFarTooLow(t *testing.T) {
	var f refusals
	var r Reading
	f.setRate(20, r)
	for f.rate.perSecond < 90 && r.Ended < 1000 {
		r.Ended++
		r.At += time.Duration(float64(time.Second) / f.rate.perSecond)
		f.look(r)
	}
	if r.Ended > 400 {
		t.Errorf("after %d calls of which none was refused the rate is %.0f a second, want 90 after at most 400", r.Ended, f.rate.perSecond)
	}
}

// Each raise of a rate that is refused has the next one wait for twice as many calls.
func TestARateThatIsRightIsRaisedEverMoreRarely(t *testing.T) {
	var f refusals
	var r Reading
	f.waves = 2 // between which the rate was found
	f.setRate(100, r)
	var apart []int64
	for range 3 {
		before, rate := r.Ended, f.rate.perSecond
		for f.rate.perSecond == rate && r.Ended < 10_000 {
			r.Ended++
			r.At += time.Duration(float64(time.Second) / f.rate.perSecond)
			f.look(r)
		}
		apart = append(apart, r.Ended-before)
		f.refused(r, Refusal{Took: 5 * ms})
		r.At += 20 * ms
		f.look(r)
	}
	if apart[1] < 3*apart[0]/2 || apart[2] < 3*apart[1]/2 {
		t.Errorf("the rate was raised after %v calls, want twice as many each time", apart)
	}
}

// Where calls start at far too high a rate, refusals come in without a pause, and it is left all the same.
func TestARateAtWhichRefusalsNeverStopIsLeft(t *testing.T) {
	var f refusals
	r := Reading{At: time.Second, InFlight: 10}
	f.setRate(1000, r)
	for range 100 {
		r.At += ms
		f.refused(r, Refusal{Took: ms})
		f.look(r)
	}
	if f.rate.perSecond != 0 {
		t.Errorf("calls start at %v a second after 100 refusals", f.rate.perSecond)
	}
}

// A call that ends at the moment of the first refusal may be counted after it, and the one that follows it too.
func TestNoMoreGetThroughAWaveThanWereInFlight(t *testing.T) {
	var f refusals
	f.refused(Reading{At: 50 * ms, Ended: 100, InFlight: 50}, Refusal{Took: 50 * ms})
	f.look(Reading{At: 150 * ms, Ended: 150, InFlight: 30})
	if f.limit.cap > 50 {
		t.Errorf("at most %d calls may be in flight, want 50", f.limit.cap)
	}
}

// Where it was tried in vain whether refusals are by chance, there are the limits again that there were, and no others.
func TestLimitsAfterTryingForChance(t *testing.T) {
	for _, before := range []limits{{}, {cap: 7, every: 64}, {rate: 40}} {
		var f refusals
		f.chance.suspicion, f.chance.share, f.suspected = tried, .5, before
		f.chance.passed = 100 // none has got through since
		for range chanceCalls {
			f.refused(Reading{At: time.Second, Ended: 100, InFlight: 4}, Refusal{Took: ms, Before: 1})
		}
		if f.chance.suspicion != unlikely || f.limit.every < before.every || f.limit.cap != before.cap || f.rate.perSecond < .99*before.rate || f.rate.perSecond > 1.01*before.rate {
			t.Errorf("suspicion %d, a limit of %d, tried every %d, and a rate of %v; want none and %+v",
				f.chance.suspicion, f.limit.cap, f.limit.every, f.rate.perSecond, before)
		}
	}
}

// Where refusals are fast, a trial may be in vain as the same inputs are refused again and again before a call gets through. What
// is known of those inputs is kept then: jobs of which one in five was always refused sank to four calls a second.
func TestATrialInVainByInputsThatAreRefusedAgain(t *testing.T) {
	for flying, want := range map[int]bool{chanceCalls: true, 1: false} {
		f := refusals{badInputs: badInputs{known: true, evidence: sureOfInputs}}
		r := Reading{At: time.Second, Ended: 100, Timed: 100, Took: 100 * 50 * ms}
		f.chance.share = .3
		f.chance.try(r, 0, 0)
		r.InFlight = flying
		for i := range int64(chanceCalls + 2) {
			r.At += ms / 10
			f.refused(r, Refusal{Took: ms / 20, Before: int(i % 3)})
		}
		if f.chance.isTrial() || f.chance.ofInputs != want {
			t.Errorf("with %d in flight: suspicion %d, that refusals are for what calls ask is %v, want %v", flying, f.chance.suspicion, f.chance.ofInputs, want)
		}
	}
}

// Where hardly any call is refused while it is tried, the far end takes as many in a second as got through then.
func TestTheRateAfterTryingForChance(t *testing.T) {
	var f refusals
	f.chance.suspicion, f.chance.share, f.suspected = tried, .5, limits{rate: 40}
	if f.look(Reading{At: time.Second, Ended: 100}); f.chance.suspicion != unlikely || f.rate.perSecond < 99 || f.rate.perSecond > 101 {
		t.Errorf("suspicion %d, and %v start in a second, want none and 100", f.chance.suspicion, f.rate.perSecond)
	}
}

// Where no rate is low enough, refusals have nothing to do with how many calls start: that is tried, rather than ever lower ones.
func TestRefusalsAtAnyRate(t *testing.T) {
	var f refusals
	r := Reading{At: time.Second, Ended: 1}
	f.setRate(100, r)
	f.rate.rough = true
	for range mostHalved + 1 {
		r.At += time.Second
		r.Ended++
		f.refused(r, Refusal{Took: ms})
		r.At += 100 * ms
		f.look(r)
	}
	if f.chance.suspicion != tried {
		t.Errorf("every second call is refused at %v a second, and the suspicion is %d, want that it is tried", f.rate.perSecond, f.chance.suspicion)
	}
}

// The rate at which calls get through that are made one at a time is that of those which began before one was refused.
func TestARateOfCallsMadeOneAtATime(t *testing.T) {
	f := refusals{waves: 1}
	f.setLimit(1, Reading{})
	f.refused(Reading{At: 10 * time.Second}, Refusal{})
	f.look(Reading{At: 11 * time.Second, InFlight: 1}) // and this one began later
	if f.rate.perSecond != 0 {
		t.Errorf("%v calls start in a second, and none had got through", f.rate.perSecond)
	}
}

// A limit at which a call was refused is lower than it was.
func TestALimitIsLowerThanWhatWasRefused(t *testing.T) {
	f := refusals{waves: 1, survived: 20}
	f.setLimit(20, Reading{})
	f.refused(Reading{At: time.Second, Ended: 100, InFlight: 20}, Refusal{Took: 5 * ms})
	f.look(Reading{At: 2 * time.Second, Ended: 120})
	if f.limit.cap != 19 {
		t.Errorf("at most %d calls may be in flight, want 19", f.limit.cap)
	}
}

// The calls that were started before anything was known may get through in larger numbers than later ones. Half as many of the
// next are a limit all the same, and no rate.
func TestALimitWhereHalfAsManyGetThroughTheSecondWave(t *testing.T) {
	f := refusals{waves: 1, survived: 100}
	f.setLimit(100, Reading{})
	f.refused(Reading{At: time.Second, Ended: 100, InFlight: 60}, Refusal{Took: 5 * ms})
	f.look(Reading{At: 1100 * ms, Ended: 100, InFlight: 55})
	if f.limit.cap != 55 || f.rate.perSecond != 0 {
		t.Errorf("at most %d calls may be in flight and %v start in a second, want 55 and any number", f.limit.cap, f.rate.perSecond)
	}
}

// A call that is refused again while it is alone is no sign of a rate where others have got through since it was refused first: it was
// one of a hundred, and some ten seconds went by at three calls a second.
func TestACallThatIsAloneAndRefusedAgain(t *testing.T) {
	for _, w := range []struct {
		others int  // that got through since
		isRate bool // or the refusal may be for what the call asks
	}{{0, true}, {12, false}} {
		f := refusals{waves: 2, before: endOfWave{began: 100 * ms, through: 20}}
		f.setLimit(1, Reading{At: 120 * ms, Ended: 20})
		for i := range w.others {
			f.badInputs.answered(time.Duration(120+i)*ms, false)
		}
		f.refused(Reading{At: 400 * ms, Ended: 22, InFlight: 1}, Refusal{Took: 20 * ms, Before: 1, Since: 100 * ms})
		f.look(Reading{At: 420 * ms, Ended: 23})
		if got := f.rate.perSecond > 0; got != w.isRate {
			t.Errorf("%d others got through since: rate %.0f, cap %d", w.others, f.rate.perSecond, f.limit.cap)
		}
	}
}
