package compare

import (
	"os"
	"testing"
)

func TestStatCPU(t *testing.T) {
	for _, c := range []struct {
		stat  string
		want  float64
		known bool
	}{
		{"42 (overlap) S 1 42 42 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 8 0 100", 3, true},
		{"42 (a ) S (x) R 1 42 42 0 -1 4194304 100 0 0 0 1 2 0 0 20 0 8 0 100", 0.03, true},
		{"42 (short) S 1", 0, false},
		{"42 (odd) S 1 42 42 0 -1 4194304 100 0 0 0 x 50", 0, false},
		{"", 0, false},
	} {
		if got, known := statCPU([]byte(c.stat)); known != c.known || known && !near(got, c.want) {
			t.Errorf("%q: %v, %v", c.stat, got, known)
		}
	}
	if _, known := ProcessCPU(os.Getpid()); !known {
		t.Error("the CPU time of this process is not known")
	}
	if _, known := ProcessCPU(-1); known {
		t.Error("the CPU time of no process is known")
	}
}

func TestHighWater(t *testing.T) {
	got := highWater([]byte("Name:\tx\nVmPeak:\t  9 kB\nVmHWM:\t    5132 kB\nVmRSS:\t 1 kB\n"))
	if got == nil || *got != 5132*1024 {
		t.Errorf("%v", got)
	}
	for _, status := range []string{"", "VmHWM:\n", "VmHWM: many kB\n"} {
		if got := highWater([]byte(status)); got != nil {
			t.Errorf("%q: %d", status, *got)
		}
	}
}

func FuzzStatCPU(f *testing.F) {
	f.Add([]byte("42 (overlap) S 1 42 42 0 -1 4194304 100 0 0 0 250 50 0 0 20"))
	f.Add([]byte(")"))
	f.Fuzz(func(t *testing.T, stat []byte) {
		if seconds, known := statCPU(stat); known && seconds < 0 {
			t.Errorf("%q: %v s", stat, seconds)
		}
	})
}

func TestPeakMemoryIsOfTheTimeSinceTheStart(t *testing.T) {
	watch := startMemory()
	before := *watch.peak()
	block := make([]byte, 64<<20)
	for i := range block {
		block[i] = 1 // only touched memory is resident, and others may be freed or swapped out meanwhile
	}
	if grown := *watch.peak() - before; grown < 32<<20 || block[len(block)-1] != 1 {
		t.Errorf("the peak rose by %d bytes for a block of 64 MiB", grown)
	}
}
