//go:build unix

package process

import (
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// guard is a shell that waits for the end of this process, in a group of its own, and then kills the groups of its workers.
// The workers themselves cannot do that: the kernel kills them with their parent, also where they are stopped or busy, and
// what they have started would live on. There is one as long as this process has workers. Where there is no shell or no room
// for it, the workers alone go with this process.
type guard struct {
	mu     sync.Mutex
	groups map[int]bool // of workers that live
	to     *os.File     // its input; nil while there is none
	shell  *os.Process
	ended  chan struct{} // it has
}

var guarding = guard{groups: map[int]bool{}}

// guardScript keeps a list of groups until its input ends. Nothing else ends it that a terminal or a supervisor sends.
const guardScript = `trap '' HUP INT QUIT TERM TSTP PIPE
all=' '
while read -r how group; do
	case $how in
	+) all="$all$group " ;;
	-) case $all in *" $group "*) all="${all%%" $group "*} ${all#*" $group "}" ;; esac ;;
	esac
done
for group in $all; do kill -s KILL -- "-$group" 2>/dev/null; done`

// add has the guard kill a group when this process is gone.
func (g *guard) add(group int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.groups[group] = true
	if g.to != nil && g.say('+', group) {
		return
	}
	g.end()
	if g.start() {
		for group := range g.groups {
			g.say('+', group)
		}
	}
}

// remove is for a group that has been killed, before its number can be another's.
func (g *guard) remove(group int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.groups, group)
	if len(g.groups) == 0 {
		g.end()
	} else if g.to != nil {
		g.say('-', group)
	}
}

func (g *guard) say(how byte, group int) bool {
	g.to.SetWriteDeadline(time.Now().Add(time.Second)) // somebody may have stopped it
	_, err := fmt.Fprintf(g.to, "%c %d\n", how, group)
	return err == nil
}

func (g *guard) start() bool {
	input, to, err := os.Pipe()
	if err != nil {
		return false
	}
	defer input.Close()
	cmd := &exec.Cmd{Path: "/bin/sh", Args: []string{"overlap-guard", "-c", guardScript}, Dir: "/", Env: []string{}, Stdin: input}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		to.Close()
		return false
	}
	ended := make(chan struct{})
	g.to, g.shell, g.ended = to, cmd.Process, ended
	go func() {
		cmd.Wait()
		close(ended)
	}()
	return true
}

// end ends the guard, without its killing anything if it knows of no group.
func (g *guard) end() {
	if g.to == nil {
		return
	}
	if len(g.groups) > 0 { // it does not listen
		g.shell.Kill()
	}
	g.to.Close()
	select {
	case <-g.ended:
	case <-time.After(time.Second):
		g.shell.Kill()
		<-g.ended
	}
	g.to = nil
}
