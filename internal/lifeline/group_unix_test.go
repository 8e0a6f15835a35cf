//go:build unix

package lifeline

import (
	"syscall"
	"testing"
)

func TestChildHasAGroupOfItsOwn(t *testing.T) {
	cmd, line, output := start(t, "tied")
	expect(t, output, "ready")
	if group, err := syscall.Getpgid(cmd.Process.Pid); err != nil || group != cmd.Process.Pid {
		t.Errorf("process %d is in group %d (%v), want its own", cmd.Process.Pid, group, err)
	}
	_ = line.Close()
	_ = cmd.Wait()
}
