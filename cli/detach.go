package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"example.com/overlap/internal/outfile"
)

// checkDetach says why a job cannot be left to a process of its own, as far as that is known before it is started.
func (f *runFlags) checkDetach(p *program) error {
	switch _, detaches := f.where.cluster.detaches(); {
	case !detaches:
		return nil
	case f.show.dryRun:
		return usageErrorf("--dry-run makes no calls, so that there is nothing to detach: leave out one of the two")
	case !f.results.isKept:
		return usageErrorf("a job that is detached has no terminal to write its results to: give -o FILE")
	case p.handover != nil: // this is that process
		return nil
	case canDetach() != nil:
		return canDetach()
	}
	names := slices.Clone(f.inputs.from)
	for _, l := range p.lists {
		if l.files {
			names = append(names, l.words...)
		}
	}
	for _, name := range names {
		info, err := os.Stat(name)
		if name == "-" || ofThisProcess(name) || err == nil && !info.Mode().IsRegular() {
			return usageErrorf("the inputs come from %s, which may end with the terminal, so that a job that is detached cannot read "+
				"them: write them to a regular file, and give that", name)
		}
	}
	return nil
}

// ofThisProcess reports whether a name means another file in another process.
func ofThisProcess(name string) bool {
	return name == "/dev/stdin" || strings.HasPrefix(name, "/dev/fd/") || strings.HasPrefix(name, "/proc/self/")
}

// refuseStdin says why a job that is detached cannot have its inputs, if they come through standard input.
func (f *inputFlags) refuseStdin(args []string, lists []list) error {
	if !f.pipe && (len(args) > 0 || f.any(lists)) {
		return nil
	}
	return usageErrorf("a job that is detached cannot read its inputs from standard input, which may end with the terminal: " +
		"write them to a file, and give --from FILE, or give them as arguments")
}

// messagesFile is where the messages of a job go that is detached and whose results go to a file.
func messagesFile(results string) (string, error) {
	at, _, err := outfile.Locate(results)
	if err != nil {
		return "", usageErrorf("%w", err)
	}
	return at.Path + ".log", nil
}

// detach starts the command again in a session of its own, and leaves the job to it. Until that process has said that it
// has found nothing wrong, and has been told to go on, the two end together. url is a key, which stands in its environment.
func (p *program) detach(ctx context.Context, url, results string) error {
	if err := p.needsStdout("the job's ID", "open it, or leave --detach out"); err != nil {
		return err
	}
	file, err := messagesFile(results)
	if err != nil {
		return err
	}
	path, err := os.Executable()
	if err != nil {
		return fmt.Errorf("cannot start the process of the job: %w", err)
	}
	args, sign := hideKey(p.args, url)
	cmd := &exec.Cmd{Path: path, Args: append(os.Args[:1:1], args...), Stderr: p.messages.to}
	cmd.Env = append(os.Environ(), clusterVariable+"="+url)
	hear, tell, err := startDetached(cmd, sign)
	if err != nil {
		return fmt.Errorf("cannot start the process of the job: %w", err)
	}
	defer hear.Close()
	defer tell.Close()
	id, err := p.awaitDetached(ctx, cmd, hear, tell)
	if err != nil || id == "" {
		return err
	}
	if _, err = fmt.Fprintln(p.stdout, id); err == nil {
		_, err = tell.WriteString(goOn)
	}
	if err != nil {
		_ = tell.Close()
		_ = cmd.Wait() // it ends, since it was not told to go on
		return fmt.Errorf("the job was not begun, since its ID could not be told: %w", err)
	}
	p.messages.sayf("job %s runs by itself, as process %d, and its messages go to %s", id, cmd.Process.Pid, file)
	p.messages.sayf("%s jobs attach %s --cluster URL shows how far it is, with the URL of this command, from any machine; "+
		"pause, resume and cancel stand in the place of attach", p.name, id)
	return cmd.Process.Release()
}

// awaitDetached waits until the process of the job has said its ID, or has ended: then that is "", and the error says how
// this command ends.
func (p *program) awaitDetached(ctx context.Context, cmd *exec.Cmd, hear, tell *os.File) (id string, err error) {
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, endingSignals()...)
	defer signal.Stop(signals)
	said := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(hear).ReadString('\n')
		said <- line
	}()
	interrupted := false
	for canceled := ctx.Done(); ; {
		select {
		case line := <-said:
			if id, ok := strings.CutSuffix(line, "\n"); ok && !interrupted {
				return id, nil
			}
			_ = tell.Close() // so that it does not begin
			return "", p.undetached(cmd, interrupted)
		case <-signals:
			_ = tell.Close()
			if interrupted {
				_ = cmd.Process.Kill()
			} else {
				_ = cmd.Process.Signal(syscall.SIGTERM)
			}
			interrupted = true
		case <-canceled:
			_ = cmd.Process.Kill()
			interrupted, canceled = true, nil
		}
	}
}

// undetached waits for the end of a process that has not taken over the job, and says how this command ends. Why it is so
// has been said by the process.
func (p *program) undetached(cmd *exec.Cmd, interrupted bool) error {
	_ = cmd.Wait()
	switch status := cmd.ProcessState.ExitCode(); {
	case interrupted:
		return &statusError{status: exitInterrupted, err: errors.New("interrupted before the job was begun: nothing runs")}
	case status < 0:
		return fmt.Errorf("the process of the job has ended before its first call (%v): nothing runs", cmd.ProcessState)
	case status > 0:
		return &statusError{status: status}
	}
	p.messages.say("no call was left to make, so that nothing has been detached")
	return nil
}
