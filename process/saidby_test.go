//go:build linux

package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"example.com/overlap"
)

// speaks prints and exits, as its input says.
var speaks = overlap.Define("speaks", func(_ context.Context, what string) (int, error) {
	text, exits := strings.CutPrefix(what, "exit ")
	if text != "" && text != "silently" {
		fmt.Fprint(os.Stderr, text)
	}
	if exits {
		os.Exit(3)
	}
	return 0, nil
})

func TestWhatADeadWorkerPrintedIsOfItsCall(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
	}
	nothingLeft(t)
	p := New(1, Silent())
	defer p.Close()
	for range 8 {
		for _, c := range []struct{ before, last, want string }{
			{"hello from another call\n", "exit silently", ""},
			{"unended", "exit silently", ""},
			{"hello from another call\n", "exit no disk\n", "no disk"},
			{"panic: of another call, which recovered\ngoroutine 1\n", "exit no paper", "no paper"},
		} {
			for _, what := range []string{c.before, c.last} {
				_, err := overlap.Map(t.Context(), p, speaks, []string{what})
				died, ok := errors.AsType[*DiedError](err)
				switch {
				case ok != (what == c.last):
					t.Fatalf("%q ended with %v", what, err)
				case ok && (died.Printed != c.want || died.Unclear || (c.want != "") != strings.Contains(err.Error(), "; it printed: "+c.want)):
					t.Fatalf("after %q, %q: printed %q, unclear %v: %v", c.before, c.last, died.Printed, died.Unclear, err)
				}
			}
		}
	}
}

func TestMuchThatACallPrintsIsCut(t *testing.T) {
	nothingLeft(t)
	var got atomic.Pointer[Printout]
	p := New(1, Silent(), PrintedPerCall(func(o Printout) { got.Store(&o) }))
	defer p.Close()
	for _, lines := range []int{1000, 200_000} {
		var all strings.Builder
		for i := range lines {
			fmt.Fprintf(&all, "line %d\n", i)
		}
		got.Store(nil)
		for r := range overlap.Stream(t.Context(), p, speaks, slices.Values([]string{all.String()})) {
			if r.Err != nil {
				t.Fatal(r.Err)
			}
		}
		eventually(t, "the printout comes", func() bool { return got.Load() != nil })
		o := got.Load()
		first, last := "line 0\n", fmt.Sprintf("line %d\n", lines-1)
		cut := o.Cut > 0 && strings.Contains(string(o.Text), fmt.Sprintf("\n… %d bytes are left out here …\n", o.Cut))
		if !strings.HasPrefix(string(o.Text), first) || !strings.HasSuffix(string(o.Text), last) || cut != (lines > 1000) || len(o.Text) > 2*mostPrinted+mostLine+100 {
			t.Errorf("of %d bytes there are %d, and %d were cut; the end is %q", all.Len(), len(o.Text), o.Cut, o.Text[len(o.Text)-20:])
		}
	}
}
