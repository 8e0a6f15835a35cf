//go:build linux

package process

import (
	"os"
	"os/exec"
	"syscall"
	"testing"
)

// aloneVariable names the test for which this binary was started again.
const aloneVariable = "PROCESS_TEST_ALONE"

// alone has the rest of a test run in a process of its own, because it spoils the process that it runs in: it reports true
// there. Here it reports false when that has ended, and passes on how. As says who to be there, if not oneself.
func alone(t *testing.T, as *syscall.Credential) bool {
	t.Helper()
	if os.Getenv(aloneVariable) == t.Name() {
		return true
	}
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Path = "/proc/self/exe" // which others may run, wherever it is
	cmd.Env = append(os.Environ(), aloneVariable+"="+t.Name())
	if os.Getuid() == 0 && as != nil {
		cmd.Dir = "/"
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as}
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	} else if testing.Verbose() {
		t.Logf("%s", out)
	}
	return false
}

// somebody is a user of whom this machine knows nothing, and so has no processes and no pipes yet.
var somebody = &syscall.Credential{Uid: 54321, Gid: 54321}
