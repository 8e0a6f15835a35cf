package lifeline

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// role is the environment variable that makes the test binary play a child or a parent instead of running tests.
const role = "OVERLAP_LIFELINE_TEST"

func TestMain(m *testing.M) {
	switch os.Getenv(role) {
	case "":
		os.Exit(m.Run())
	case "tied": // ends with its parent
		ExitWithParent()
		fmt.Println("ready")
		select {}
	case "stray": // ends only when it is killed
		fmt.Println("ready")
		_, _ = io.Copy(io.Discard, os.Stdin)
		select {}
	case "busy": // computes without end, and never gives the processor back
		ExitWithParent()
		fmt.Println("ready")
		for n := 0; ; n++ {
			_ = n
		}
	case "orders": // says what it was told
		var orders map[string]string
		if err := Orders(&orders); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println(orders["say"])
		select {}
	case "parent": // a parent of a busy child, with which it shares its standard output
		child := command("busy")
		child.Stdout = os.Stdout
		if _, err := Tie(child); err != nil {
			panic(err)
		}
		if err := child.Start(); err != nil {
			panic(err)
		}
		_ = child.Wait()
	}
}

func command(as string) *exec.Cmd {
	executable, err := os.Executable()
	if err != nil {
		panic(err)
	}
	cmd := exec.Command(executable)
	cmd.Env = append(os.Environ(), role+"="+as, "GORACE=atexit_sleep_ms=0") // or each exit takes a second under -race
	return cmd
}

// start runs the test binary in a role, tied to the test, and returns it with its output.
func start(t *testing.T, as string) (*exec.Cmd, *Line, *bufio.Reader) {
	t.Helper()
	cmd := command(as)
	line, err := Tie(cmd)
	if err != nil {
		t.Fatal(err)
	}
	return cmd, line, begin(t, cmd)
}

// longest is how long a process of a test may take.
const longest = time.Minute

func begin(t *testing.T, cmd *exec.Cmd) *bufio.Reader {
	t.Helper()
	output, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	kill := time.AfterFunc(longest, func() { _ = cmd.Process.Kill() })
	t.Cleanup(func() { kill.Stop() })
	if file, ok := output.(*os.File); ok { // which a child of the command may hold
		_ = file.SetReadDeadline(time.Now().Add(longest))
	}
	return bufio.NewReader(output)
}

func expect(t *testing.T, output *bufio.Reader, want string) {
	t.Helper()
	if line, err := output.ReadString('\n'); err != nil || strings.TrimSpace(line) != want {
		t.Fatalf("the child said %q (%v), want %q", line, err, want)
	}
}

func TestCloseEndsTheChild(t *testing.T) {
	cmd, line, output := start(t, "tied")
	expect(t, output, "ready")
	if err := line.Close(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("the child ended with %v, want status 0", err)
	}
}

// Children started later inherit nothing that would keep an earlier one alive.
func TestOtherChildrenHoldNoLine(t *testing.T) {
	first, line, output := start(t, "tied")
	expect(t, output, "ready")

	second, secondLine, secondOutput := start(t, "tied")
	expect(t, secondOutput, "ready")
	stray := command("stray")
	expect(t, begin(t, stray), "ready")

	_ = line.Close()
	if err := first.Wait(); err != nil {
		t.Fatal(err)
	}
	_ = secondLine.Close()
	if err := second.Wait(); err != nil {
		t.Fatal(err)
	}
	_ = stray.Process.Kill()
	if err := stray.Wait(); err == nil {
		t.Fatal("the stray child had ended by itself: this test shows nothing")
	}
}

func TestChildEndsWithKilledParent(t *testing.T) {
	t.Setenv("GOMAXPROCS", "1")
	parent := command("parent")
	output := begin(t, parent)
	expect(t, output, "ready")
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	// The end of the output comes when nobody holds it any more, neither the parent nor its child.
	if rest, err := io.ReadAll(output); err != nil || len(rest) > 0 {
		t.Fatalf("%q, %v", rest, err)
	}
	if err := parent.Wait(); err == nil {
		t.Fatal("the parent was not killed")
	}
}

func TestOrders(t *testing.T) {
	long := strings.Repeat("on and on ", 100_000) + "and on" // far more than a pipe holds
	for _, say := range []string{"hello", "", "two\nlines", long} {
		cmd, line, output := start(t, "orders")
		if err := line.Send(map[string]string{"say": say}); err != nil {
			t.Fatal(err)
		}
		for said := range strings.SplitSeq(say, "\n") {
			expect(t, output, said)
		}
		_ = line.Close()
		if err := cmd.Wait(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOrdersThatDoNotCome(t *testing.T) {
	cases := []struct {
		name, sent, want string
	}{
		{"nothing", "", "the parent process ended before it sent its orders"},
		{"half", `{"say": "hel`, "cannot read the orders of the parent process"},
		{"something else", `[1, 2]`, "cannot read the orders of the parent process"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			cmd, line, output := start(t, "orders")
			if _, err := io.WriteString(line.pipe, c.sent); err != nil {
				t.Fatal(err)
			}
			_ = line.Close()
			if said, err := output.ReadString('\n'); err != nil || !strings.HasPrefix(said, c.want) {
				t.Errorf("the child said %q (%v), want %q", said, err, c.want)
			}
			if err := cmd.Wait(); err == nil {
				t.Error("the child ended with status 0")
			}
		})
	}
}

func TestSendToAChildThatEnded(t *testing.T) {
	cmd, line, output := start(t, "tied")
	expect(t, output, "ready")
	_ = line.Close()
	_ = cmd.Wait()
	if err := line.Send("too late"); err == nil || !strings.Contains(err.Error(), "cannot send the child its orders") {
		t.Errorf("Send to a child that ended: %v", err)
	}
	if err := line.Send(func() {}); err == nil || !strings.Contains(err.Error(), "cannot write the child's orders") {
		t.Errorf("Send of a function: %v", err)
	}
}

func TestTieNeedsStandardInput(t *testing.T) {
	cmd := command("tied")
	cmd.Stdin = strings.NewReader("")
	if _, err := Tie(cmd); err == nil || !strings.Contains(err.Error(), "cannot tie "+cmd.Path) {
		t.Errorf("a command with a standard input was tied: %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(`{"say":"hello"}` + "\n")
	f.Add("")
	f.Add(`{"say":`)
	f.Add("null\n\n")
	f.Fuzz(func(t *testing.T, sent string) {
		var orders map[string]string
		if err := decode(strings.NewReader(sent), &orders); err != nil {
			return
		}
		text, err := json.Marshal(orders)
		if err != nil {
			t.Fatal(err)
		}
		var again map[string]string
		if err := decode(strings.NewReader(string(text)), &again); err != nil || len(again) != len(orders) {
			t.Fatalf("%s came back as %v (%v)", text, again, err)
		}
	})
}
