//go:build linux

package process

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"example.com/overlap"
)

var meet = overlap.Define("meet", func(ctx context.Context, folder string) (int, error) {
	_ = os.WriteFile(filepath.Join(folder, filepath.Base(os.Args[0])+time.Now().Format(time.RFC3339Nano)), nil, 0o600)
	for {
		there, err := os.ReadDir(folder)
		if err != nil || len(there) >= 2 {
			return len(there), err
		}
		select {
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		case <-time.After(10 * time.Millisecond):
		}
	}
})

// A pool on demand has as many workers ready as somebody asks for, and no more than it was made for.
func TestReadyForSoManyCalls(t *testing.T) {
	nothingLeft(t)
	p := New(3, OnDemand(), Silent())
	defer p.Close()
	for _, c := range []struct{ ask, want int }{{2, 2}, {9, 3}} {
		within(t, "workers to get ready", func() {
			if err := p.ReadyFor(t.Context(), c.ask); err != nil {
				t.Error(err)
			}
		})
		if n := p.Info().Workers; n < c.want || n > c.want+1 {
			t.Errorf("asked for %d: there are %d workers, want %d and at most a spare", c.ask, n, c.want)
		}
	}
}

// A pool on demand has as many workers as an Auto wants, no more than it was made for, and lets them go.
func TestAutoOverAPool(t *testing.T) {
	nothingLeft(t)
	p := New(2, OnDemand(), Silent())
	defer p.Close()
	if n := p.Info().Started; n != 0 {
		t.Errorf("%d workers were started before there was a call", n)
	}
	var report overlap.AutoReport
	auto := overlap.Auto(overlap.Over(p), overlap.StartWith(2), overlap.Explain(func(r overlap.AutoReport) { report = r }))
	folder := t.TempDir()
	within(t, "two calls that wait for one another", func() {
		if _, err := overlap.Map(t.Context(), auto, meet, []string{folder, folder, folder, folder}); err != nil {
			t.Error(err)
		}
	})
	if n := p.Info().Workers; n > 3 {
		t.Errorf("there are %d workers, want at most 2 and a spare", n)
	}
	if report.Peak < 2 {
		t.Errorf("got the report %+v", report)
	}
	within(t, "letting workers go", func() {
		for p.Info().Workers > 2 {
			time.Sleep(10 * time.Millisecond)
		}
	})
	mustDouble(t, p, 10)
}
