package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/overlap"
	"example.com/overlap/bench/python"
)

func TestSieve(t *testing.T) {
	for _, test := range []struct {
		n    int
		want []int
	}{
		{1, nil}, {2, []int{2}}, {4, []int{2, 3}}, {30, []int{2, 3, 5, 7, 11, 13, 17, 19, 23, 29}},
	} {
		if got, err := sieve(t.Context(), test.n); err != nil || !slices.Equal(got, test.want) {
			t.Errorf("sieve(%d) = %v, %v, want %v", test.n, got, err, test.want)
		}
	}
}

func TestBothSievesAnswerAlike(t *testing.T) {
	const want = 15_730_622 // as primes.py counts
	for name, count := range map[string]func(context.Context, overlap.Executor, string) (int, error){
		"plain": primesPlain, "shipped": primesShipped,
	} {
		if got, err := count(t.Context(), overlap.Pool(2), ""); got != want || err != nil {
			t.Errorf("%s: %d primes, %v, want %d", name, got, err, want)
		}
	}
}

func TestCounterpartsExist(t *testing.T) {
	for _, f := range facilities {
		counterpart := facility{f.job, byPython, f.counterpart, ""}
		strategy := strategies[strings.TrimSuffix(f.name, shippedSieve)]
		if f.by == byOverlap && (!slices.Contains(facilities, counterpart) || strategy == nil) {
			t.Errorf("%s: no strategy of that name, or no %s", f, counterpart)
		}
	}
}

func TestModulesThatAreMissing(t *testing.T) {
	plain, requests := facility{fetch, byPython, "asyncio", ""}, facility{fetch, byPython, "threading, requests", ""}
	httpx, ours := facility{fetch, byPython, "asyncio, httpx", ""}, facility{primes, byOverlap, "sync" + shippedSieve, ""}
	for f, want := range map[facility]string{plain: "", requests: "requests", httpx: "httpx", ours: ""} {
		if got := f.module(); got != want {
			t.Errorf("%s needs the module %q, want %q", f, got, want)
		}
	}
	interpreter := filepath.Join(t.TempDir(), "python") // has no module but requests
	if err := os.WriteFile(interpreter, []byte("#!/bin/sh\n[ \"$3\" = requests ]\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := exec.Command(interpreter, "", "--has", "requests").Run(); err != nil {
		t.Skip(err)
	}
	p := &programs{python: interpreter}
	kept, missing := p.withModules(t.Context(), []facility{plain, requests, httpx, httpx, ours})
	if !slices.Equal(kept, []facility{plain, requests, ours}) || !slices.Equal(missing, []string{"httpx"}) {
		t.Errorf("kept %v, without %q", kept, missing)
	}
}

// Every facility of Python's that the table has answers, with a client that makes the requests.
func TestEveryPythonFacilityFetches(t *testing.T) {
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	p := &programs{python: "python3", scripts: t.TempDir(), url: server.URL}
	if err := os.CopyFS(p.scripts, python.Scripts); err != nil {
		t.Fatal(err)
	}
	chosen, missing := p.withModules(t.Context(), facilities)
	t.Logf("python3 does not have %q", missing)
	for _, f := range chosen {
		if f.job != fetch || f.by != byPython {
			continue
		}
		t.Run(f.name, func(t *testing.T) {
			if m, err := p.measure(t.Context(), f); err != nil || m.Answer != requests || m.Facility != f.name {
				t.Errorf("measured %+v (%v), want all %d requests answered", m, err, requests)
			}
		})
	}
}

func TestEveryStrategyFetches(t *testing.T) {
	in, hangUp := io.Pipe()
	said, out := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- serve(0, in, out) }()
	line, err := bufio.NewReader(said).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	for name := range strategies {
		t.Run(name, func(t *testing.T) {
			var printed strings.Builder
			if err := measureHere(t.Context(), "fetch/"+name, strings.TrimSpace(line), &printed); err != nil {
				t.Fatal(err)
			}
			var m measurement
			if err := json.Unmarshal([]byte(printed.String()), &m); err != nil || m.Facility != name || m.Answer != requests {
				t.Errorf("printed %s (%v), want all %d requests of %s answered", printed.String(), err, requests, name)
			}
		})
	}
	hangUp.Close()
	if err := <-ended; err != nil {
		t.Errorf("the server ended with %v", err)
	}
}

func TestRows(t *testing.T) {
	base, async := facility{fetch, byPython, baseline, ""}, facility{fetch, byOverlap, "async", "asyncio"}
	asyncio := facility{fetch, byPython, "asyncio", ""}
	httpx := facility{fetch, byPython, "asyncio, httpx", ""}
	taken := seconds{base: {16, 18}, asyncio: {0.4, 0.3}, httpx: {0.8, 0.6}, async: {0.2, 0.15}}
	got := rows([]facility{base, asyncio, async}, taken)
	want := [][]string{
		{fetch, byPython, baseline, "17.0 (16.0..18.0)", "1.00", "", "", ""},
		{fetch, byPython, "asyncio", "0.35 (0.30..0.40)", "50.0", "", "", ""},
		{fetch, byOverlap, "async", "0.17 (0.15..0.20)", "100", "asyncio", "0.50 (0.50..0.50)", "0.25 (0.25..0.25)"},
	}
	if !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
	if got := rows([]facility{async}, seconds{async: {0.2}})[0]; got[4] != "" || got[6] != "" || got[7] != "" {
		t.Errorf("compared with what was not measured: %q", got)
	}
}

func TestPromise(t *testing.T) {
	async := facility{fetch, byOverlap, "async", "asyncio"}
	for _, test := range []struct {
		name  string
		taken seconds
		want  string
	}{
		{"kept", seconds{async: {0.5, 0.17, 0.165}}, "at most 1.1 × 160ms: yes (1.062 ×)"},
		{"broken", seconds{async: {0.18}}, "at most 1.1 × 160ms: no (1.125 ×)"},
		{"not measured", seconds{}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out strings.Builder
			if err := promise(&out, 160*time.Millisecond, test.taken); err != nil {
				t.Fatal(err)
			}
			if got := strings.TrimPrefix(strings.TrimSpace(out.String()), "fetch under async takes "); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
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
		{"unknown job", []string{"-jobs", "primes,fetsh"}, badUsage, `no job is named "fetsh": there are fetch and primes`},
		{"nothing matches", []string{"-run", "nosuch"}, badUsage, `-run "nosuch" matches nothing`},
		{"bad pattern", []string{"-run", "("}, badUsage, "-run: "},
		{"no rounds", []string{"-rounds", "0"}, badUsage, "-rounds must be at least 1"},
		{"arguments", []string{"fetch"}, badUsage, "choose with -jobs and -run"},
		{"unknown strategy", []string{"-measure", "fetch/fast"}, failed, `-measure "fetch/fast"`},
		{"unknown job to measure", []string{"-measure", "fetsh/sync"}, failed, `-measure "fetsh/sync"`},
		{"a sieve for requests", []string{"-measure", "fetch/sync" + shippedSieve}, failed, "want fetch or primes"},
		{"no Python", []string{"-python", "no-such-python"}, failed, "install Python 3 or name it with -python"},
		{"help", []string{"-help"}, 0, "comma-separated"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out, progress strings.Builder
			status := run(context.Background(), test.arguments, strings.NewReader(""), &out, &progress)
			if status != test.status || !strings.Contains(progress.String(), test.says) {
				t.Errorf("exit status %d and %q, want %d and %q", status, progress.String(), test.status, test.says)
			}
		})
	}
}
