package process

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"
	"time"
)

// roleVariable has this binary, started again, be something else than a test run: a program that uses the package.
const roleVariable = "PROCESS_TEST_ROLE"

// earlyVariable has a worker of this binary misbehave before it gets to Main.
const earlyVariable = "PROCESS_TEST_EARLY"

// patience is how long a test waits for a fact that must come; it is reached only when the test fails.
const patience = time.Minute

// roles are what this binary can be. Those that begin with "unhooked" do not call Main.
var roles = map[string]func(){}

// early are the ways to misbehave before Main.
var early = map[string]func(){
	"no room": func() {
		fmt.Print("fatal error: runtime: out of memory\n\ngoroutine 1 [running]:\nmain.main()\n")
		os.Exit(2)
	},
	"exit": func() {
		fmt.Println("no license for this machine")
		os.Exit(5)
	},
}

func TestMain(m *testing.M) {
	if os.Getenv(workerVariable) != "" {
		if misbehave := early[os.Getenv(earlyVariable)]; misbehave != nil {
			misbehave()
		}
	}
	if os.Getenv(roleVariable) == "unhooked" {
		unhooked()
		os.Exit(0)
	}
	os.Setenv("GORACE", "atexit_sleep_ms=0") // else each worker takes a second to end under the race detector
	Main()
	if role := roles[os.Getenv(roleVariable)]; role != nil {
		role()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// startPiped starts a command whose standard input and output are the test's.
func startPiped(t *testing.T, cmd *exec.Cmd) (in io.WriteCloser, out io.Reader) {
	t.Helper()
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if out, err = cmd.StdoutPipe(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return in, out
}
