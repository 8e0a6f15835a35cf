package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"example.com/overlap"
)

// cgroupVariable names a delegated cgroup v2 without processes in which tests may make others.
const cgroupVariable = "OVERLAP_TEST_CGROUP"

// place makes a cgroup for a test's pools, with or without the memory controller in what is made in it, and fails the test
// if a pool leaves anything there.
func place(t *testing.T, memory bool) string {
	t.Helper()
	parent := os.Getenv(cgroupVariable)
	if parent == "" {
		parent = detect()
	}
	if parent == "" {
		t.Skip("there is no delegated cgroup v2: run this by systemd-run --user --scope -p Delegate=yes, or make cgroup, " +
			"or name one in " + cgroupVariable)
	}
	if memory {
		if err := enableMemory(parent); err != nil {
			t.Skipf("%s: %v", parent, err)
		}
	}
	dir, err := os.MkdirTemp(parent, "test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if left := inside(dir); len(left) > 0 {
			t.Errorf("cgroups are left: %v", left)
		}
		eventually(t, "the test's cgroup is removed", func() bool { return removeTree(dir) == nil })
	})
	return dir
}

// inside lists the cgroups in one.
func inside(dir string) (names []string) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names
}

// populated reports whether there are processes in a cgroup that have not ended.
func populated(dir string) bool {
	return strings.Contains(strings.Join(words(dir, "cgroup.events"), " "), "populated 1")
}

// cgroupOf is the cgroup that a process is in.
func cgroupOf(pid int) string {
	memberships, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cgroup", pid))
	mounts, _ := os.ReadFile("/proc/self/mountinfo")
	return cgroupPath(string(memberships), string(mounts))
}

// startIn starts the command in the cgroup.
func startIn(t *testing.T, dir string, cmd *exec.Cmd) {
	t.Helper()
	d, err := os.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	cmd.SysProcAttr = &syscall.SysProcAttr{UseCgroupFD: true, CgroupFD: int(d.Fd())}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
}

const limitOfTests = 128 << 20

// shareMemory uses much more than the limit, none of which RLIMIT_DATA counts.
func shareMemory() {
	b, err := unix.Mmap(-1, 0, 4*limitOfTests, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED|unix.MAP_ANON)
	if err != nil {
		panic(err)
	}
	for i := 0; i < len(b); i += 4096 {
		b[i] = 1
	}
}

// haveChildren starts processes that use more than the limit together, though each stays below it.
func haveChildren() {
	ended := make(chan error)
	for range 4 {
		cmd := exec.Command(executable())
		cmd.Env = []string{roleVariable + "=hog"}
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			panic(err)
		}
		go func() { ended <- cmd.Wait() }()
	}
	panic(<-ended)
}

func init() {
	fakeMisdeeds["shares memory"] = shareMemory
	fakeMisdeeds["has children"] = haveChildren
	roles["hog"] = func() {
		for range limitOfTests / 3 >> 20 {
			b := make([]byte, 1<<20)
			for i := 0; i < len(b); i += 4096 {
				b[i] = 1
			}
			sink = append(sink, b)
		}
		syscall.Pause()
	}
	roles["confined parent"] = func() {
		go endWithTheTest()
		p := New(1, Silent(), Cgroup(os.Getenv(cgroupVariable)))
		for p.Info().Workers < 2 {
		}
		for _, pid := range p.PIDs() {
			fmt.Println(pid)
		}
		select {}
	}
}

func TestEachWorkerHasACgroupWithTheLimit(t *testing.T) {
	dir := place(t, true)
	check := func(t *testing.T, p *Pool) {
		t.Helper()
		defer p.Close()
		if how := p.Info().MemoryLimit; how != "cgroup v2 and RLIMIT_DATA" {
			t.Errorf("the limit is enforced by %q", how)
		}
		if err := p.Ready(context.Background()); err != nil {
			t.Fatal(err)
		}
		ready(t, p, 3)
		var theirs []string
		for _, pid := range p.PIDs() {
			own := cgroupOf(pid)
			theirs = append(theirs, own)
			if filepath.Dir(own) != dir {
				t.Errorf("worker %d is in %s, want one in %s", pid, own, dir)
			}
			want := map[string]string{"memory.max": strconv.Itoa(limitOfTests), "memory.oom.group": "1", "cgroup.procs": strconv.Itoa(pid)}
			if exists(own, "memory.swap.max") {
				want["memory.swap.max"] = "0"
			}
			for file, want := range want {
				if got := strings.Join(words(own, file), " "); got != want {
					t.Errorf("%s of worker %d is %q, want %q", file, pid, got, want)
				}
			}
			var data unix.Rlimit
			if err := unix.Prlimit(pid, unix.RLIMIT_DATA, nil, &data); err != nil || data.Max != limitOfTests {
				t.Errorf("RLIMIT_DATA of worker %d is %d, %v", pid, data.Max, err)
			}
		}
		slices.Sort(theirs)
		if n := len(slices.Compact(theirs)); n != 3 {
			t.Errorf("3 workers have %d cgroups", n)
		}
	}
	t.Run("of the same binary", func(t *testing.T) {
		nothingLeft(t)
		check(t, New(2, Silent(), MemoryLimit(limitOfTests), Cgroup(dir)))
	})
	t.Run("of a command", func(t *testing.T) {
		nothingLeft(t)
		p, _ := fakes(t, 2, "start", MemoryLimit(limitOfTests), Cgroup(dir))
		check(t, p)
	})
}

