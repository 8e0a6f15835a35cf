package cli

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"time"

	"example.com/overlap"
)

const (
	clusterVariable  = "OVERLAP_CLUSTER"  // the string of an engine, or its URL
	handoverVariable = "OVERLAP_HANDOVER" // that a process is to take a job over, and what stands for that string in its arguments
	goOn             = "go on\n"          // what it is told once it has said the job's ID
)

// handover is how this process takes over its job from the one that has started it, which ends then. It is for one
// goroutine.
type handover struct {
	tell, hear *os.File // to and from that process
	url        string   // of the engine, or its string
	log        *os.File // where messages go once it has ended; nil where they go there already
	made       bool     // log was not there before
	done       bool
}

// newHandover returns nil in a process that takes over nothing. It returns the arguments of the command whose job it is.
func newHandover(args []string) (*handover, []string) {
	sign := os.Getenv(handoverVariable)
	if sign == "" {
		return nil, args
	}
	_ = os.Unsetenv(handoverVariable) // what the job starts takes over nothing
	tell, hear := inheritedPipes()
	if tell == nil {
		return nil, args
	}
	h := &handover{tell: tell, hear: hear, url: os.Getenv(clusterVariable)}
	_ = os.Unsetenv(clusterVariable) // calls must not see it
	return h, replaced(args, sign, h.url)
}

// openMessages opens the file that messages are to go to from the first call on, if this process is to take over the job.
func (j *job) openMessages(results string) error {
	h := j.handover
	if h == nil {
		return nil
	}
	name, err := messagesFile(results)
	if err != nil {
		return err
	}
	_, missing := os.Lstat(name)
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		return usageErrorf("the messages of the job are to go to %s, which is no regular file: move it away, or give -o another file", name)
	}
	log, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o666)
	if err != nil {
		return usageErrorf("the messages of the job are to go to %s: %w", name, withoutPath(err))
	}
	info, err := log.Stat()
	if err == nil {
		err = j.refuseMessages(name, info)
	}
	if err != nil {
		_ = log.Close()
		return err
	}
	if now, err := os.Stderr.Stat(); err == nil && os.SameFile(now, info) { // two who write there would not know of one another
		_ = log.Close()
		return nil
	}
	h.log, h.made = log, missing != nil
	return nil
}

// refuseMessages says why messages must not go into a file.
func (j *job) refuseMessages(name string, info os.FileInfo) error {
	for _, read := range j.inputs.Files {
		if os.SameFile(read.Info, info) {
			return usageErrorf("the messages of the job would go to %s, where the inputs come from: give -o another file", name)
		}
	}
	if j.log != nil {
		if log, err := j.log.file.Stat(); err == nil && os.SameFile(log, info) {
			return usageErrorf("the messages of the job go to %s as well: give --joblog another file", name)
		}
	}
	if j.trace != nil && j.trace.file.Writes(info) {
		return usageErrorf("the messages of the job go to %s as well: give --export-trace another file", name)
	}
	return nil
}

// takeOver is called before the first call. It reports whether calls may be made: whoever has started this process has ended
// otherwise, and nobody knows of the job.
func (j *job) takeOver(first int) bool {
	h := j.handover
	if h == nil || h.done {
		return true
	}
	err := j.askToGoOn()
	if h.done = err == nil; !h.done {
		j.messages.sayf("nobody has left the job to this process, so that no call is made (%v)", err)
		j.interrupted.Store(true)
		j.drain(errInterrupted)
		_ = j.kept.run.Drop(first, overlap.NeverStarted) // its error stays
		return false
	}
	j.messages.sayf("job %s runs by itself, as process %d, since %s", j.id, os.Getpid(), time.Now().Format(time.DateTime))
	j.page.tell(j.messages) // the terminal where that was said may be gone
	return true
}

func (j *job) askToGoOn() error {
	h := j.handover
	if h.log != nil {
		if err := redirectStderr(h.log); err != nil {
			return err
		}
		h.made = false // it stays
	}
	if _, err := fmt.Fprintln(h.tell, j.id); err != nil {
		return err
	}
	answer, _ := bufio.NewReader(h.hear).ReadString('\n')
	if answer != goOn {
		return errors.New("it was not told to go on")
	}
	return nil
}

// close ends it. A file for messages to which none have gone is removed.
func (h *handover) close() {
	if h == nil {
		return
	}
	_, _ = h.tell.Close(), h.hear.Close()
	if h.log != nil {
		if h.made {
			_ = os.Remove(h.log.Name())
		}
		_ = h.log.Close() // what has gone there has gone by way of standard error
	}
}
