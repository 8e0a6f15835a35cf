package compare

import (
	"os"
	"testing"
)

func TestMachineLoadIsRead(t *testing.T) {
	const stat = "cpu  100 20 30 9000 400 5 6 7 50 0\n" +
		"cpu0 50 10 15 4500 200 2 3 3 25 0\ncpu1 50 10 15 4500 200 3 3 4 25 0\nintr 5 6\n"
	load, known := parseMachineLoad([]byte(stat))
	if !known || load.cores != 2 || !near(load.seconds, 1.68) {
		t.Errorf("%+v, %v; want 2 cores and 1.68 s, without idle, iowait and guests", load, known)
	}
	for _, bad := range []string{"", "cpu 1 x\ncpu0 1\n", "intr 5\n", "cpu 1 2 3\n"} {
		if _, known := parseMachineLoad([]byte(bad)); known {
			t.Errorf("%q is read", bad)
		}
	}
	if load, known := readMachineLoad(); !known || load.seconds <= 0 {
		t.Errorf("of this machine: %+v, %v", load, known)
	}
}

func TestCoreWaitIsRead(t *testing.T) {
	if _, err := os.Stat("/proc/self/schedstat"); err != nil {
		t.Skip("the kernel does not count it:", err)
	}
	if _, known := coreWait(os.Getpid()); !known {
		t.Error("not known of this process")
	}
	if _, known := coreWait(-1); known {
		t.Error("known of no process")
	}
}

func FuzzMachineLoad(f *testing.F) {
	f.Add([]byte("cpu  1 2 3 4 5 6 7 8\ncpu0 1\n"))
	f.Fuzz(func(t *testing.T, stat []byte) {
		if load, known := parseMachineLoad(stat); known && (load.seconds < 0 || load.cores < 1) {
			t.Errorf("%+v", load)
		}
	})
}

func TestMeasurementTellsTheLoadOfOthers(t *testing.T) {
	runner, err := NewProcesses(asChild)
	if err != nil {
		t.Fatal(err)
	}
	m, err := runner.Measure(t.Context(), Order{Task: "square", Strategy: "sync", Inputs: Integers(1, 1000)})
	if err != nil {
		t.Fatal(err)
	}
	if m.OthersBusy == nil || *m.OthersBusy < 0 || m.GoroutineWaitSeconds < 0 {
		t.Errorf("%+v", m.OthersBusy)
	}
}