func TestACgroupsLimitIsToldFromAKill(t *testing.T) {
	for _, way := range []string{"shares memory", "has children"} {
		t.Run(way, func(t *testing.T) {
			dir := place(t, true)
			nothingLeft(t)
			p := New(2, Silent(), MemoryLimit(limitOfTests), Cgroup(dir))
			defer p.Close()
			ran := faulty{fault: way, outcome: overlap.WorkerDied, class: OutOfMemory, code: -1, signal: syscall.SIGKILL}
			killed := faulty{fault: "SIGKILL", outcome: overlap.WorkerDied, class: KilledOutside, code: -1, signal: syscall.SIGKILL}
			for range 2 { // the machine's count of such kills has risen when the second kind comes
				ran.befalls(t, p, 50, 20)
				killed.befalls(t, p, 50, 20)
			}
		})
		t.Run("a command that "+way, func(t *testing.T) {
			dir := place(t, true)
			p, _ := fakes(t, 1, "start", MemoryLimit(limitOfTests), Cgroup(dir))
			defer p.Close()
			failed := stream(t, p, fakeDo, []string{"a", way, "b", "kill", "c"})
			for input, class := range map[string]Class{way: OutOfMemory, "kill": KilledOutside} {
				died, ok := errors.AsType[*DiedError](failed[input])
				if !ok || died.Class != class {
					t.Errorf("%s: %v, want a worker that %s", input, failed[input], class)
				}
				if !ok || class != OutOfMemory || !exists(dir, "memory.peak") {
					continue
				}
				if died.Peak < limitOfTests*9/10 || died.Peak > limitOfTests*11/10 {
					t.Errorf("its peak was %d, want about %d", died.Peak, limitOfTests)
				}
			}
			if len(failed) != 2 {
				t.Errorf("failed: %v", failed)
			}
		})
	}
}

func TestAStartThatRunsOutOfMemorySaysSo(t *testing.T) {
	dir := place(t, true)
	nothingLeft(t)
	p, _ := fakes(t, 1, "start/shares memory", MemoryLimit(limitOfTests), Cgroup(dir))
	err := p.Ready(context.Background())
	if err == nil || !strings.Contains(err.Error(), "it ran out of memory before it was ready") {
		t.Errorf("the start ended with %v", err)
	}
	p.Close()
}

func TestAGrandchildInASessionOfItsOwnGoesWithItsWorkersCgroup(t *testing.T) {
	dir := place(t, false)
	nothingLeft(t)
	p := New(1, Silent(), Cgroup(dir))
	leave := func() (pid int) {
		pids, err := overlap.Map(context.Background(), p, leaveBehind, []bool{true})
		if err != nil {
			t.Fatal(err)
		}
		return pids[0]
	}
	first := leave()
	if _, err := overlap.Map(context.Background(), p, obey, []order{{Fault: "exit 3"}}); err == nil {
		t.Fatal("a worker that exits fails no call")
	}
	eventually(t, "the grandchild has gone with the worker that died", func() bool { return gone(first) })
	second := leave()
	within(t, "Close", func() { p.Close() })
	if !gone(second) {
		t.Error("the grandchild is still there when Close returns")
	}
}

func TestAFailedStartLeavesNoCgroup(t *testing.T) {
	dir := place(t, false)
	nothingLeft(t)
	for _, argv := range [][]string{{"/there/is/no/such/program"}, {os.Args[0], "-test.run=^$"}} {
		p := Command(argv, 2, Silent(), Cgroup(dir))
		if err := p.Ready(context.Background()); err == nil {
			t.Errorf("%v was started", argv)
		}
		p.Close()
		if left := inside(dir); len(left) > 0 {
			t.Errorf("%v: cgroups are left: %v", argv, left)
		}
	}
}

func TestCgroupsInAWorkersCgroupGoWithIt(t *testing.T) {
	dir := place(t, false)
	nothingLeft(t)
	p := New(1, Silent(), Cgroup(dir))
	defer p.Close()
	if err := p.Ready(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(cgroupOf(p.PIDs()[0]), "a/b"), 0o755); err != nil {
		t.Fatal(err)
	}
}

func TestWhatAKilledParentLeftIsSwept(t *testing.T) {
	dir := place(t, false)
	nothingLeft(t)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), roleVariable+"=confined parent", cgroupVariable+"="+dir)
	_, out := startPiped(t, cmd)
	var err error
	within(t, "the parent starts its workers", func() { _, err = pidsFrom(out, 2) })
	cmd.Process.Kill()
	cmd.Wait()
	if err != nil {
		t.Fatal(err)
	}
	left := inside(dir)
	if len(left) != 2 {
		t.Fatalf("the parent had the cgroups %v, want 2", left)
	}
	for _, name := range left {
		eventually(t, "the workers have gone", func() bool { return !populated(filepath.Join(dir, name)) })
	}
	ours := fmt.Sprintf(cgroupName, os.Getpid(), 1<<40) // of a program that is alive
	if err := os.Mkdir(filepath.Join(dir, ours), 0o755); err != nil {
		t.Fatal(err)
	}
	p := New(1, Silent(), Cgroup(dir))
	p.Close()
	if got := inside(dir); !slices.Equal(got, []string{ours}) {
		t.Errorf("after the next pool there are %v, want %s", got, ours)
	}
	unix.Rmdir(filepath.Join(dir, ours))
}
