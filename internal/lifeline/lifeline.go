// Package lifeline ties a child process to its parent: however the parent ends, the child ends with it.
//
// The child's standard input is a pipe whose write end the parent alone holds. The kernel closes it when the parent
// returns, panics, exits or is killed, the child reads the end of its input, and exits. That works on every system
// and follows the process. Linux's parent-death signal follows the thread that started the child instead, and kills
// children whose parent lives on.
//
// The child is also put into a process group of its own, so that Ctrl-C in a terminal reaches the parent alone, which
// can then finish what it does with the child still there.
package lifeline

import (
	"encoding/json"
	"fmt"
	"io"
	"os/exec"

	"example.com/overlap/internal/procgroup"
)

// Line is the parent's end of a lifeline. Its methods are safe to use from several goroutines.
type Line struct {
	pipe io.WriteCloser
}

// Tie prepares a command that has not been started: its standard input becomes the lifeline and its process group its
// own. The program it starts must call [ExitWithParent] or [Orders]. It is an error if the command has a standard
// input already.
//
// The line lives as long as the command: keep a goroutine in cmd.Wait, or the garbage collector closes the pipe. When
// the command ends, Wait closes it.
func Tie(cmd *exec.Cmd) (*Line, error) {
	// StdinPipe opens the write end close-on-exec, so no process but this one ever holds it.
	pipe, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("cannot tie %s to this process: %w", cmd.Path, err)
	}
	procgroup.Lead(cmd)
	return &Line{pipe: pipe}, nil
}

// Send gives the started child its orders as JSON, which the child takes with [Orders]. It waits until the child has
// read what does not fit into the pipe; it fails if the child has ended.
func (l *Line) Send(orders any) error {
	text, err := json.Marshal(orders)
	if err != nil {
		return fmt.Errorf("cannot write the child's orders: %w", err)
	}
	if _, err := l.pipe.Write(append(text, '\n')); err != nil {
		return fmt.Errorf("cannot send the child its orders: %w", err)
	}
	return nil
}

// Close ends the child. It does not wait for that: cmd.Wait does. Closing a second time does nothing.
func (l *Line) Close() error { return l.pipe.Close() }
