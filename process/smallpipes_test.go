//go:build linux

package process

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"example.com/overlap"
)

// usePipesUp has as many pipes as give a user no more than pipes of two pages from then on.
func usePipesUp(t *testing.T) {
	t.Helper()
	var l unix.Rlimit
	unix.Getrlimit(unix.RLIMIT_NOFILE, &l)
	limit(t, unix.RLIMIT_NOFILE, l.Max)
	for {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { r.Close(); w.Close() })
		if size, err := unix.FcntlInt(r.Fd(), unix.F_GETPIPE_SZ, 0); err != nil || size <= 2*os.Getpagesize() {
			t.Logf("pipes have %d bytes now, %v", size, err)
			return
		}
	}
}

var (
	echoText = overlap.Define("echo text", func(_ context.Context, s string) (string, error) { return s, nil })
	// stretch makes as many bytes as the text says, and shrink says how many there are.
	stretch = overlap.Define("stretch", func(_ context.Context, n int) (string, error) { return strings.Repeat("s", n), nil })
	shrink  = overlap.Define("shrink", func(_ context.Context, s string) (int, error) { return len(s), nil })
)

// TestSmallPipesDoNotDeadlock has values of all sizes cross pipes that hold 8 KB, both ways.
func TestSmallPipesDoNotDeadlock(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
	}
	if !alone(t, somebody) {
		return
	}
	usePipesUp(t)
	nothingLeft(t)
	p := New(2, Silent())
	defer p.Close()
	command := Command([]string{"/proc/self/exe"}, 2, Silent(), Environment(fakeVariable+"=start"))
	defer command.Close()
	batches := Command([]string{"/proc/self/exe"}, 2, Silent(), Environment(fakeVariable+"=batch,start"))
	defer batches.Close()
	most := []int{1 << 10, 2100, 4 << 10, 8 << 10, 20 << 10, 64 << 10, 1 << 20}
	windows := []int{1, 8, 200}
	if raceDetector {
		most, windows = []int{1 << 10, 4 << 10, 20 << 10, 1 << 20}, []int{1, 200}
	}
	for _, size := range most {
		calls := min(200, max(5, 2<<20/size))
		if raceDetector {
			calls = max(4, calls/4)
		}
		exact := make([]int, calls)
		mixed := make([]int, calls)
		for i := range exact {
			exact[i] = size
			mixed[i] = rand.IntN(size) + 1
		}
		for _, window := range windows {
			for _, sizes := range [][]int{exact, mixed} {
				what := fmt.Sprintf("%d values of up to %d bytes, %d at once", calls, size, window)
				texts := make([]string, calls)
				for i, n := range sizes {
					texts[i] = strings.Repeat(string(rune('a'+i%26)), n)
				}
				crosses(t, what, p, echoText, texts, texts, window)
				crosses(t, what, p, stretch, sizes, nil, window)
				crosses(t, what, p, shrink, texts, sizes, window)
				crosses(t, what+", as lines", command, fakeDo, texts, texts, window)
				crosses(t, what+", as batches", batches, fakeDoAgain, texts, texts, window)
			}
		}
	}
	var mixed [][]byte // of every size at once
	for range 300 {
		mixed = append(mixed, bytes.Repeat([]byte{7}, 1<<rand.IntN(20)))
	}
	within(t, "values of every size", func() {
		out, err := overlap.Map(context.Background(), p, echoBytes, mixed)
		if err != nil {
			t.Error(err)
		}
		for i := range out {
			if !bytes.Equal(out[i], mixed[i]) {
				t.Errorf("%d bytes came back as %d others", len(mixed[i]), len(out[i]))
			}
		}
	})
}

// crosses makes the calls, which must give what is wanted, if it is known.
func crosses[In any, Out comparable](t *testing.T, what string, p *Pool, task *overlap.Task[In, Out], in []In, want []Out, window int) {
	t.Helper()
	within(t, task.Name()+": "+what, func() {
		ended := 0
		for r := range overlap.Stream(context.Background(), p, task, slices.Values(in), overlap.Window(window)) {
			if r.Err != nil || want != nil && r.Value != want[r.Index] {
				t.Errorf("%s: %s: call %d: %v", task.Name(), what, r.Index, r.Err)
				return
			}
			ended++
		}
		if ended != len(in) {
			t.Errorf("%s: %s: %d calls ended", task.Name(), what, ended)
		}
	})
}
