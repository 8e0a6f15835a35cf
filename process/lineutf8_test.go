package process

import (
	"context"
	"slices"
	"strings"
	"testing"

	"example.com/overlap"
)

func TestATextThatIsNotUTF8FailsItsOwnCall(t *testing.T) {
	p, made := fakes(t, 1, "")
	failed := map[int]string{}
	for r := range overlap.Stream(context.Background(), p, fakeDo, slices.Values([]string{"0", "b\xffd", "2"})) {
		if r.Err != nil {
			failed[r.Index] = r.Err.Error()
		}
	}
	if len(failed) != 1 || !strings.Contains(failed[1], "string is not UTF-8") {
		t.Errorf("failed: %v", failed)
	}
	if n := made(); len(n) != 2 {
		t.Errorf("made: %v", n)
	}
}
