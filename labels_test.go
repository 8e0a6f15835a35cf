package overlap

import (
	"bytes"
	"context"
	"runtime/pprof"
	"strings"
	"testing"
)

var labelled = Define("labels_test/labelled", func(ctx context.Context, _ int) (string, error) {
	var profile bytes.Buffer
	err := pprof.Lookup("goroutine").WriteTo(&profile, 1)
	return profile.String(), err
})

func TestProfileLabelsNameTheTask(t *testing.T) {
	const label = `"overlap.task":"labels_test/labelled"`
	for _, executor := range []Executor{Sync(), Pool(1), Async(), Loop(), Threads()} {
		with, err := Map(t.Context(), executor, labelled, []int{0}, ProfileLabels())
		if err != nil || !strings.Contains(with[0], label) || !strings.Contains(with[0], `"overlap.index":"0"`) {
			t.Errorf("%v: the goroutine profile of a call does not name it: %v", executor, err)
		}
		without, err := Map(t.Context(), executor, labelled, []int{0})
		if err != nil || strings.Contains(without[0], label) {
			t.Errorf("%v: the label is there without the option, or after the call: %v", executor, err)
		}
	}
}
