package process

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

func TestCgroupPath(t *testing.T) {
	const unified = "24 23 0:22 / /sys rw - sysfs sysfs rw\n" +
		"30 24 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"
	const hybrid = "31 24 0:27 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n" +
		"32 31 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n" +
		"33 31 0:29 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
	const bound = "40 24 0:26 /docker/a\\040b /sys/fs/my\\040cgroup ro master:4 - cgroup2 cgroup rw\n"
	for _, c := range []struct{ name, memberships, mounts, want string }{
		{"unified", "0::/user.slice/a.scope\n", unified, "/sys/fs/cgroup/user.slice/a.scope"},
		{"the root", "0::/\n", unified, "/sys/fs/cgroup"},
		{"hybrid", "9:name=systemd:/x\n4:memory:/y\n0::/z\n", hybrid, "/sys/fs/cgroup/unified/z"},
		{"v1 only", "4:memory:/y\n", hybrid, ""},
		{"v2 not mounted", "0::/z\n", "32 31 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n", ""},
		{"a part is mounted", "0::/docker/a b/c\n", bound, "/sys/fs/my cgroup/c"},
		{"the part that is mounted", "0::/docker/a b\n", bound, "/sys/fs/my cgroup"},
		{"another part is mounted", "0::/docker/a bc\n", bound, ""},
		{"outside of the namespace", "0::/../x\n", unified, ""},
		{"nothing", "", "", ""},
		{"garbage", "0::", "30 24 - cgroup2 \n - cgroup2 x\n", ""},
	} {
		if got := cgroupPath(c.memberships, c.mounts); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// refusal is why there is no worker in a pool, which must be so.
func refusal(t *testing.T, options ...Option) string {
	t.Helper()
	p := New(1, append(options, Silent())...)
	defer p.Close()
	err := p.Ready(context.Background())
	if err == nil {
		t.Fatal("the pool has workers")
	}
	return err.Error()
}

func TestWhatIsNoCgroupIsRefused(t *testing.T) {
	nothingLeft(t)
	for _, c := range []struct{ dir, says string }{
		{t.TempDir(), "is no directory of cgroup v2"},
		{filepath.Join(t.TempDir(), "none"), "no such file or directory"},
	} {
		if err := refusal(t, Cgroup(c.dir)); !strings.Contains(err, c.says) || !strings.Contains(err, c.dir) {
			t.Errorf("%s is refused with %q, want %q in it", c.dir, err, c.says)
		}
	}
}

func TestACgroupThatCannotLimitMemoryIsRefused(t *testing.T) {
	dir := place(t, false) // in which nothing has memory until it is enabled
	child := filepath.Join(dir, "child")
	if err := os.Mkdir(child, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := refusal(t, Cgroup(child), MemoryLimit(limitOfTests)); !strings.Contains(err, "no memory controller in it") {
		t.Errorf("it is refused with %q", err)
	}
	unix.Rmdir(child)
}

func TestACgroupWithProcessesIsRefused(t *testing.T) {
	dir := place(t, true)
	startIn(t, dir, sleeper(t))
	if err := refusal(t, Cgroup(dir), MemoryLimit(limitOfTests)); !strings.Contains(err, "there are processes in it") {
		t.Errorf("it is refused with %q", err)
	}
}

// sleeper is a command that sleeps until the end of the test, if it is started.
func sleeper(t *testing.T) *exec.Cmd {
	cmd := exec.Command("sleep", "1000")
	t.Cleanup(func() {
		if cmd.Process != nil {
			cmd.Process.Kill()
			cmd.Wait()
		}
	})
	return cmd
}

func init() {
	// A program without any right that makes a pool in a cgroup.
	roles["nobody"] = func() {
		p := New(1, Silent(), Cgroup(os.Getenv(cgroupVariable)))
		defer p.Close()
		fmt.Println(p.Ready(context.Background()))
	}
	// A program that limits memory twice, and prints where it and its workers are.
	roles["limited"] = func() {
		for range 2 {
			p := New(1, Silent(), MemoryLimit(limitOfTests))
			err := p.Ready(context.Background())
			fmt.Println(p.Info().MemoryLimit, err)
			here, there := cgroupOf(os.Getpid()), cgroupOf(p.PIDs()[0])
			fmt.Println(here)
			if there == here {
				fmt.Println("and the worker")
			} else {
				fmt.Println(filepath.Dir(there), words(there, "memory.max"))
			}
			p.Close()
		}
	}
}

func TestACgroupThatMayNotBeWrittenIsRefused(t *testing.T) {
	dir := place(t, false)
	cmd := exec.Command(executable())
	cmd.Env = append(os.Environ(), roleVariable+"=nobody", cgroupVariable+"="+dir)
	if os.Getuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	} else {
		os.Chmod(dir, 0o555)
	}
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "may not be written by this program") {
		t.Errorf("the program said %q, %v", out, err)
	}
	os.Chmod(dir, 0o755)
}

func TestADelegatedCgroupIsFound(t *testing.T) {
	const confined, plain = "cgroup v2 and RLIMIT_DATA <nil>", "RLIMIT_DATA <nil>"
	for _, c := range []struct {
		name    string
		marked  string // the cgroup that is delegated
		start   string // the one that the program is started in
		crowd   string // the one that another process is in
		systemd bool   // it runs beside the program
		how     string
		ends    string // where the program is then; %d is its number
	}{
		{name: "its own", marked: ".", start: ".", how: confined, ends: "overlap-%d-0"},
		{name: "the one above", marked: ".", start: "main", how: confined, ends: "main"},
		{name: "none", start: ".", how: plain, ends: "."},
		{name: "its own, with another process", marked: ".", start: ".", crowd: ".", how: plain, ends: "."},
		{name: "the one above, with another process", marked: ".", start: "main", crowd: ".", how: plain, ends: "main"},
		{name: "one further up", marked: ".", start: "a/b", how: plain, ends: "a/b"},
		{name: "a systemd's", marked: ".", start: "main", systemd: true, how: plain, ends: "main"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := place(t, true)
			for _, name := range []string{c.start, c.crowd} {
				os.MkdirAll(filepath.Join(dir, name), 0o755)
			}
			if c.systemd {
				os.Mkdir(filepath.Join(dir, "init.scope"), 0o755)
			}
			if c.marked != "" {
				if err := unix.Setxattr(dir, "user.delegate", []byte("1"), 0); err != nil {
					t.Skip("no extended attributes on cgroups here: ", err)
				}
			}
			if c.crowd != "" {
				startIn(t, filepath.Join(dir, c.crowd), sleeper(t))
			}
			before := inside(dir)
			cmd := exec.Command(executable())
			cmd.Env = append(os.Environ(), roleVariable+"=limited")
			var out strings.Builder
			cmd.Stdout, cmd.Stderr = &out, &out
			startIn(t, filepath.Join(dir, c.start), cmd)
			if err := cmd.Wait(); err != nil {
				t.Errorf("the program ended with %v", err)
			}
			ends := c.ends
			if strings.Contains(ends, "%d") {
				ends = fmt.Sprintf(ends, cmd.Process.Pid)
			}
			ends = filepath.Join(dir, ends)
			workers := "and the worker"
			if c.how == confined {
				workers = fmt.Sprintf("%s [%d]", dir, limitOfTests)
			}
			want := strings.Repeat(c.how+"\n"+ends+"\n"+workers+"\n", 2)
			if out.String() != want {
				t.Errorf("the program printed\n%s, want\n%s", &out, want)
			}
			if c.how == plain {
				if got := inside(dir); !slices.Equal(got, before) || lists(dir, "cgroup.subtree_control", "memory") {
					t.Errorf("a cgroup that is not delegated was changed: it has %v, and had %v", got, before)
				}
			}
			for _, name := range inside(dir) { // the program's own has no one to remove it
				removeTree(filepath.Join(dir, name))
			}
		})
	}
}

