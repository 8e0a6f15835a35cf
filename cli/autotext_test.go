package cli

import (
	"strings"
	"testing"
	"time"

	"example.com/overlap"
)

// The command names its own flags, and what a worker in Python says.
func TestAutoTextIsTheCommands(t *testing.T) {
	text := autoText(&overlap.AutoReport{
		Class: overlap.IOBound, Level: 40, Peak: 40, MeanLevel: 20, InFlight: 18, Calls: 1000, Cores: 2, CoresBusy: 0.1, Waiting: 0.9,
		Readings: 9, Took: time.Second, CallTime: time.Millisecond, AtStart: 2, PerWorker: 1,
	})
	for _, part := range []string{"--start-with 40", "in Python: serve(parallel=20)"} {
		if !strings.Contains(text, part) {
			t.Errorf("lacks %q:\n%s", part, text)
		}
	}
}
