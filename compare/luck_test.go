package compare

import (
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// noise makes the times of runs on a machine on which things happen: it grows slower, has bursts of load that last for
// several runs, and hiccups of single ones. Strategies run once a round in a shuffled order, as rounds does it.
type noise struct {
	spread   float64 // of the logarithm of a run's time
	drift    float64 // by how much runs are slower at the end of 24 rounds
	bursts   float64 // the chance that one begins with a run
	outliers float64 // the chance that a run takes up to 4 times as long
}

func (n noise) rounds(random *rand.Rand, typical []float64, rounds int) []contender {
	all := make([]contender, len(typical))
	burst, slow := 0, 1.0
	for round := range rounds {
		for _, place := range random.Perm(len(typical)) {
			if burst == 0 && random.Float64() < n.bursts {
				burst, slow = 1+random.IntN(2*len(typical)), 1.2+random.Float64()
			}
			wall := typical[place] * math.Exp(n.spread*random.NormFloat64()) * (1 + n.drift*float64(round)/24)
			if burst > 0 {
				burst--
				wall *= slow
			}
			if random.Float64() < n.outliers {
				wall *= 1 + 3*random.Float64()
			}
			all[place].walls = append(all[place].walls, wall)
		}
	}
	return all
}

// comparison decides as rounds does: strategies that have lost, in the first round or at a look, run no more.
func comparison(all []contender) (winner int, decision Decision) {
	quickest := math.Inf(1)
	for _, c := range all {
		quickest = min(quickest, c.walls[0])
	}
	for i := range all {
		all[i].beaten = all[i].walls[0] >= outFrom*quickest
	}
	for _, look := range looks {
		seen := make([]contender, len(all))
		for i, c := range all {
			seen[i] = contender{walls: c.walls[:look], beaten: c.beaten}
		}
		fastest, stand := compareAll(seen, true)
		decision = decide(stand)
		if decision != CannotTell {
			return fastest, decision
		}
		for i := range all {
			all[i].beaten = stand[i].standing == beaten
		}
	}
	return -1, decision
}

var noises = map[string]noise{
	"quiet":    {spread: 0.01},
	"noisy":    {spread: 0.15},
	"drift":    {spread: 0.05, drift: 0.5},
	"bursts":   {spread: 0.05, bursts: 0.1},
	"outliers": {spread: 0.03, outliers: 0.1},
	"all":      {spread: 0.08, drift: 0.3, bursts: 0.05, outliers: 0.05},
}

// Among strategies that are no more than 5 % apart there is no winner: not even in one of 18 comparisons, in whatever
// noise, with 5 % just reached, and by chance alone.
func TestNoWinnerByLuck(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 12))
	sets, lucky := 0, 0
	for _, name := range slices.Sorted(maps.Keys(noises)) {
		n := noises[name]
		for _, typical := range [][]float64{{1, 1}, {1, 1.05}, {1, 1, 1}, {1, 1.05, 1.05, 1.05}, {1, 1, 1, 1, 1, 1, 1, 1}} {
			won := 0
			const trials = 340
			for range trials {
				if _, decision := comparison(n.rounds(random, typical, looks[len(looks)-1])); decision == Won {
					won++
				}
			}
			if share := float64(won) / trials; share > 0.055 {
				t.Errorf("%s, %v: a winner in %.3f of the comparisons", name, typical, share)
			}
			sets, lucky = sets+trials, lucky+won
		}
	}
	if sets < 10_000 || float64(lucky)/float64(sets) > 0.055 {
		t.Errorf("%d winners in %d comparisons", lucky, sets)
	}
	t.Logf("%d winners in %d comparisons", lucky, sets)
}

// A difference that matters is found, and the one that is faster wins.
func TestWinnersAreFound(t *testing.T) {
	for name, least := range map[string]float64{
		"quiet": 0.99, "outliers": 0.9, "noisy": 0.6, "bursts": 0.8, "drift": 0.9,
	} {
		random := rand.New(rand.NewPCG(13, 14))
		found := 0
		const trials = 100
		for range trials {
			switch winner, decision := comparison(noises[name].rounds(random, []float64{1.3, 1, 1.4, 2}, looks[len(looks)-1])); {
			case decision == Won && winner == 1:
				found++
			case decision == Won:
				t.Errorf("%s: strategy %d won", name, winner)
			}
		}
		if share := float64(found) / trials; share < least {
			t.Errorf("%s: the winner was found in %.2f of the comparisons", name, share)
		}
	}
}

// Equal strategies are measured to tie where it is quiet, and where it is not nobody says so.
func TestTiesAreMeasured(t *testing.T) {
	random := rand.New(rand.NewPCG(15, 16))
	count := func(n noise, typical ...float64) map[Decision]int {
		made := map[Decision]int{}
		for range 100 {
			_, decision := comparison(n.rounds(random, typical, looks[len(looks)-1]))
			made[decision]++
		}
		return made
	}
	if made := count(noises["quiet"], 1, 1, 1); made[Tied] < 95 {
		t.Errorf("equal ones in quiet: %v", made)
	}
	if made := count(noises["noisy"], 1, 1, 1); made[CannotTell] < 95 {
		t.Errorf("equal ones in noise: %v", made)
	}
	if made := count(noise{spread: 0.5}, 1, 1.3); made[Tied] > 0 {
		t.Errorf("far apart and noisy: %v", made)
	}
}

func TestOutWithoutATest(t *testing.T) {
	for _, c := range []struct {
		name  string
		walls [][]float64
		want  Decision
	}{
		{"5 times as slow in its only run", [][]float64{{1}, {5}}, Won},
		{"not quite", [][]float64{{1}, {4.9}}, TooFewRuns},
		{"once in two runs", [][]float64{{1, 1.1}, {9, 4}}, TooFewRuns},
		{"5 runs of each, however far apart", [][]float64{{1, 1, 1, 1, 1}, {4, 4, 4, 4, 4}}, TooFewRuns},
		{"alone", [][]float64{{1}}, Won},
		{"nothing", nil, NoDecision},
	} {
		var all []contender
		for _, walls := range c.walls {
			all = append(all, contender{walls: walls})
		}
		if _, stand := compareAll(all, true); decide(stand) != c.want {
			t.Errorf("%s: %q, want %q", c.name, decide(stand), c.want)
		}
	}
}
