package tune

import (
	"testing"
	"time"
)

func TestTopOfTheParabola(t *testing.T) {
	law := func(n int) measured {
		x := float64(n)
		return measured{level: n, rate: 10 * x / (1 + .02*(x-1) + .0005*x*(x-1))}
	}
	if got := top(law(16), law(32), law(64)); got < 42 || got > 46 { // by theory, 44.3
		t.Errorf("got %d", got)
	}
	flat := func(n int) measured { return measured{level: n, rate: 100} }
	if got := top(flat(16), flat(32), flat(64)); got != 32 {
		t.Errorf("of a flat line: got %d, want 32", got)
	}
}

// What the first calls did is measured over few of them, where their times are very different. So a higher level of which more is
// known than of that is what others are compared with, unless it does far less: it was given up for seeming to do a little less.
func TestLevelOfWhichLittleIsKnown(t *testing.T) {
	for _, w := range []struct {
		rate, err, errOfBest float64
		want                 int // the next level
	}{
		{7500, .05, .12, 200}, // a little less, as far as is known of 128
		{7700, .05, .06, 160}, // as much is known of both: it is looked at for longer
		{6900, .02, .03, 64},  // less, certainly
		{5500, .05, .12, 64},  // far less
	} {
		f := newFarEnd(Blind)
		f.best = measured{level: 128, rate: 7900, err: w.errOfBest}
		f.known = []measured{f.best}
		f.climb(160, Reading{Left: -1})
		f.judgeHigher(measured{level: 160, rate: w.rate, err: w.err}, Reading{Left: -1})
		if f.cap != w.want {
			t.Errorf("%.0f a second ± %.0f %% at 160, after 7900 ± %.0f %% at 128: next %d, want %d",
				w.rate, 100*w.err, 100*w.errOfBest, f.cap, w.want)
		}
	}
}

// A higher level at which calls take so long that no more end in a second, whenever they do, is left before they have.
func TestHigherLevelIsLeftAsSoonAsItCannotPay(t *testing.T) {
	for _, test := range []struct {
		after time.Duration // since the calls at 160 began
		old   int64         // how many of those in flight may have begun earlier
		ended int64         // how many of them have ended
		want  int           // the level by then
	}{
		{3 * time.Second, 0, 0, 160}, // 160 in 3 s may still be 5 % more than 128 in 2.56
		{3300 * ms, 0, 0, 64},        // and in 3.3 s it is less
		{3300 * ms, 4, 0, 64},        // whenever some of them began, as none has ended since
		{3300 * ms, 0, 1, 160},       // those that have ended tell more
		{3300 * ms, 0, 160, 64},      // as they do in the end
		{2600 * ms, 0, 160, 320},     // or this
	} {
		f := newFarEnd(Blind)
		f.typical = 2560 * ms
		f.best = measured{level: 128, rate: 50}
		f.known = []measured{f.best}
		r := Reading{At: time.Minute, Ended: 128, InFlight: 160, Wanted: 1000, Left: -1}
		f.recent.look(Reading{At: r.At - time.Second, Ended: 128 + test.old}, f.typical)
		f.climb(160, r)
		f.look(r, false)
		r.At += test.after
		r.Ended += test.ended
		r.Timed, r.Took = test.ended, time.Duration(test.ended)*test.after
		r.Squares = float64(test.ended) * test.after.Seconds() * test.after.Seconds()
		f.look(r, false)
		if f.cap != test.want {
			t.Errorf("%d have ended after %v, and %d may be older: the level is %d, want %d", test.ended, test.after, test.old, f.cap, test.want)
		}
	}
}
