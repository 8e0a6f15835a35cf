package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/overlap/bench/python"
	"example.com/overlap/target"
)

func TestMain(m *testing.M) {
	beOverlap()
	os.Exit(m.Run())
}

// here is a job for the tools of this machine.
func here(t *testing.T) job {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	server, err := target.Start(t.Context(), []string{program, asOverlap, "target"}, target.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	j := job{
		url: server.URL() + path, requests: 100, atOnce: 10, program: program, python: "python3", folder: t.TempDir(),
	}
	if err := os.CopyFS(j.folder, python.Scripts); err != nil {
		t.Fatal(err)
	}
	if err := j.prepare(); err != nil {
		t.Fatal(err)
	}
	return j
}

func TestEveryToolDoesTheJob(t *testing.T) {
	j := here(t)
	there, missing := present(t.Context(), j, tools)
	for _, tool := range missing {
		t.Logf("%s is not there: %s", tool.name, tool.hint)
	}
	for _, tool := range there {
		t.Run(tool.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			m, err := j.measure(ctx, tool)
			if err != nil || m.took <= 0 || m.cpu <= 0 || m.requests < 1 {
				t.Errorf("measured %+v, error %v", m, err)
			}
			if tool.name != "wrk" && m.requests != j.requests {
				t.Errorf("made %d requests, want %d", m.requests, j.requests)
			}
		})
	}
	t.Run("a server that fails", func(t *testing.T) {
		j.url = strings.TrimSuffix(j.url, path) + "/status/404" // not 503, by which a host is held to be down for minutes
		if err := j.prepare(); err != nil {
			t.Fatal(err)
		}
		for _, tool := range there {
			if m, err := j.measure(t.Context(), tool); err == nil {
				t.Errorf("%s: measured %+v though no request succeeded", tool.name, m)
			}
		}
	})
}

func TestToolsThatAreMissing(t *testing.T) {
	empty := t.TempDir()
	t.Setenv("PATH", empty)
	j := job{program: filepath.Join(empty, "overlap"), python: filepath.Join(empty, "python")}
	if err := os.WriteFile(j.program, nil, 0o700); err != nil {
		t.Fatal(err)
	}
	there, missing := present(t.Context(), j, tools)
	if len(there) != 2 || len(missing) != len(tools)-2 {
		t.Errorf("%d tools are there and %d missing, want ours there", len(there), len(missing))
	}
	for _, tool := range missing {
		if tool.hint == "" {
			t.Errorf("%s: nothing says where to get it", tool.name)
		}
	}
}

func TestWhatToolsSay(t *testing.T) {
	j := &job{requests: 3}
	for name, test := range map[string]struct {
		read func(*job, output) error
		text string
		ok   bool
	}{
		"hey":         {readHey, "Status code distribution:\n  [200]\t3 responses\n", true},
		"hey, 500":    {readHey, "  [200]\t2 responses\n  [500]\t1 responses\n", false},
		"hey, none":   {readHey, "Error distribution:\n", false},
		"curl":        {readCurl, "200\n200\n200\n", true},
		"curl, 500":   {readCurl, "200\n500\n200\n", false},
		"wrk":         {readWrk, "  26 requests in 2.00s, 1.00MB read\n", true},
		"wrk, 500":    {readWrk, "  26 requests in 2.00s, 1.00MB read\n  Non-2xx or 3xx responses: 26\n", false},
		"wrk, broken": {readWrk, "  26 requests in 2.00s, 1.00MB read\n  Socket errors: connect 0, read 1\n", false},
		"wrk, mute":   {readWrk, "", false},
	} {
		m := measurement{requests: 3, took: time.Second}
		if err := test.read(j, output{test.text, &m}); (err == nil) != test.ok {
			t.Errorf("%s: error %v", name, err)
		}
		if name == "wrk" && (m.requests != 26 || m.took != 2*time.Second) {
			t.Errorf("wrk: %d requests in %v", m.requests, m.took)
		}
	}
}

func TestRows(t *testing.T) {
	round := func(took time.Duration) measurement {
		return measurement{requests: 1000, took: took, cpu: took / 2}
	}
	got := rows([]tool{{name: "ours"}, {name: "theirs"}}, [][]measurement{
		{round(time.Second), round(2 * time.Second)}, {round(2 * time.Second), round(2 * time.Second)},
	})
	want := [][]string{
		{"ours", "1.50 ms (1.00 ms..2.00 ms)", "667", "", "750 µs (500 µs..1.00 ms)"},
		{"theirs", "2.00 ms (2.00 ms..2.00 ms)", "500", "0.75 (0.50..1.00)", "1.00 ms (1.00 ms..1.00 ms)"},
	}
	if !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}

func TestUsage(t *testing.T) {
	for _, test := range []struct {
		name      string
		arguments []string
		status    int
		says      string
	}{
		{"bad pattern", []string{"-run", "("}, badUsage, "-run: "},
		{"no rounds", []string{"-rounds", "0"}, badUsage, "must be at least 1"},
		{"no multiple", []string{"-requests", "99", "-at-once", "50"}, badUsage, "-requests must be a multiple of -at-once"},
		{"arguments", []string{"hey"}, badUsage, "choose with -run"},
		{"unknown flag", []string{"-fast"}, badUsage, "flag provided but not defined"},
		{"help", []string{"-help"}, 0, "at-once"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out, progress strings.Builder
			status := run(t.Context(), test.arguments, &out, &progress)
			if status != test.status || !strings.Contains(progress.String(), test.says) || out.Len() > 0 {
				t.Errorf("exit status %d and %q, want %d and %q", status, progress.String(), test.status, test.says)
			}
		})
	}
	kept, err := matching("wrk")
	if err != nil || len(kept) != 2 || kept[1].name != "wrk" || kept[0].name != tools[0].name {
		t.Errorf("-run wrk keeps %d tools, error %v; want ours and wrk", len(kept), err)
	}
}
