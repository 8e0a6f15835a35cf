//go:build unix

package procgroup

import (
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// guard is a shell that waits for the end of this process, in a group of its own, and then kills the groups that this
// process has told it of. The leaders of the groups cannot do that themselves: the kernel kills them with their parent,
// also where they are stopped or busy, and what they have started would live on.
type guard struct {
	mu      sync.Mutex
	groups  map[int]bool // The groups to kill, by the number of their leader.
	keepers int          // How many calls of KeepGuard have not been released.
	input   *os.File     // Where the shell reads what there is to kill; nil while there is no shell.
	shell   *os.Process
	exited  chan struct{} // Closed when the shell has ended.
}

var theGuard = guard{groups: map[int]bool{}}

// guardScript keeps a list of groups until its input ends, and kills them then. It ignores what a terminal or a supervisor
// sends.
const guardScript = `trap '' HUP INT QUIT TERM TSTP PIPE
all=' '
while read -r how group; do
	case $how in
	+) all="$all$group " ;;
	-) case $all in *" $group "*) all="${all%%" $group "*} ${all#*" $group "}" ;; esac ;;
	esac
done
for group in $all; do kill -s KILL -- "-$group" 2>/dev/null; done`

// KeepGuard keeps the guard, once it is there, until release is called. Without it the guard ends with the last group and
// is started again with the next, which costs a process each time: it is for those who start one command after another.
// It may be called more than once at a time; release does nothing the second time. Both are safe for concurrent use.
func KeepGuard() (release func()) {
	theGuard.mu.Lock()
	defer theGuard.mu.Unlock()
	theGuard.keepers++
	return sync.OnceFunc(func() {
		theGuard.mu.Lock()
		defer theGuard.mu.Unlock()
		theGuard.keepers--
		theGuard.stopIfIdle()
	})
}

// add has the guard kill a group when this process is gone.
func (g *guard) add(group int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.groups[group] = true
	if g.input != nil && g.tell('+', group) {
		return
	}
	g.stop()
	if g.start() {
		for group := range g.groups {
			g.tell('+', group)
		}
	}
}

// remove takes a group off that has been killed. It must be called before the number of the group can be another's.
func (g *guard) remove(group int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.groups, group)
	if g.input != nil && (len(g.groups) > 0 || g.keepers > 0) {
		g.tell('-', group)
	}
	g.stopIfIdle()
}

func (g *guard) stopIfIdle() {
	if len(g.groups) == 0 && g.keepers == 0 {
		g.stop()
	}
}

// tell reports whether the shell was told to add or to remove a group. It cannot be where somebody has stopped it.
func (g *guard) tell(how byte, group int) bool {
	g.input.SetWriteDeadline(time.Now().Add(time.Second))
	_, err := fmt.Fprintf(g.input, "%c %d\n", how, group)
	return err == nil
}

func (g *guard) start() bool {
	input, to, err := os.Pipe()
	if err != nil {
		return false
	}
	defer input.Close()
	cmd := &exec.Cmd{
		Path: "/bin/sh", Args: []string{"overlap-guard", "-c", guardScript}, Dir: "/", Env: []string{}, Stdin: input,
		SysProcAttr: &syscall.SysProcAttr{Setpgid: true},
	}
	if err := cmd.Start(); err != nil {
		to.Close()
		return false
	}
	exited := make(chan struct{})
	g.input, g.shell, g.exited = to, cmd.Process, exited
	go func() {
		cmd.Wait()
		close(exited)
	}()
	return true
}

// stop ends the shell. It kills nothing then: if there are groups, it has not listened, and is killed first.
func (g *guard) stop() {
	if g.input == nil {
		return
	}
	if len(g.groups) > 0 {
		g.shell.Kill()
	}
	g.input.Close()
	select {
	case <-g.exited:
	case <-time.After(time.Second):
		g.shell.Kill()
		<-g.exited
	}
	g.input = nil
}
