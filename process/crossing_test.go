//go:build linux

package process

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"example.com/overlap"
	"golang.org/x/sys/unix"
)

// parcel is a value that does something on its way: "worker encode panics", "parent decode fails" and so on.
type parcel struct {
	Number int
	Does   string
}

func (p parcel) on(step string) error {
	side := "parent "
	if depth() > 0 {
		side = "worker "
	}
	what, ours := strings.CutPrefix(p.Does, side+step+" ")
	if !ours {
		return nil
	}
	switch what {
	case "fails":
		return errors.New("this parcel does not " + step)
	case "panics":
		panic("this parcel panics")
	case "exits":
		os.Exit(9)
	case "goexits":
		runtime.Goexit()
	}
	return nil
}

func (p parcel) MarshalBinary() ([]byte, error) {
	return fmt.Appendf(nil, "%d %s", p.Number, p.Does), p.on("encode")
}

func (p *parcel) UnmarshalBinary(b []byte) error {
	number, does, _ := bytes.Cut(b, []byte(" "))
	p.Does = string(does)
	if _, err := fmt.Sscan(string(number), &p.Number); err != nil {
		return err
	}
	return p.on("decode")
}

var deliver = overlap.Define("deliver", func(_ context.Context, p parcel) (parcel, error) {
	p.Number *= 2
	return p, nil
})

func TestAValueThatDoesNotCrossFailsItsOwnCall(t *testing.T) {
	for _, c := range []struct {
		does    string
		outcome overlap.Outcome
		says    string
		dies    bool
	}{
		{"parent encode fails", overlap.Failed, "does not encode", false},
		{"parent encode panics", overlap.Failed, "this parcel panics", false},
		{"parent encode goexits", overlap.Failed, "runtime.Goexit", false},
		{"worker decode fails", overlap.Failed, "does not decode", false},
		{"worker decode panics", overlap.Failed, "this parcel panics", false},
		{"worker decode goexits", overlap.Failed, "runtime.Goexit", false},
		{"worker decode exits", overlap.WorkerDied, "exit status 9", true},
		{"worker encode fails", overlap.Failed, "does not encode", false},
		{"worker encode panics", overlap.Failed, "this parcel panics", false},
		{"worker encode goexits", overlap.Failed, "runtime.Goexit", false},
		{"worker encode exits", overlap.WorkerDied, "exit status 9", true},
		{"parent decode fails", overlap.Failed, "does not decode", false},
		{"parent decode panics", overlap.Failed, "this parcel panics", false},
		{"parent decode goexits", overlap.Failed, "runtime.Goexit", false},
	} {
		t.Run(c.does, func(t *testing.T) {
			nothingLeft(t)
			p := New(1, Silent())
			defer p.Close()
			const calls = 200
			parcels := make([]parcel, calls)
			bad := func(i int) bool { return i%20 == 0 || i == calls-1 } // the first, some in a full pipe, and the last
			for i := range parcels {
				parcels[i].Number = i
				if bad(i) {
					parcels[i].Does = c.does
				}
			}
			ended := make([]int, calls)
			within(t, "a job with parcels", func() {
				for r := range overlap.Stream(context.Background(), p, deliver, slices.Values(parcels), overlap.Window(calls)) {
					if r.Index < 0 {
						t.Errorf("the job ended with %v", r.Err)
						return
					}
					ended[r.Index]++
					_, died := errors.AsType[*DiedError](r.Err)
					switch {
					case bad(r.Index) && (r.Outcome != c.outcome || died != c.dies || !strings.Contains(r.Err.Error(), c.says)):
						t.Errorf("parcel %d: %v: %v, want %v with %q", r.Index, r.Outcome, r.Err, c.outcome, c.says)
					case !bad(r.Index) && (r.Err != nil || r.Value.Number != 2*r.Index):
						t.Errorf("sound parcel %d: %v, %v", r.Index, r.Value, r.Err)
					}
				}
			})
			if i := slices.IndexFunc(ended, func(n int) bool { return n != 1 }); i >= 0 {
				t.Errorf("call %d ended %d times", i, ended[i])
			}
			if n := p.Info().Started; !c.dies && n > 2 {
				t.Errorf("%d workers were started though none had to die", n)
			}
		})
	}
}

func TestAFrameThatIsTooLargeIsRefused(t *testing.T) {
	// Never touched, so it takes no memory; not Go's, since the race detector would touch what belongs to it.
	frame, err := unix.Mmap(-1, 0, mostFrame+6, unix.PROT_READ|unix.PROT_WRITE,
		unix.MAP_ANON|unix.MAP_PRIVATE|unix.MAP_NORESERVE)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Munmap(frame)
	if err := endFrame(frame, 0); err == nil || !strings.Contains(err.Error(), "too large to cross") {
		t.Errorf("a frame of %d bytes: %v", len(frame), err)
	}
	if err := endFrame(frame[:mostFrame+4], 0); err != nil {
		t.Errorf("the largest frame: %v", err)
	}
}

func TestATaskIsToldThoughItsFirstCallDoesNotCross(t *testing.T) {
	p := New(1, Silent())
	defer p.Close()
	ready(t, p, 2)
	within(t, "two jobs", func() {
		_, err := overlap.Map(context.Background(), p, deliver, []parcel{{1, "parent encode fails"}})
		if err == nil || !strings.Contains(err.Error(), "does not encode") {
			t.Errorf("a job whose only call does not cross: %v", err)
		}
		for range 3 { // one of them meets the same worker
			out, err := overlap.Map(context.Background(), p, deliver, []parcel{{2, ""}})
			if err != nil || out[0].Number != 4 {
				t.Errorf("the job after it: %v, %v", out, err)
			}
		}
	})
}

// rudeError ends its goroutine when it is asked what it says.
type rudeError struct{ how string }

func (e rudeError) Error() string {
	if e.how == "panics" {
		panic("no comment")
	}
	runtime.Goexit()
	return ""
}

var rude = overlap.Define("rude", func(_ context.Context, how string) (int, error) {
	if how == "" {
		return 1, nil
	}
	return 0, rudeError{how}
})

func TestAnErrorThatCannotBeReadStillArrives(t *testing.T) {
	for _, how := range []string{"panics", "goexits"} {
		t.Run(how, func(t *testing.T) {
			p := New(1, Silent())
			defer p.Close()
			within(t, "a job with unreadable errors", func() {
				for r := range overlap.Stream(context.Background(), p, rude, slices.Values([]string{"", how, "", how, "", ""})) {
					if (r.Input == "") != (r.Outcome == overlap.Succeeded) || r.Input == "" && r.Value != 1 {
						t.Errorf("call %d (%q): %v, %v, %v", r.Index, r.Input, r.Value, r.Outcome, r.Err)
					}
				}
			})
		})
	}
}
