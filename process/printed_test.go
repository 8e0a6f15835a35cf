//go:build linux

package process

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/overlap"
)

func TestPrintedGetsEveryLineWithItsWorker(t *testing.T) {
	nothingLeft(t)
	var mu sync.Mutex
	lines := map[string]int{}
	p := New(1, Printed(func(worker string, text []byte) {
		mu.Lock()
		defer mu.Unlock()
		if !strings.HasPrefix(worker, "worker ") {
			t.Errorf("a line of %q", worker)
		}
		lines[string(text)]++
	}))
	defer p.Close()
	if _, err := overlap.Map(context.Background(), p, say, []string{"one\ntwo\n", "three\n", "unended"}); err != nil {
		t.Fatal(err)
	}
	p.Close()
	eventually(t, "all lines have come", func() bool {
		mu.Lock()
		defer mu.Unlock()
		for _, want := range []string{"one", "two", "ONE", "TWO", "three", "THREE", "unendedUNENDED"} {
			if lines[want] != 1 {
				return false
			}
		}
		return true
	})
}

func TestPrintedPerCallGivesEachCallItsOwn(t *testing.T) {
	nothingLeft(t)
	var mu sync.Mutex
	got := map[int]string{}
	var rest []string
	p := New(2, PrintedPerCall(func(o Printout) {
		mu.Lock()
		defer mu.Unlock()
		if o.Task != "say" || got[o.Index] != "" {
			t.Errorf("a printout of %s[%d], which had %q", o.Task, o.Index, got[o.Index])
		}
		got[o.Index] = string(o.Text)
	}), Printed(func(_ string, line []byte) {
		mu.Lock()
		defer mu.Unlock()
		rest = append(rest, string(line))
	}))
	defer p.Close()
	const calls = 300
	texts := make([]string, calls)
	for i := range texts {
		if i%3 != 0 { // some print nothing
			texts[i] = fmt.Sprintf("call %d\nand more\n", i)
		}
	}
	if _, err := overlap.Map(context.Background(), p, say, texts); err != nil {
		t.Fatal(err)
	}
	eventually(t, "all printouts have come", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(got) == calls*2/3
	})
	mu.Lock()
	defer mu.Unlock()
	for i, text := range got {
		if want := texts[i] + strings.ToUpper(texts[i]); strings.TrimRight(text, "\n") != strings.TrimRight(want, "\n") {
			t.Errorf("call %d printed %q, want %q", i, text, want)
		}
	}
	if len(rest) > 0 {
		t.Errorf("%q belongs to no call", rest)
	}
}

// Calls that are given back must not be kept for what they might print.
func TestPrintedPerCallForgetsCallsThatAreGivenBack(t *testing.T) {
	p := New(1, PrintedPerCall(func(Printout) {}))
	defer p.Close()
	in := make([]time.Duration, 4000)
	in[2000] = 100 * time.Millisecond // those behind it in the worker are given back
	if _, err := overlap.Map(context.Background(), p, naps, in); err != nil {
		t.Fatal(err)
	}
	eventually(t, "no call is kept", func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		kept := 0
		for c := range p.alive {
			s := c.printed.sorter
			s.mu.Lock()
			kept += len(s.calls)
			s.mu.Unlock()
		}
		return kept == 0
	})
}
