package main

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"example.com/overlap/bench/children"
	"example.com/overlap/process"
)

func TestMain(m *testing.M) {
	process.Main()
	servePlugin()
	leastKilled = 5 // in the tests, to be quick
	os.Exit(m.Run())
}

// What the table says of chaos is to rest on 100 kills or more.
const killsInTheTable = 100

var leastKilledInTheTable = leastKilled

func TestChaosKillsEnough(t *testing.T) {
	if leastKilledInTheTable < killsInTheTable {
		t.Errorf("%d workers are killed in a measurement, want at least %d", leastKilledInTheTable, killsInTheTable)
	}
	if _, err := children.Of(os.Getpid()); err != nil {
		t.Skip(err)
	}
	m, err := chaos(t.Context(), 50, 1)
	if err != nil || m.Killed < leastKilled || m.Runs < 2 {
		t.Errorf("%d workers were killed in %d runs (%v), want at least %d, and more runs than the one wanted",
			m.Killed, m.Runs, err, leastKilled)
	}
	by := contender{calls: 50, runs: 1}
	if got, want := by.aCall(measurement{Seconds: 1, Runs: 20}), 1e6; got != want {
		t.Errorf("20 runs of 50 calls in a second are %v ns a call, want %v", got, want)
	}
}

// Everything that this program measures itself gives the right answer.
func TestOursAnswerRight(t *testing.T) {
	for _, c := range contests {
		for _, by := range c.contenders {
			if by.python {
				continue
			}
			t.Run(c.name+"/"+by.name, func(t *testing.T) {
				calls := min(by.calls, 50)
				want := c.answer(calls)
				switch c.name {
				case "sieves": // counted apart: the primes up to 1000, 1001 and 1002
					calls, want = 3, 168*3
				case "python-worker":
					if _, err := exec.LookPath(interpreter); err != nil {
						t.Skip(err)
					}
				case "chaos":
					if _, err := children.Of(os.Getpid()); err != nil {
						t.Skip(err)
					}
				}
				var out strings.Builder
				if err := measureHere(t.Context(), c.name+"/"+by.name, calls, 2, &out); err != nil {
					t.Fatal(err)
				}
				var m measurement
				if err := json.Unmarshal([]byte(out.String()), &m); err != nil || m.Answer != want || m.Seconds <= 0 {
					t.Errorf("printed %s (%v), want the answer %d and the time it took", out.String(), err, want)
				}
			})
		}
	}
}

func TestContestsAreWellFormed(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range contests {
		if seen[c.name] {
			t.Errorf("two contests are named %s", c.name)
		}
		seen[c.name] = true
		if len(c.contenders) < 2 || c.contenders[0].python || (c.most > 0) != (c.mostText != "") {
			t.Errorf("%s needs ours first, a peer, and its target in words if it has one", c.name)
		}
		for _, by := range c.contenders {
			if by.calls < 1 || by.runs < 1 || (measures[c.name+"/"+by.name] == nil) != by.python {
				t.Errorf("%s: %s needs calls, runs, and what measures it if it is ours", c.name, by.name)
			}
		}
		targets := slices.ContainsFunc(c.contenders, func(by contender) bool { return by.most > 0 })
		if !targets && c.most == 0 {
			t.Errorf("%s has no target", c.name)
		}
	}
}

func TestRows(t *testing.T) {
	c := contest{what: "work", most: 1000, mostText: "≤ 1 µs", contenders: []contender{
		{name: ourName}, {name: "fast", most: 0.5}, {name: "slow", most: 0.5}, {name: "other"},
	}}
	got := c.rows([]series{{900, 1100, 1000}, {1800, 2000, 2000}, {4000, 4400, 4000}, {500, 550, 500}})
	want := [][]string{
		{"work", ourName, "1.00 µs (900 ns..1.10 µs)", "", "≤ 1 µs", "yes"},
		{"work", "fast", "2.00 µs (1.80 µs..2.00 µs)", "0.50 (0.50..0.55)", "≤ 0.50", "yes"},
		{"work", "slow", "4.00 µs (4.00 µs..4.40 µs)", "0.25 (0.23..0.25)", "≤ 0.50", "yes"},
		{"work", "other", "500 ns (500 ns..550 ns)", "2.00 (1.80..2.00)", "", ""},
	}
	if !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
	late := c.rows([]series{{1001}, {2000}, {4000}, {500}})
	if late[0][5] != "no" || late[1][5] != "no" || late[2][5] != "yes" {
		t.Errorf("1.001 µs for at most 1 µs, 0.5005 and 0.25 for at most 0.5 are judged %s, %s and %s",
			late[0][5], late[1][5], late[2][5])
	}
}

func TestACallAndRounds(t *testing.T) {
	by := contender{calls: 100, runs: 5}
	if got := by.aCall(measurement{Seconds: 0.001}); got != 2000 {
		t.Errorf("1 ms for 500 calls is %v ns a call, want 2000", got)
	}
	for _, test := range []struct{ most, wanted, want int }{{0, 5, 5}, {3, 5, 3}, {3, 2, 2}} {
		if got := (contest{mostRounds: test.most}).rounds(test.wanted); got != test.want {
			t.Errorf("%d rounds of at most %d are %d, want %d", test.wanted, test.most, got, test.want)
		}
	}
}

func TestUsage(t *testing.T) {
	for _, test := range []struct {
		name      string
		arguments []string
		status    int
		says      string
	}{
		{"unknown contest", []string{"-contests", "map,maps"}, badUsage, `no contest is named "maps": there are map, `},
		{"no rounds", []string{"-rounds", "0"}, badUsage, "must be at least 1, got 0, "},
		{"arguments", []string{"map"}, badUsage, "choose contests with -contests"},
		{"unknown flag", []string{"-fast"}, badUsage, "flag provided but not defined"},
		{"unknown contender", []string{"-measure", "map/Pool.map"}, failed, `-measure "map/Pool.map"`},
		{"no Python", []string{"-python", "no-such-python"}, failed, "install Python 3 or name it with -python"},
		{"help", []string{"-help"}, 0, "comma-separated"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out, progress strings.Builder
			status := run(context.Background(), test.arguments, &out, &progress)
			if status != test.status || !strings.Contains(progress.String(), test.says) || out.Len() > 0 {
				t.Errorf("exit status %d, %q and the table %q, want %d, %q and none",
					status, progress.String(), out.String(), test.status, test.says)
			}
		})
	}
}
