package main

import (
	"strings"
	"testing"
)

func TestUsage(t *testing.T) {
	for _, test := range []struct {
		name      string
		arguments []string
		status    int
		says      string
	}{
		{"unknown contest", []string{"-contests", "map,maps"}, badUsage, `no contest is named "maps": there are map, `},
		{"no rounds", []string{"-rounds", "0"}, badUsage, "-rounds must be at least 1, got 0"},
		{"arguments", []string{"map"}, badUsage, "choose contests with -contests"},
		{"unknown flag", []string{"-fast"}, badUsage, "flag provided but not defined"},
		{"help", []string{"-help"}, 0, "comma-separated"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out, progress strings.Builder
			if status := run(test.arguments, &out, &progress); status != test.status {
				t.Errorf("exit status %d, want %d", status, test.status)
			}
			if !strings.Contains(progress.String(), test.says) || out.Len() > 0 {
				t.Errorf("want only a message with %q, got %q and as the table %q", test.says, progress.String(), out.String())
			}
		})
	}
}

func TestOneContest(t *testing.T) {
	var out, progress strings.Builder
	if status := run([]string{"-contests", "async", "-rounds", "1"}, &out, &progress); status != 0 {
		t.Fatalf("exit status %d: %s", status, progress.String())
	}
	if table := out.String(); strings.Count(table, "\n") != 5 || !strings.Contains(table, "| goroutines ") {
		t.Errorf("want a line of settings, an empty one, a header, its rule and a row, got\n%s", table)
	}
}
