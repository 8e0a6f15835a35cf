//go:build linux

package process

import (
	"math"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"example.com/overlap"
)

// notes collects a pool's notices.
type notes struct {
	mu  sync.Mutex
	all []string
}

func (n *notes) take(text string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.all = append(n.all, text)
}

func (n *notes) said() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.all)
}

// A worker takes six of this process's files, so there are some for a few.
func TestFewerWorkersThanWantedFailNoCall(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
	}
	if !alone(t, nil) {
		return
	}
	for name, open := range map[string]func(n int, options ...Option) (*Pool, func() error){
		"same binary": func(n int, options ...Option) (*Pool, func() error) {
			p := New(n, options...)
			return p, func() error {
				_, err := overlap.Map(t.Context(), p, naps, slices.Repeat([]time.Duration{5 * time.Millisecond}, 200))
				return err
			}
		},
		"command": func(n int, options ...Option) (*Pool, func() error) {
			p := Command([]string{"/proc/self/exe"}, n, append(options, Environment(fakeVariable+"=start"))...)
			return p, func() error {
				_, err := overlap.Map(t.Context(), p, fakeDo, slices.Repeat([]string{"x"}, 200))
				return err
			}
		},
	} {
		for _, wanted := range []int{20, 1000, 1 << 30} {
			t.Run(name, func(t *testing.T) {
				nothingLeft(t)
				before := limit(t, unix.RLIMIT_NOFILE, 60)
				var told notes
				p, job := open(wanted, Silent(), Notices(told.take))
				// On a busy machine, a job may be over before so many workers have been started that the files run out.
				isSlow := func(text string) bool { return strings.Contains(text, "to get ready") }
				said := func() []string { return slices.DeleteFunc(told.said(), isSlow) }
				mustTell := wanted == 20 && name == "same binary"
				within(t, "jobs", func() {
					for jobs := 0; jobs < 2 || mustTell && len(said()) == 0 && jobs < 100; jobs++ {
						if err := job(); err != nil {
							t.Errorf("a job with fewer workers ended with %v", err)
						}
					}
				})
				if info := p.Info(); info.Workers < 1 || info.Workers > 15 {
					t.Errorf("there are %d workers", info.Workers)
				}
				limit(t, unix.RLIMIT_NOFILE, before)
				within(t, "Close", func() { p.Close() })
				if all := said(); len(all) > 1 || len(all) == 1 && (!strings.Contains(all[0], "ulimit -n") || !strings.Contains(all[0], "calls run at once")) ||
					len(all) == 0 && mustTell {
					t.Errorf("people were told %q", all)
				}
			})
		}
	}
}

func TestAHugePoolCostsNothingUntilItIsUsed(t *testing.T) {
	nothingLeft(t)
	p := New(1<<30, Silent())
	defer p.Close()
	if i := p.Info(); i.Started != 0 {
		t.Errorf("%d workers were started for no call", i.Started)
	}
	if p.String() != "processes(1073741824)" {
		t.Errorf("it is %s", p)
	}
	mustDouble(t, p, 3)
	if i := p.Info(); i.Started < 1 || i.Started > 4 {
		t.Errorf("%d workers were started for 3 calls", i.Started)
	}
	out, err := overlap.Map(t.Context(), p, naps, slices.Repeat([]time.Duration{50 * time.Millisecond}, 6))
	if err != nil || len(out) != 6 {
		t.Error(err)
	}
}

func TestTheLongestTimeoutIsNone(t *testing.T) {
	nothingLeft(t)
	p := New(1, Silent())
	defer p.Close()
	c := Command([]string{"/proc/self/exe"}, 1, Silent(), Environment(fakeVariable+"="))
	defer c.Close()
	const nap = 30 * time.Millisecond
	for _, options := range [][]overlap.Option{
		{overlap.Timeout(math.MaxInt64)},
		{overlap.Timeout(math.MaxInt64), overlap.Grace(math.MaxInt64)},
		{overlap.Timeout(time.Hour), overlap.Grace(math.MaxInt64)},
		{overlap.Timeout(math.MaxInt64 - 5), overlap.Grace(0)},
	} {
		if out, err := overlap.Map(t.Context(), p, naps, []time.Duration{nap}, options...); err != nil || out[0] != nap {
			t.Errorf("got %v, %v", out, err)
		}
		if _, err := overlap.Map(t.Context(), c, fakeDo, []string{"x", "y"}, options...); err != nil {
			t.Error(err)
		}
	}
}

func TestPeopleAreToldOfAWorkerThatSaysNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
	}
	nothingLeft(t)
	folder := t.TempDir()
	var told notes
	p := Command([]string{"/proc/self/exe"}, 2, Silent(), Notices(told.take), Environment(fakeVariable+"=start/hold up", "PROCESS_TEST_HELD_UP="+folder))
	defer p.Close()
	eventually(t, "people are told", func() bool { return len(told.said()) > 0 })
	if all := told.said(); !strings.Contains(all[0], "waiting for worker process ") || !strings.Contains(all[0], "/proc/self/exe") {
		t.Errorf("people were told %q", all)
	}
	_ = os.WriteFile(folder+"/go", nil, 0o600)
	if err := makes(p, fakeDo, "x"); err != nil {
		t.Error(err)
	}
	if all := told.said(); len(all) != 1 {
		t.Errorf("people were told %q", all)
	}
}

// Several that are started at once take from one another what there is for one.
func TestOneWorkerIsStartedWhereThereIsRoomForOne(t *testing.T) {
	if !alone(t, nil) {
		return
	}
	nothingLeft(t)
	files, _ := os.ReadDir("/proc/self/fd")
	before := limit(t, unix.RLIMIT_NOFILE, uint64(len(files)+18))
	var told notes
	p := New(20, Silent(), Notices(told.take))
	within(t, "a job", func() {
		if err := makes(p, double, 3); err != nil {
			t.Error(err)
		}
	})
	limit(t, unix.RLIMIT_NOFILE, before)
	within(t, "Close", func() { p.Close() })
}
