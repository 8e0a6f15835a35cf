//go:build unix

package command

import (
	"os"
	"os/exec"
	"sync"
	"syscall"
)

// running are the groups of all commands that run now.
var running groups

// groups is a table of process groups. It stands in a file as well, which a guard reads when this program has gone,
// however that happened: it is a shell that waits for the end of its input, and then kills all that stands there. So a
// command costs two writes of a few bytes into the page cache, and the guard sleeps.
type groups struct {
	mu        sync.Mutex
	at        []int       // the group in each place; 0 for none
	free      []int       // places
	table     int         // the file
	keep      [2]*os.File // it, and the end of the guard's input: they must stay open
	guarded   bool        // there is a guard, or it has been tried to start one
	suspended bool
}

// width is how many bytes a place has in the file: a number, spaces and the end of the line.
const width = 12

const guardScript = `trap '' HUP INT QUIT TERM TSTP PIPE
read -r line
while read -r group; do
	case $group in ?*) kill -s KILL -- "-$group"; esac
done <&3 2>/dev/null`

// prepare starts the guard, before the first command: starting it takes longer than a command needs to leave something
// behind that would outlive this program.
func (g *groups) prepare() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.guarded {
		g.guarded = true
		g.guard()
	}
}

// add is for a group that has just been started. It returns its place.
func (g *groups) add(group int) (place int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if last := len(g.free) - 1; last >= 0 {
		place, g.free = g.free[last], g.free[:last]
		g.at[place] = group
	} else {
		place = len(g.at)
		g.at = append(g.at, group)
	}
	g.write(place)
	if g.suspended {
		_ = syscall.Kill(-group, syscall.SIGSTOP)
	}
	return place
}

// remove is for a group that nobody is to end any more. Its number must not be another's yet.
func (g *groups) remove(place int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.at[place] = 0
	g.free = append(g.free, place)
	g.write(place)
}

// write writes a place to the table.
func (g *groups) write(place int) {
	if g.table == 0 {
		return
	}
	line := [width]byte{}
	for i := range line {
		line[i] = ' '
	}
	line[width-1] = '\n'
	for group, at := g.at[place], width-2; group > 0; group, at = group/10, at-1 {
		line[at] = byte('0' + group%10)
	}
	_, _ = syscall.Pwrite(g.table, line[:], int64(place)*width)
}

// guard starts the guard. Where that cannot be, the leaders of the groups alone end with this program, and where no
// system sees to that, nothing does.
func (g *groups) guard() {
	table, err := openNameless(os.TempDir())
	if err != nil {
		return
	}
	input, end, err := os.Pipe()
	if err != nil {
		_ = syscall.Close(table)
		return
	}
	file := os.NewFile(uintptr(table), "groups")
	defer input.Close()
	cmd := &exec.Cmd{Path: "/bin/sh", Args: []string{"overlap-guard", "-c", guardScript}, Dir: "/", Env: []string{},
		Stdin: input, ExtraFiles: []*os.File{file}, SysProcAttr: &syscall.SysProcAttr{Setsid: true}}
	if cmd.Start() != nil {
		_ = file.Close()
		_ = end.Close()
		return
	}
	go cmd.Wait()
	g.keep = [2]*os.File{file, end}
	g.table = table
}

// Suspend stops all commands that run, and each that is started from now on, until [Continue]: as Ctrl-Z does with the
// commands of a shell. Safe for concurrent use.
func Suspend() { running.each(true, syscall.SIGSTOP) }

// Continue has the commands go on that [Suspend] has stopped. Safe for concurrent use.
func Continue() { running.each(false, syscall.SIGCONT) }

func (g *groups) each(suspended bool, s syscall.Signal) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.suspended = suspended
	for _, group := range g.at {
		if group != 0 {
			_ = syscall.Kill(-group, s)
		}
	}
}
