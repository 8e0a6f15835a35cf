package main

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"example.com/overlap/bench/children"
	"example.com/overlap/process"
)

func TestMain(m *testing.M) {
	process.Main()
	os.Exit(m.Run())
}

func TestJudge(t *testing.T) {
	ok, broken := []string{succeeded, succeeded}, []string{succeeded, "BrokenProcessPool"}
	stuck := []string{"BrokenProcessPool", hangs}
	for _, test := range []struct {
		name string
		o    observation
		want string
	}{
		{"contained", observation{Victim: "crashed", Others: ok, Later: ok}, "only it: crashed"},
		{"the queued fail", observation{Victim: "E", Others: broken, Later: ok}, "**poison**: BrokenProcessPool"},
		{"later ones fail", observation{Victim: "E", Others: ok, Later: broken}, "**poison**: BrokenProcessPool"},
		{"the victim hangs", observation{Victim: hangs, Others: ok, Later: ok}, neverCompletes},
		{"the victim hangs and others fail", observation{Victim: hangs, Others: broken, Later: ok},
			"**poison**: BrokenProcessPool"},
		{"others hang", observation{Victim: "E", Others: stuck, Later: ok}, everythingHangs},
		{"later ones hang", observation{Victim: hangs, Others: ok, Later: stuck}, everythingHangs},
		{"there is no victim", observation{Others: ok, Later: ok}, "no call fails"},
		{"the victim succeeds", observation{Victim: succeeded, Others: ok, Later: ok}, "no call fails"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := test.o.judge(); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestJudgeSpecialEvents(t *testing.T) {
	ok, told, stuck := []string{succeeded}, []string{"E"}, []string{hangs}
	for _, test := range []struct {
		name  string
		judge func(observation) string
		o     observation
		want  string
	}{
		{"text kept", observation.judgeText, observation{Victim: "E", Text: "x: " + original, Later: ok}, "only it: E"},
		{"text lost", observation.judgeText, observation{Victim: "E", Text: "x", Later: ok}, "only it: E, original lost"},
		{"text and all", observation.judgeText, observation{Victim: "E", Later: stuck}, everythingHangs},
		{"told", observation.judgeInitializer, observation{Victim: "E", Others: told, Later: told, Started: 2},
			"error: E, ran 2 ×"},
		{"storm", observation.judgeInitializer, observation{Victim: hangs, Others: stuck, Later: stuck, Started: 300},
			"**respawn storm, never an error**, ran 300 ×"},
		{"not told", observation.judgeInitializer, observation{Victim: hangs, Later: stuck, Started: 2},
			"**everything hangs**, ran 2 ×"},
		{"ignored", observation.judgeInitializer, observation{Victim: "E", Later: ok, Started: 1},
			"some calls succeed, ran 1 ×"},
		{"killed", observation.judgeTimeout, observation{Victim: "timed out", Later: ok}, "only it: timed out"},
		{"lost", observation.judgeTimeout, observation{Victim: hangs, Later: stuck}, "**no remedy**: workers lost"},
		{"all gone", observation.judgeOrphans, observation{}, "none left"},
		{"some left", observation.judgeOrphans, observation{left: 3}, "**3 left**"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := test.judge(test.o); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// What happens to one call of ours leaves all others alone, and each event is there to be made happen.
func TestOursAreContained(t *testing.T) {
	for _, e := range events {
		if e.name == orphansIdle || e.name == orphansBusy {
			continue // they end with the process
		}
		t.Run(e.name, func(t *testing.T) {
			if _, err := children.Of(os.Getpid()); e.name == idle && err != nil {
				t.Skip(err)
			}
			var out strings.Builder
			if err := observeHere(t.Context(), e.name, time.Minute, &out); err != nil {
				t.Fatal(err)
			}
			var seen observation
			if err := json.Unmarshal([]byte(out.String()), &seen); err != nil {
				t.Fatalf("printed %q: %v", out.String(), err)
			}
			said := e.judge(seen)
			want := onlyIt
			switch e.name {
			case idle:
				want = "no call fails"
			case initializer:
				want = "error: never started"
			}
			if !strings.HasPrefix(said, want) || strings.Contains(said, "lost") {
				t.Errorf("%s, want %s: %s", said, want, out.String())
			}
		})
	}
}

func TestUsage(t *testing.T) {
	for _, test := range []struct {
		name      string
		arguments []string
		status    int
		says      string
	}{
		{"nothing matches", []string{"-run", "nosuch"}, badUsage, `-run "nosuch" matches no event`},
		{"bad pattern", []string{"-run", "("}, badUsage, "-run: "},
		{"no limit", []string{"-limit", "0s"}, badUsage, "-limit must be positive, got 0s"},
		{"arguments", []string{"segfault"}, badUsage, "choose events with -run"},
		{"unknown event", []string{"-observe", "nosuch"}, failed, `-observe "nosuch"`},
		{"no Python", []string{"-python", "no-such-python"}, failed, "install Python 3 or name it with -python"},
		{"help", []string{"-help"}, 0, "what takes longer hangs"},
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
