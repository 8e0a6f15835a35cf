//go:build linux

package process

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"example.com/overlap"
)

func init() {
	// A parent with one worker in a tight loop, one stopped and one idle, which prints their numbers.
	roles["parent"] = func() {
		go endWithTheTest()
		p := New(2, Silent())
		group := overlap.NewGroup(context.Background(), p)
		overlap.Submit(group, obey, order{Fault: "tight loop"})
		overlap.Submit(group, obey, order{Fault: "SIGSTOP"})
		for p.Info().Busy < 2 || p.Info().Workers < 3 {
		}
		for _, pid := range children() {
			fmt.Println(pid)
		}
		select {}
	}
	// A parent that goes on after an interrupt, and prints what its workers made of it.
	roles["interrupted"] = func() {
		go endWithTheTest()
		interrupted := make(chan os.Signal, 1)
		signal.Notify(interrupted, os.Interrupt)
		p := New(2, Silent())
		defer p.Close()
		out := 0
		for r := range overlap.Stream(context.Background(), p, double, untilInterrupted(interrupted)) {
			if r.Err != nil || r.Value != 2*r.Index {
				fmt.Println("call", r.Index, r.Value, r.Err)
			}
			out++
		}
		after, err := overlap.Map(context.Background(), p, double, numbers(100))
		fmt.Println("after the interrupt", out > 0, len(after), err, "workers started", p.Info().Started)
	}
}

// startsChild starts a process that its worker does not wait for, and gives its number.
var startsChild = overlap.Define("starts a child", func(context.Context, string) (int, error) {
	cmd := exec.Command("sleep", "1000")
	err := cmd.Start()
	return cmd.Process.Pid, err
})

var pythonStartsChild = Remote[string, int]("t/starts-child")

func init() {
	parentOf := func(p *Pool, task *overlap.Task[string, int]) func() {
		return func() {
			go endWithTheTest()
			pids, err := overlap.Map(context.Background(), p, task, []string{"", "", ""})
			if err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			for _, pid := range pids {
				fmt.Println(pid)
			}
		}
	}
	// Parents whose workers have started children: one that is killed then, and one that exits.
	for name, start := range map[string]func() (*Pool, *overlap.Task[string, int]){
		"go":     func() (*Pool, *overlap.Task[string, int]) { return New(2, Silent()), startsChild },
		"python": func() (*Pool, *overlap.Task[string, int]) { return pythonPool(2), pythonStartsChild },
	} {
		roles["grandparent of "+name] = func() { parentOf(start())(); select {} }
		roles["grandparent of "+name+" that exits"] = func() { parentOf(start())(); os.Exit(0) }
	}
}

func pythonPool(n int) *Pool {
	return Command([]string{findPython(), "python/overlap_worker.py", "tasks"}, n, Silent(), Environment("PYTHONPATH=testdata"))
}

func TestWhatWorkersStartedGoesWithTheParent(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
	}
	for _, of := range []string{"go", "python"} {
		if _, err := exec.LookPath("python3"); err != nil && of == "python" {
			continue
		}
		for _, how := range []string{"", " that exits"} {
			t.Run(of+how, func(t *testing.T) {
				for range 2 {
					cmd := exec.Command(os.Args[0])
					cmd.Env = append(os.Environ(), roleVariable+"=grandparent of "+of+how)
					cmd.Stderr = os.Stderr
					_, out := startPiped(t, cmd)
					var pids []int
					var err error
					within(t, "the workers start children", func() { pids, err = pidsFrom(out, 3) })
					if how == "" {
						cmd.Process.Kill()
					}
					within(t, "the parent ends", func() { cmd.Wait() })
					if err != nil {
						t.Fatal(err)
					}
					eventually(t, fmt.Sprint("the grandchildren ", pids, " have gone"), func() bool {
						return !slices.ContainsFunc(pids, func(pid int) bool { return !gone(pid) })
					})
				}
			})
		}
	}
}

// endWithTheTest ends a program that outlives the test that started it.
func endWithTheTest() {
	io.Copy(io.Discard, os.Stdin)
	os.Exit(1)
}

func untilInterrupted(interrupted <-chan os.Signal) func(func(int) bool) {
	return func(yield func(int) bool) {
		for i := 0; ; i++ {
			if i == 1000 {
				fmt.Println("ready")
			}
			select {
			case <-interrupted:
				return
			default:
				if !yield(i) {
					return
				}
			}
		}
	}
}

func TestWorkersGoWithTheirParent(t *testing.T) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), roleVariable+"=parent")
	_, out := startPiped(t, cmd)
	var pids []int
	var err error
	within(t, "the parent starts its workers", func() { pids, err = pidsFrom(out, 3) })
	cmd.Process.Kill()
	cmd.Wait()
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, fmt.Sprint("the workers ", pids, " have gone"), func() bool {
		return !slices.ContainsFunc(pids, func(pid int) bool { return !gone(pid) })
	})
}

func TestAnInterruptReachesTheParentOnly(t *testing.T) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), roleVariable+"=interrupted")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	_, out := startPiped(t, cmd)
	within(t, "the interrupted program", func() {
		lines := bufio.NewScanner(out)
		lines.Scan() // ready
		syscall.Kill(-cmd.Process.Pid, syscall.SIGINT)
		for lines.Scan() {
			if want := "after the interrupt true 100 <nil> workers started 3"; lines.Text() != want {
				t.Errorf("the program printed %q, want %q", lines.Text(), want)
			}
		}
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	})
}

// leaveBehind starts a process that outlives its call and holds the worker's output.
var leaveBehind = overlap.Define("leave behind", func(_ context.Context, session bool) (int, error) {
	cmd := exec.Command("sleep", "1000")
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: session}
	err := cmd.Start()
	return cmd.Process.Pid, err
})

func TestAGrandchildGoesWithItsWorker(t *testing.T) {
	nothingLeft(t)
	p := New(1, Silent())
	pids, err := overlap.Map(context.Background(), p, leaveBehind, []bool{false, false})
	if err != nil {
		t.Fatal(err)
	}
	mustDouble(t, p, 100)
	within(t, "Close", func() { p.Close() })
	for _, pid := range pids {
		eventually(t, "grandchild "+strconv.Itoa(pid)+" has gone", func() bool { return gone(pid) })
	}
}

func TestAGrandchildInASessionOfItsOwnHoldsNothingUp(t *testing.T) {
	nothingLeft(t)
	p := New(1, Silent())
	pids, err := overlap.Map(context.Background(), p, leaveBehind, []bool{true})
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Kill(pids[0], syscall.SIGKILL) // it asked not to be killed with the others
	for r := range overlap.Stream(context.Background(), p, obey, slices.Values([]order{{Fault: "exit 3"}, {Number: 1}})) {
		if (r.Index == 0) != (r.Outcome == overlap.WorkerDied) || r.Index == 1 && r.Value != 2 {
			t.Errorf("call %d: %v, %v", r.Index, r.Value, r.Err)
		}
	}
	within(t, "Close", func() { p.Close() })
	if gone(pids[0]) {
		t.Error("the grandchild has gone, so this test showed nothing")
	}
}

var say = overlap.Define("say", func(_ context.Context, text string) (int, error) {
	fmt.Print(text)
	fmt.Fprint(os.Stderr, strings.ToUpper(text))
	return 0, nil
})