func TestWithoutDelegationThereIsRLIMITDATAAlone(t *testing.T) {
	own := cgroupOf(os.Getpid())
	if own != "" && (delegated(own) || delegated(filepath.Dir(own))) {
		t.Skip(own + " is delegated")
	}
	nothingLeft(t)
	before := inside(own)
	p := New(1, Silent(), MemoryLimit(256<<20))
	defer p.Close()
	if how := p.Info().MemoryLimit; how != "RLIMIT_DATA" {
		t.Errorf("the limit is enforced by %q", how)
	}
	if now := inside(own); !slices.Equal(now, before) {
		t.Errorf("%s has %v, and had %v", own, now, before)
	}
}

func TestAFoundPlaceThatDoesNotServeIsGivenUp(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector's own memory is above any sensible limit")
	}
	nothingLeft(t)
	home := t.TempDir() // no cgroup
	p := New(1, Silent(), MemoryLimit(256<<20), option(func(s *settings) { s.cgroups.home.Store(&home) }))
	defer p.Close()
	mustDouble(t, p, 10)
	if how := p.Info().MemoryLimit; how != "RLIMIT_DATA" {
		t.Errorf("the limit is enforced by %q", how)
	}
	if left := inside(home); len(left) > 0 {
		t.Errorf("there is still %v", left)
	}
}
