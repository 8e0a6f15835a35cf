// Package examples holds programs that run, one idea each; this test runs them.
package examples

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

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
