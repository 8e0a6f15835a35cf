// Package examples holds programs that run, one idea each; this test runs them.
package examples

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.com/overlap/cli"
)

// isCommand is the environment variable that makes the test binary the command, so that no other is built.
const isCommand = "OVERLAP_EXAMPLES_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(isCommand) != "" {
		cli.Main()
	}
	os.Exit(m.Run())
}

// The jobs of the article run under Python's strategies, and on worker processes: one of them under all, and the others
// under those that run them in another way, since each measurement starts Python.
func TestArticleIsCompared(t *testing.T) {
	if testing.Short() {
		t.Skip("starts Python again and again")
	}
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("there is no python3")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("a page"))
	}))
	defer server.Close()
	page := strconv.Quote(server.URL + "/page")
	for _, c := range []struct {
		on     string
		inputs []string
	}{
		{"sync,threads,pool,async,processes,multiprocessing.Pool,ProcessPoolExecutor", []string{"get", page, page}},
		{"sync,async", []string{"get_async", page, page}},
		{"sync,ProcessPoolExecutor", []string{"count_primes", "10", "100", "1000"}},
	} {
		t.Run(c.inputs[0], func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			defer cancel()
			args := []string{"compare", "--worker", "python3 article/article.py", "--runs", "1", "--on", c.on}
			cmd := exec.CommandContext(ctx, self, append(args, c.inputs...)...)
			cmd.Env = append(os.Environ(), "no_proxy=127.0.0.1", isCommand+"=1")
			got, err := cmd.CombinedOutput()
			if want := strings.Count(c.on, ",") + 1; err != nil || strings.Count(string(got), "  yes  ") != want {
				t.Errorf("%v, printed\n%s\nwant %d strategies with the same answers", err, got, want)
			}
		})
	}
}

func TestExamplesPrintWhatTheySay(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the examples")
	}
	wants, err := filepath.Glob("*/output.txt")
	if err != nil || len(wants) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for _, want := range wants {
		t.Run(filepath.Dir(want), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(want)
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute) // it may have to be built
			defer cancel()
			cmd := exec.CommandContext(ctx, "go", "run", ".")
			cmd.Dir = filepath.Dir(want)
			got, err := cmd.CombinedOutput()
			if err != nil || string(got) != string(text) {
				t.Errorf("%v, printed\n%s\nwant\n%s", err, got, text)
			}
		})
	}
}
