package cli

import (
	"errors"
	"strings"
	"testing"
	"time"

	"example.com/overlap"
	"example.com/overlap/tasks/fetch"
)

// The command names its own flags, and what a worker in Python says.
func TestAutoTextIsTheCommands(t *testing.T) {
	text := autoText(&overlap.AutoReport{
		Class: overlap.IOBound, Level: 40, Peak: 40, MeanLevel: 20, InFlight: 18, Calls: 1000, Cores: 2, CoresBusy: 0.1, Waiting: 0.9,
		Readings: 9, Took: time.Second, CallTime: time.Millisecond, AtStart: 2, PerWorker: 1,
	}, nil, "")
	text += autoText(&overlap.AutoReport{
		Class: overlap.ServerLimited, Level: 16, Peak: 160, MeanLevel: 120, InFlight: 118, Calls: 1000, Cores: 2, CoresBusy: 0.1, Waiting: 0.9,
		Readings: 9, Took: time.Second, CallTime: time.Millisecond, AtStart: 2, Bound: "the far end",
	}, nil, "")
	for _, part := range []string{"--start-with 40", "in Python: serve(parallel=20)", "--max 16 has there be no more"} {
		if !strings.Contains(text, part) {
			t.Errorf("lacks %q:\n%s", part, text)
		}
	}
}

// What bounds it is called by the flag that was given.
func TestAutoTextNamesTheFlagThatBoundsIt(t *testing.T) {
	found := &overlap.AutoReport{
		Class: overlap.IOBound, Level: 4, Peak: 4, MeanLevel: 4, InFlight: 4, Calls: 500, Cores: 2, Waiting: 0.9, Took: time.Second,
		Readings: 9, CallTime: time.Millisecond, Bound: "Max", Rate: 33, Levels: []overlap.AutoLevel{{Level: 4}},
	}
	text := autoText(found, nil, whereFlags{jobs: atOnce{calls: 4, text: "200%"}}.autoLimit())
	if !strings.Contains(text, "kept from more by -j 200%\n") || !strings.Contains(text, "which -j 200% keeps it from") {
		t.Error(text)
	}
	text = autoText(found, nil, whereFlags{max: 4}.autoLimit())
	if !strings.Contains(text, "kept from more by --max 4\n") || !strings.Contains(text, "which --max 4 keeps it from") {
		t.Error(text)
	}
}

// What fetch has made of hosts that are not well is named as such, and not as a limit.
func TestAutoTextNamesHosts(t *testing.T) {
	found := &overlap.AutoReport{
		Class: overlap.IOBound, Level: 128, Peak: 128, MeanLevel: 128, InFlight: 2, Calls: 500, Cores: 2, Waiting: -1, Took: time.Second,
		CallTime: time.Millisecond, HeldBack: "the policy of its key", Refused: 121, Bound: "nothing so far", Rate: 33,
		Levels: []overlap.AutoLevel{{Level: 128}},
	}
	for state, want := range map[fetch.HostState]string{
		fetch.Refuses: "the pace of a host that refused requests lets no more calls start",
		fetch.Down:    "the wait for a host that was down lets no more calls start",
		fetch.GivenUp: "the wait for a host that was given up lets no more calls start",
	} {
		n := &hostNews{limits: overlap.PerKey(func(string) string { return "" }, overlap.AtOnce(1))}
		n.tell(fetch.HostNews{Host: "a:80", Is: state, Err: errors.New("no")})
		if text := autoText(found, n, ""); !strings.Contains(text, want) || strings.Contains(text, "policy") {
			t.Errorf("lacks %q:\n%s", want, text)
		}
		n.tell(fetch.HostNews{Host: "b:80", Is: state, Err: errors.New("no")})
		if text, want := autoText(found, n, ""), strings.NewReplacer("a host that was", "hosts that were", "a host", "hosts").Replace(want); !strings.Contains(text, want) {
			t.Errorf("lacks %q:\n%s", want, text)
		}
	}
}
