package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/overlap"
)

// A job log that cannot be written says how many lines it lacks.
func TestJobLogCountsTheLinesThatItLacks(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	l := &jobLog{name: "log", task: "double", file: file}
	for i := range 4 {
		if i == 1 {
			file.Close() // from here on nothing can be written
		}
		l.add(overlap.Result[any, any]{Index: i, Input: i, Value: 2 * i, Outcome: overlap.Succeeded}, i)
	}
	const want = "cannot write the job log log: file already closed; it lacks the 3 lines of the last calls"
	if err := l.close(); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if text, err := os.ReadFile(file.Name()); err != nil || strings.Count(string(text), "\n") != 1 {
		t.Errorf("it has %q, %v", text, err)
	}
}
